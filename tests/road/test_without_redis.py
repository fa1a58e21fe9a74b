"""I1: without Redis nothing is lost and class goes on."""

from __future__ import annotations

import pytest

from protocol.envelopes import Body
from protocol.errors import Code, Refused
from server import embedded
from server.ids import draw_id
from server.store import activities
from tests.harness.school import EXERCISE, a_lesson, a_school
from tests.harness.wait import until


async def test_class_goes_on_while_redis_is_dead(database: str, own_redis: embedded.EmbeddedRedis) -> None:
    async with a_school(database, own_redis.url()) as school:
        lesson = await a_lesson(school, 2)
        own_redis.child.process.kill()
        await own_redis.child.process.wait()
        newcomer = await school.person("新同学")
        await school.join(newcomer, lesson.classroom)
        activity = await school.publish(lesson.teacher, lesson.classroom, "exercise", EXERCISE | {"time_limit_s": 60})
        body: Body = {"activity": activity, "value": {"answers": [1]}}
        for student in (*lesson.students, newcomer):
            await school.wish(student, "response.submit", lesson.classroom, body)

        async def all_three_are_counted() -> bool:
            return any(each.value and each.value["n_submitted"] == 3 for each in school.heard.tallies(activity))

        await until(all_three_are_counted)
        await school.wish(lesson.teacher, "session.end", lesson.classroom)
        found = await activities.select_activity(school.db, activity)
        assert found is not None
        assert found.tally is not None
        assert found.tally["n_submitted"] == 3


async def test_guessers_are_stopped_without_redis_too(database: str, own_redis: embedded.EmbeddedRedis) -> None:
    async with a_school(database, own_redis.url()) as school:
        own_redis.child.process.kill()
        await own_redis.child.process.wait()
        guesser = await school.person("猜")
        codes: list[Code] = []
        for _ in range(21):
            with pytest.raises(Refused) as refused:
                await school.wish(guesser, "classroom.join", guesser, {"code": "ZZZZZZ"}, id=draw_id())
            codes.append(refused.value.code)
        assert codes == [Code.CODE_UNKNOWN] * 20 + [Code.SLOW_DOWN]
