"""A class that answers for the first time is judged as one, and nobody notices (I5, I10)."""

from __future__ import annotations

import asyncio

import pytest

from protocol.envelopes import Done
from protocol.errors import Code, Refused
from protocol.ids import AccountId
from server.answering import FEW
from server.ids import draw_id
from tests.harness.school import EXERCISE, a_lesson, a_school
from tests.road.answers import RIGHT, WRONG, end_time, submit


@pytest.mark.parametrize("odd", ["nobody", "answered", "a teacher", "a stranger", "twice", "resent", "resent late"])
async def test_of_a_class_that_answers_as_one_each_is_told_what_alone_it_would_be_told(
    database: str, redis_url: str, odd: str
) -> None:
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, 3 * FEW)
        activity = await school.publish(lesson.teacher, lesson.classroom, "exercise", EXERCISE)
        first, *others = lesson.students
        stranger = await school.person("路人")
        id = draw_id()
        odd_one: dict[str, tuple[AccountId, Code | type[Done]]] = {
            "nobody": (first, Done),
            "answered": (first, Code.ALREADY_ANSWERED),
            "a teacher": (lesson.teacher, Code.FORBIDDEN),
            "a stranger": (stranger, Code.NOT_FOUND),
            "twice": (others[0], Code.ALREADY_ANSWERED),
            "resent": (first, Done),
            "resent late": (first, Done),
        }
        who, outcome = odd_one[odd]
        is_late = odd == "resent late"
        if odd in ("answered", "resent", "resent late"):
            await submit(school, lesson, first, activity, WRONG, id=None if odd == "answered" else id)
        if is_late:
            await end_time(school.db, activity, 3_600_000)
        outcomes = await asyncio.gather(
            *(submit(school, lesson, student, activity, RIGHT if n % 2 else WRONG) for n, student in enumerate(others)),
            submit(school, lesson, who, activity, WRONG, id=id),
            return_exceptions=True,
        )
        told = [each.code if isinstance(each, Refused) else type(each) for each in outcomes]
        assert told == [*[Code.TOO_LATE if is_late else Done] * len(others), outcome]
        rows = await school.db.fetch("SELECT account_id, value, rev FROM response WHERE activity_id = $1", activity)
        said = {} if is_late else {student: RIGHT if n % 2 else WRONG for n, student in enumerate(others)}
        if who == first:
            said[first] = WRONG
        expected = {student: ({"v": 1, **value}, 1) for student, value in said.items()}
        assert {row["account_id"]: (row["value"], row["rev"]) for row in rows} == expected
        shown = {student: [each.value for each in school.heard.mine_of(student, activity)] for student in others}
        done = zip(others, outcomes, strict=False)
        assert shown == {student: [each.result] if isinstance(each, Done) else [] for student, each in done}
