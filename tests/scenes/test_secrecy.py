"""A whole class, and everything that a student and the projector were sent in it: no answer key before its time, no
other student's answer, no anonymous author (I9)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random

import httpx
import msgspec
import pytest

from protocol.codec import decode_server
from protocol.envelopes import Body
from protocol.ids import AccountId
from tests.edge.campus import Campus
from tests.harness.node import Nodes
from tests.harness.phone import Phone
from tests.harness.school import School, a_school
from tests.harness.witness import Witness

# What only the key says. Each is planted once and looked for in everything.
KEYS = ("KEY-blank", "KEY-model", "KEY-because")
DRAFT = "DRAFT-not-yet"
EXERCISE: Body = {
    "questions": [
        {"type": "single", "text": "1?", "options": ["a", "b", "c"], "key": 2, "explanation": "KEY-because 1"},
        {"type": "multiple", "text": "2?", "options": ["a", "b", "c"], "key": [0, 1], "explanation": "KEY-because 2"},
        {"type": "true_false", "text": "3?", "key": True, "explanation": "KEY-because 3"},
        {"type": "fill_in", "text": "4?", "key": [["KEY-blank", "KEY-blank too"]]},
        {"type": "short_text", "text": "5?", "key": "KEY-model"},
    ]
}
SURVEY: Body = {"questions": [{"type": "text", "text": "?"}]}
# What is REST's to tell a student: every endpoint that answers with something of a class.
N_STUDENTS = 6


class Recorder(Witness):
    """Keeps every word it was sent."""

    def __init__(self, urls: list[str], account: str, token: str) -> None:
        self.words: list[str] = []
        super().__init__(urls, account, token, Random(account))

    def _received(self, data: bytes) -> None:
        self.words += [msgspec.json.encode(each).decode() for each in decode_server(data)]
        super()._received(data)

    def heard(self, *secrets: str) -> list[str]:
        return [word for word in self.words if any(secret in word for secret in secrets)]


@pytest.mark.limit(120)
async def test_i9_nobody_is_sent_what_is_not_theirs(database: str, redis_url: str, nodes: Nodes) -> None:
    async with a_school(database, redis_url) as school:
        campus = Campus(school=school, nodes=nodes)
        urls = [(await nodes.start(name)).socket_url for name in ("a", "b")]
        lesson = await campus.lesson(N_STUDENTS)
        classroom = lesson.classroom
        teacher = await come(campus, urls, lesson.teacher)
        screen = await come(campus, urls, lesson.teacher)
        screen.follow(classroom, as_screen=True)
        students = [await come(campus, urls, each) for each in lesson.students]
        try:
            await everybody(classroom, teacher, screen, *students)
            await school.draft(lesson.teacher, classroom, "announcement", {"text": DRAFT})

            exercise = await school.publish(lesson.teacher, classroom, "exercise", EXERCISE)
            await answer_exercise(students, classroom, exercise)
            before = [(student, len(student.words)) for student in (*students, screen)]
            assert all(not reader.heard(*KEYS, DRAFT) for reader in (*students, screen))
            for reader in (*students, screen):
                assert not any(list(keys_in(json.loads(word))) for word in reader.words)
            await teacher.command("activity.close", classroom, {"activity": exercise})

            survey = await school.publish(lesson.teacher, classroom, "survey", {**SURVEY, "is_anonymous": True})
            for student in students:
                value = {"answers": [f"SAID-{student.account}"]}
                await student.command("response.submit", classroom, {"activity": survey, "value": value})
            await teacher.command("activity.close", classroom, {"activity": survey})

            check_in = await school.publish(lesson.teacher, classroom, "check_in")
            for student in students[1:]:
                await student.command("response.submit", classroom, {"activity": check_in})
            await teacher.command("session.end", classroom)
            head = await campus.head(classroom)
            for reader in (teacher, screen, *students):
                await reader.until_at(classroom, head)

            for student, n_before in before:
                assert all("KEY-" not in word for word in student.words[:n_before])
            for student in students:
                others = [each for each in students if each is not student]
                # Named answers: only one's own. Anonymous ones: nobody's, not even with the teacher's.
                assert not student.heard(*(f"WROTE-{each.account}" for each in others))
                assert not student.heard(*(f"SAID-{each.account}" for each in others))
                assert not student.heard(DRAFT)
                # No list of who did what: of the others a student's frames name nobody but authors of posts.
                assert not student.heard(*(each.account for each in others))
            assert not screen.heard(*(each.account for each in students))
            assert not screen.heard("WROTE-")
            # What was said anonymously reaches staff only without anything that leads to its author.
            assert [word for word in teacher.heard("SAID-") if in_one_place(word, students)] == []

            assert await anonymous_rows(school, survey) == N_STUDENTS
            await rest_tells_nothing(campus, nodes, students, classroom, exercise, survey)
        finally:
            for reader in (teacher, screen, *students):
                await reader.close()


async def come(campus: Campus, urls: list[str], account: AccountId) -> Recorder:
    _, token = await campus.device(account)
    recorder = Recorder(urls, account, token)
    recorder.start()
    return recorder


async def everybody(classroom: str, *readers: Phone) -> None:
    for reader in readers:
        await reader.until_live(classroom)


async def answer_exercise(students: list[Recorder], classroom: str, exercise: str) -> None:
    for student in students:
        words = f"WROTE-{student.account}"
        value: Body = {"answers": [1, [0], False, [words], words]}
        await student.until(lambda phone: phone.held(classroom).classroom.activities != [])
        await student.command("response.save", classroom, {"activity": exercise, "value": value})
        await student.command("response.submit", classroom, {"activity": exercise, "value": value})


def keys_in(value: object) -> Iterator[object]:
    """Every answer key in a message, wherever it hides."""
    if isinstance(value, dict):
        if value.get("key") is not None:
            yield value["key"]
        for each in value.values():
            yield from keys_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from keys_in(each)


def in_one_place(word: str, students: list[Recorder]) -> bool:
    """Whether an answer stands in the same map as the account it came from (its text names it, so twice)."""
    return any(word.count(each.account) > word.count(f"SAID-{each.account}") for each in students)


async def anonymous_rows(school: School, survey: str) -> int:
    named: int = await school.db.fetchval(
        "SELECT count(*) FROM response WHERE activity_id = $1 AND value IS NOT NULL", survey
    )
    assert named == 0
    rows: int = await school.db.fetchval("SELECT count(*) FROM anonymous_answer WHERE activity_id = $1", survey)
    return rows


async def rest_tells_nothing(
    campus: Campus, nodes: Nodes, students: list[Recorder], classroom: str, exercise: str, survey: str
) -> None:
    """The same class, asked for by REST."""
    student, others = students[0], students[1:]
    session: str = await campus.school.db.fetchval("SELECT id FROM session WHERE classroom_id = $1", classroom)
    _, token = await campus.device(student.account)
    url = student.urls[0].replace("ws://", "http://").removesuffix("/ws")
    async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}) as client:
        told = []
        for path, status in {
            f"/api/classrooms/{classroom}/records": 200,
            f"/api/records/{session}": 200,
            f"/api/activities/{exercise}/responses": 404,
            f"/api/activities/{survey}/responses": 404,
            f"/api/activities/{exercise}/posts": 200,
            f"/api/classrooms/{classroom}/code.svg": 404,
        }.items():
            response = await client.get(path)
            assert response.status_code == status, f"{path}: {response.status_code} {response.text}"
            told.append(response.text)
    whole = "\n".join(told)
    for each in others:
        assert each.account not in whole
    assert DRAFT not in whole
