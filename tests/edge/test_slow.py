"""A slow phone harms only itself (I7)."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import httpx
import pytest

from protocol.envelopes import Attach, Attached, Event
from protocol.ids import StreamId
from protocol.limits import STALL_S
from server.bus import open_bus
from tests.edge.campus import Campus
from tests.edge.raw import WAIT_S, Raw, open_raw
from tests.harness.inside import InsideNode
from tests.harness.wait import until

# 11 MB, more than the kernel takes for a peer that reads nothing, in fewer events than cost a snapshot.
SIZE, BATCH, BATCHES = 6_000, 100, 18


async def flood(campus: Campus, stream: str) -> int:
    async with open_bus(campus.school.redis_url) as bus:
        for _ in range(BATCHES):
            bus.publish_events(StreamId(stream), await campus.write(StreamId(stream), BATCH, SIZE))
            await asyncio.sleep(0)
    return await campus.head(stream)


async def metric(node: InsideNode, name: str) -> float:
    async with httpx.AsyncClient(trust_env=False) as http:
        lines = (await http.get(f"{node.url}/metrics")).text.splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith(f"{name} ")))


def stop_reading(raw: Raw) -> socket.socket:
    """To be watched while nobody asks its reader, which stops at its limit."""
    watched: socket.socket = raw.writer.get_extra_info("socket").dup()
    watched.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    return watched


def read_to_the_end(watched: socket.socket) -> None:
    """Returns when there is no more to come. Who has no room for a byte has none for a reset: it reads first."""
    watched.settimeout(WAIT_S)
    with watched, contextlib.suppress(ConnectionResetError):
        while watched.recv(65_536):
            pass


@pytest.mark.limit(120)
async def test_who_reads_nothing_is_left_behind_and_then_cut(campus: Campus) -> None:
    lesson = await campus.lesson(2)
    node = await campus.start()
    async with (
        campus.phone(node, lesson.students[1]) as quick,
        campus.raw(node, lesson.students[0], lesson.classroom) as slow,
    ):
        await quick.until_live(lesson.classroom)
        await slow.until(Attached)
        watched = stop_reading(slow)
        head = await flood(campus, lesson.classroom)
        await quick.until_at(lesson.classroom, head)
        assert await metric(node, "shangke_fell_behind_total") == 1

        async def is_cut() -> bool:
            return await metric(node, "shangke_stalled_total") == 1

        await until(is_cut, limit_s=2 * STALL_S)
        await asyncio.to_thread(read_to_the_end, watched)


@pytest.mark.limit(120)
async def test_who_reads_slowly_gets_everything_in_order(campus: Campus) -> None:
    lesson = await campus.lesson(1)
    node = await campus.start()
    _, token = await campus.device(lesson.students[0])
    async with open_raw(node.port) as slow:
        await slow.greet(token)
        before = await campus.head(lesson.classroom)
        slow.say(Attach(stream=lesson.classroom, position=before, audience="student"))
        await slow.until(Attached)
        # The stream reader stops at its limit and the kernel soon after; then everything is read, piece by piece.
        head = await flood(campus, lesson.classroom)
        slow.patience_s = 30
        while (await slow.until(Event)).seq < head:
            pass
        assert [each.seq for each in slow.seen if isinstance(each, Event)] == list(range(before + 1, head + 1))
        assert await metric(node, "shangke_fell_behind_total") >= 1
