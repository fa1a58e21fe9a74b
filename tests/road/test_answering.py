"""Answers (I6, I10): once, in time, a clean cut at the close; nothing leads from an anonymous answer to a person."""

from __future__ import annotations

import asyncio
import time

import pytest
from msgspec.structs import replace

from protocol.envelopes import Body, Command, Done, Gauge
from protocol.errors import Code, Refused
from protocol.ids import AccountId, ActivityId
from server.answering import FEW
from server.ids import draw_id
from server.store import activities
from server.store.pool import Database
from tests.harness.school import EXERCISE, SURVEY, Lesson, School, a_lesson, a_school
from tests.road.answers import RIGHT, WRONG, end_time, submit


async def save(school: School, lesson: Lesson, student: AccountId, activity: ActivityId, value: Body) -> Done:
    return await school.wish(student, "response.save", lesson.classroom, {"activity": activity, "value": value})


async def until(db: Database, activity: ActivityId, phase: str, limit_s: float = 5.0) -> float:
    """Seconds until the activity is in this phase."""
    began = time.monotonic()
    async with asyncio.timeout(limit_s):
        while True:
            found = await activities.select_activity(db, activity)
            if found is not None and found.phase == phase:
                return time.monotonic() - began
            await asyncio.sleep(0.02)


async def until_blocked(db: Database) -> None:
    """Until somebody waits for a lock."""
    async with asyncio.timeout(5):
        while True:
            if await db.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                return
            await asyncio.sleep(0.02)


async def test_a_resend_is_answered_the_same_and_another_device_is_told_what_was_said(
    database: str, redis_url: str
) -> None:
    async with a_school(database, redis_url, nodes=2) as school:
        lesson = await a_lesson(school, 1)
        student = lesson.students[0]
        activity = await school.publish(lesson.teacher, lesson.classroom, "exercise", EXERCISE)
        id = draw_id()
        first = await submit(school, lesson, student, activity, RIGHT, id=id)
        again = await submit(school, lesson, student, activity, RIGHT, id=id, node=1)
        assert first == again
        with pytest.raises(Refused) as refused:
            await submit(school, lesson, student, activity, WRONG, id=id)
        assert refused.value.code is Code.ID_CONFLICT
        school.heard.gauges.clear()
        with pytest.raises(Refused) as refused:
            await submit(school, lesson, student, activity, WRONG)
        assert refused.value.code is Code.ALREADY_ANSWERED
        assert [each.value for each in school.heard.mine_of(student, activity)] == [first.result]


async def test_fifty_submits_at_once_over_two_nodes_make_one_answer(database: str, redis_url: str) -> None:
    async with a_school(database, redis_url, nodes=2) as school:
        lesson = await a_lesson(school, 1)
        activity = await school.publish(lesson.teacher, lesson.classroom, "exercise", EXERCISE)
        outcomes = await asyncio.gather(
            *(submit(school, lesson, lesson.students[0], activity, RIGHT, node=n % 2) for n in range(50)),
            return_exceptions=True,
        )
        assert sum(isinstance(each, Done) for each in outcomes) == 1
        refused = [each.code for each in outcomes if isinstance(each, Refused)]
        assert refused == [Code.ALREADY_ANSWERED] * 49


# A few, each judged by itself; and a class, judged as one.
@pytest.mark.parametrize("n_students", [FEW, 4 * FEW])
async def test_a_batch_that_comes_second_to_one_row_is_judged_anew_and_the_others_lose_nothing(
    database: str, redis_url: str, n_students: int
) -> None:
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, n_students)
        activity = await school.publish(lesson.teacher, lesson.classroom, "exercise", EXERCISE)
        twice, *others = lesson.students
        async with school.db.transaction() as tx:
            await tx.execute(
                """
                INSERT INTO response (activity_id, account_id, phase, value, saved_at, submitted_at, command_id)
                VALUES ($1, $2, 'submitted', $3, now(), now(), 'elsewhere')
                """,
                activity,
                twice,
                WRONG,
            )
            waiting = asyncio.gather(
                *(submit(school, lesson, student, activity, RIGHT) for student in lesson.students),
                return_exceptions=True,
            )
            await until_blocked(school.db)
        outcomes = await waiting
        assert [each.code if isinstance(each, Refused) else type(each) for each in outcomes] == [
            Code.ALREADY_ANSWERED,
            *[Done] * len(others),
        ]
        rows = await school.db.fetch("SELECT account_id, value, rev FROM response WHERE activity_id = $1", activity)
        assert {row["account_id"]: (row["value"], row["rev"]) for row in rows} == {
            twice: (WRONG, 1),
            **dict.fromkeys(others, ({"v": 1, **RIGHT}, 1)),
        }


async def test_closing_is_a_clean_cut_for_five_hundred_answers(database: str, redis_url: str) -> None:
    """Each is acknowledged or refused, and the final tally is exactly the rows."""
    async with a_school(database, redis_url, nodes=2) as school:
        lesson = await a_lesson(school, 1)
        students = await school.people(500)
        await school.db.execute(
            """
            INSERT INTO membership (classroom_id, account_id, role, name, joined_at)
            SELECT $1, id, 'student', name, now() FROM account WHERE id = ANY ($2::text[])
            """,
            lesson.classroom,
            list(students),
        )
        activity = await school.publish(lesson.teacher, lesson.classroom, "exercise", EXERCISE)

        acked: list[Done] = []

        async def answer(number: int) -> None:
            acked.append(await submit(school, lesson, students[number], activity, RIGHT, node=number % 2))

        before = [asyncio.create_task(answer(number)) for number in range(400)]
        await asyncio.wait(before, return_when=asyncio.FIRST_COMPLETED)
        await school.wish(lesson.teacher, "activity.close", lesson.classroom, {"activity": activity})
        after = [asyncio.create_task(answer(number)) for number in range(400, 500)]
        outcomes = await asyncio.gather(*before, *after, return_exceptions=True)
        assert all(isinstance(each, Refused) for each in outcomes[400:])
        n_done = len(acked)
        refused = {each.code for each in outcomes if isinstance(each, Refused)}
        assert refused == {Code.ACTIVITY_CLOSED}
        assert n_done + sum(isinstance(each, Refused) for each in outcomes) == 500
        assert await school.db.fetchval("SELECT count(*) FROM response WHERE phase = 'submitted'") == n_done
        found = await activities.select_activity(school.db, activity)
        assert found is not None
        assert found.tally is not None
        assert found.tally["n_submitted"] == n_done
        assert 0 < n_done < 500


async def test_an_answer_after_the_deadline_counts_only_with_a_draft_from_before(database: str, redis_url: str) -> None:
    """D7, R77."""
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, 3)
        activity = await school.publish(lesson.teacher, lesson.classroom, "exercise", EXERCISE | {"time_limit_s": 60})
        with_draft, without, silent = lesson.students
        for student in (with_draft, silent):
            await save(school, lesson, student, activity, WRONG)
        await end_time(school.db, activity, 500)
        for wish in (submit, save):
            with pytest.raises(Refused) as refused:
                await wish(school, lesson, without, activity, RIGHT)
            assert refused.value.code is Code.TOO_LATE
        done = await submit(school, lesson, with_draft, activity, RIGHT)
        assert done.result is not None
        assert done.result["phase"] == "submitted"
        assert await until(school.db, activity, "closed") < 3.0
        rows = await school.db.fetch("SELECT account_id, phase, is_auto FROM response WHERE activity_id = $1", activity)
        assert {(row["account_id"], row["phase"], row["is_auto"]) for row in rows} == {
            (with_draft, "submitted", False),
            (silent, "submitted", True),
        }


async def test_an_anonymous_answer_is_kept_apart_from_who_gave_it(database: str, redis_url: str) -> None:
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, 6)
        activity = await school.publish(lesson.teacher, lesson.classroom, "survey", SURVEY | {"is_anonymous": True})
        id = draw_id()
        first = await submit(school, lesson, lesson.students[0], activity, WRONG, id=id)
        await asyncio.gather(*(submit(school, lesson, each, activity, RIGHT) for each in lesson.students[1:]))
        assert await submit(school, lesson, lesson.students[0], activity, WRONG, id=id) == first
        rows = await school.db.fetch("SELECT value, body_hash FROM response WHERE activity_id = $1", activity)
        assert [(row["value"], row["body_hash"]) for row in rows] == [(None, None)] * 6
        said = await school.db.fetch("SELECT value FROM anonymous_answer WHERE activity_id = $1", activity)
        assert sorted(row["value"]["answers"] for row in said) == [[0]] + [[1]] * 5
        # The first came alone: until the close the database itself knows what was written together.
        await school.wish(lesson.teacher, "activity.close", lesson.classroom, {"activity": activity})
        said = await school.db.fetch("SELECT value FROM anonymous_answer WHERE activity_id = $1", activity)
        assert sorted(row["value"]["answers"] for row in said) == [[0]] + [[1]] * 5
        written = await school.db.fetch(
            "SELECT DISTINCT xmin::text AS tx FROM anonymous_answer WHERE activity_id = $1", activity
        )
        taken = await school.db.fetch("SELECT xmin::text AS tx FROM response WHERE activity_id = $1", activity)
        assert len(written) == 1
        assert written[0]["tx"] not in {row["tx"] for row in taken}


class Told:
    """What became of each of `n` answers, in the order of being told."""

    def __init__(self, n: int) -> None:
        self._n = n
        self.outcomes: list[tuple[AccountId, Done | Refused]] = []
        self._is_complete = asyncio.Event()

    def take(self, school: School, student: AccountId, command: Command) -> bool:
        return school.roads[0].travel_soon(student, command, lambda outcome: self._hear(student, outcome))

    def _hear(self, student: AccountId, outcome: Done | Refused) -> None:
        self.outcomes.append((student, outcome))
        if len(self.outcomes) >= self._n:
            self._is_complete.set()

    async def all(self) -> dict[AccountId, Done | Code]:
        async with asyncio.timeout(10):
            await self._is_complete.wait()
        assert len(self.outcomes) == self._n
        return {student: each.code if isinstance(each, Refused) else each for student, each in self.outcomes}


def submitting(lesson: Lesson, activity: ActivityId) -> Command:
    body: Body = {"activity": activity, "value": {"v": 1}}
    return Command(id=draw_id(), op="response.submit", stream=lesson.classroom, body=body)


async def test_answers_without_a_task_are_told_once_each(database: str, redis_url: str) -> None:
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, 3)
        activity = await school.publish(lesson.teacher, lesson.classroom, "check_in")
        told = Told(4)
        assert told.take(school, lesson.students[0], submitting(lesson, ActivityId("not an id")))
        assert [(each, outcome.code) for each, outcome in told.outcomes if isinstance(outcome, Refused)] == [
            (lesson.students[0], Code.BAD_FIELD)
        ]
        assert not told.take(school, lesson.teacher, Command(id=draw_id(), op="session.end", stream=lesson.classroom))
        commands = {student: submitting(lesson, activity) for student in [*lesson.students[1:], lesson.teacher]}
        assert all(told.take(school, student, command) for student, command in commands.items())
        outcomes = await told.all()
        rows = await school.db.fetch("SELECT account_id, command_id FROM response WHERE activity_id = $1", activity)
        assert {row["account_id"]: row["command_id"] for row in rows} == {
            student: commands[student].id for student in lesson.students[1:]
        }
        assert [each.id for each in outcomes.values() if isinstance(each, Done)] == [
            commands[student].id for student in lesson.students[1:]
        ]
        assert outcomes[lesson.teacher] is Code.FORBIDDEN


async def test_a_fault_in_one_answer_is_told_to_that_one_alone(database: str, redis_url: str) -> None:
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, 9)
        activity = await school.publish(lesson.teacher, lesson.classroom, "check_in")
        unlucky = lesson.students[6]
        told = Told(9)
        for student in lesson.students:
            command = submitting(lesson, activity)
            # No door lets NUL in; PostgreSQL takes it for nobody.
            told.take(school, student, replace(command, id="\0") if student == unlucky else command)
        outcomes = await told.all()
        assert outcomes.pop(unlucky) is Code.INTERNAL
        assert all(isinstance(each, Done) for each in outcomes.values())
        assert await school.db.fetchval("SELECT count(*) FROM response") == 8


async def test_who_waits_while_the_app_stops_is_told_to_come_again(database: str, redis_url: str) -> None:
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, 5)
        activity = await school.publish(lesson.teacher, lesson.classroom, "check_in")
        told = Told(5)
        async with school.db.transaction() as tx:
            # The batch waits for this lock; the app stops meanwhile.
            await activities.lock_activity(tx, activity)
            for student in lesson.students[:4]:
                told.take(school, student, submitting(lesson, activity))
            await until_blocked(school.db)
            await school.stop(0)
            told.take(school, lesson.students[4], submitting(lesson, activity))
        assert await told.all() == dict.fromkeys(lesson.students, Code.OVERLOADED)
        assert await school.db.fetchval("SELECT count(*) FROM response") == 0


async def test_who_has_no_place_finds_no_activity_and_staff_cannot_answer(database: str, redis_url: str) -> None:
    async with a_school(database, redis_url) as school:
        lesson, other = await a_lesson(school, 1), await a_lesson(school, 1)
        activity = await school.publish(lesson.teacher, lesson.classroom, "check_in")
        for who, where, code in (
            (other.students[0], lesson, Code.NOT_FOUND),
            (other.students[0], other, Code.NOT_FOUND),
            (lesson.teacher, lesson, Code.FORBIDDEN),
        ):
            with pytest.raises(Refused) as refused:
                await submit(school, where, who, activity, {})
            assert refused.value.code is code


async def test_nobody_answers_after_being_kicked(database: str, redis_url: str) -> None:
    """Kicked while answers pour in: each answer was committed before the kick, or is refused."""
    async with a_school(database, redis_url, nodes=2) as school:
        lesson = await a_lesson(school, 30)
        activity = await school.publish(lesson.teacher, lesson.classroom, "check_in")
        kicked = lesson.students[-1]
        answers = [
            asyncio.create_task(submit(school, lesson, each, activity, {}, node=n % 2))
            for n, each in enumerate(lesson.students)
        ]
        await school.wish(lesson.teacher, "member.kick", lesson.classroom, {"account": kicked})
        outcomes = await asyncio.gather(*answers, return_exceptions=True)
        assert all(isinstance(each, Done) for each in outcomes[:-1])
        last = outcomes[-1]
        assert isinstance(last, Done) or (isinstance(last, Refused) and last.code is Code.NOT_FOUND)
        with pytest.raises(Refused) as refused:
            await submit(school, lesson, kicked, activity, {})
        assert refused.value.code is Code.NOT_FOUND


async def test_the_last_tally_counts_every_answer_and_each_is_newer_than_the_one_before(
    database: str, redis_url: str
) -> None:
    async with a_school(database, redis_url, nodes=2) as school:
        lesson = await a_lesson(school, 40)
        activity = await school.publish(lesson.teacher, lesson.classroom, "check_in")
        for number, student in enumerate(lesson.students):
            await submit(school, lesson, student, activity, {}, node=number % 2)
        whole = await counting(school, activity, 40)
        assert max(each.rev for each in school.heard.tallies(activity)) == whole.rev


async def counting(school: School, activity: ActivityId, n_present: int) -> Gauge:
    """The first tally that was rung with so many present."""
    async with asyncio.timeout(5):
        while True:
            for each in school.heard.tallies(activity):
                if each.value is not None and each.value["n_present"] == n_present:
                    return each
            await asyncio.sleep(0.02)
