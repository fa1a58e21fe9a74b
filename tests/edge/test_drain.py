"""A node that is told to stop sends everybody away in good order."""

from __future__ import annotations

import asyncio
import signal

import pytest

from protocol.close import Close
from protocol.envelopes import Attached, Reconnect
from tests.edge.campus import Campus
from tests.edge.raw import shake_hands


@pytest.mark.limit(60)
async def test_phones_are_given_slots_and_find_the_other_node(campus: Campus) -> None:
    lesson = await campus.lesson(2)
    a, b = await campus.nodes.start("a"), await campus.nodes.start("b")
    one, two = lesson.students
    async with (
        campus.raw(a, one, lesson.classroom) as first,
        campus.raw(a, two, lesson.classroom) as second,
        campus.phone(b, lesson.teacher) as teacher,
    ):
        await first.until(Attached)
        await second.until(Attached)
        a.send(signal.SIGTERM)
        assert await first.until(Reconnect) == Reconnect(after_ms=0)
        assert await second.until(Reconnect) == Reconnect(after_ms=5_000)
        head, _, writer = await shake_hands(a.port)
        writer.transport.abort()
        assert head.startswith("HTTP/1.1 503")
        assert "retry-after: 5" in head.lower()
        assert await first.close_code() == Close.RESTART
        assert await second.close_code() == Close.RESTART
        async with asyncio.timeout(20):
            assert await a.child.process.wait() == 0
        await teacher.until_live(lesson.classroom)
