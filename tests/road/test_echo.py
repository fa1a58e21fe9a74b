"""What follows from facts is shown later, and not never, when the book does not answer at once."""

from __future__ import annotations

import asyncio
import logging

import pytest

from protocol.envelopes import Body
from protocol.ids import Seq, StreamId
from server.echo import Echo
from server.store import responses
from server.store.events import select_after
from server.store.pool import connect
from tests.harness.school import EXERCISE, Heard, a_lesson, a_school
from tests.harness.until import until


@pytest.mark.limit(60)
async def test_own_results_come_although_the_book_was_busy_at_the_close(
    database: str, redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with a_school(database, redis_url) as school, connect(database, most=1) as busy:
        lesson = await a_lesson(school, 1)
        (student,), stream = lesson.students, StreamId(lesson.classroom)
        exercise = await school.publish(lesson.teacher, lesson.classroom, "exercise", EXERCISE)
        answer: Body = {"activity": exercise, "value": {"answers": [1]}}
        await school.wish(student, "response.save", lesson.classroom, answer)
        done = await school.wish(lesson.teacher, "activity.close", lesson.classroom, {"activity": exercise})
        assert done.seq is not None
        closed = await select_after(school.db, stream, Seq(done.seq - 1), 1)
        heard = Heard()
        echo = Echo(busy, heard, school.redis)
        running = asyncio.create_task(echo.run())
        async with busy.single():
            with caplog.at_level(logging.WARNING, logger="shangke.echo"):
                echo.follow(closed)
                await until(lambda: "gauges_late" in caplog.text, lambda: caplog.text)
            assert heard.gauges == []
        await until(lambda: heard.mine_of(student, exercise), lambda: heard.gauges)
        running.cancel()
        response = await responses.select_response(school.db, exercise, student)
        assert response is not None
        assert [each.rev for each in heard.mine_of(student, exercise)] == [response.rev]
