"""The same socket on a server that does not know our shortcut: everything works, only slower."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import uvicorn

from protocol.close import Close
from protocol.codec import decode_server
from protocol.envelopes import Attach, Attached, Command, Done, Event, Hello
from protocol.ids import StreamId
from server.edge.endpoint import SocketEndpoint
from server.edge.node import Node, open_node
from tests.edge.campus import Campus
from tests.edge.raw import Raw, open_raw


@contextlib.asynccontextmanager
async def plain_node(campus: Campus) -> AsyncIterator[tuple[Node, int]]:
    """A node in this process, on uvicorn's own WebSocket class."""
    school = campus.school
    async with open_node("plain", school.book, school.redis_url) as node, asyncio.TaskGroup() as tasks:
        node.open_doors(school.roads[0])
        listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(
            SocketEndpoint(node, ()), ws="websockets-sansio", lifespan="off", log_config=None, access_log=False
        )
        server = uvicorn.Server(config)
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # older ones had it
        serving = tasks.create_task(server._serve(sockets=[listener]))
        try:
            yield node, listener.getsockname()[1]
        finally:
            server.should_exit = server.force_exit = True
            await serving


async def test_a_conversation_over_plain_asgi(campus: Campus) -> None:
    lesson = await campus.lesson(0)
    async with plain_node(campus) as (node, port), open_raw(port) as raw:
        _, token = await campus.device(lesson.teacher)
        await raw.greet(token, lesson.classroom)
        await raw.until(Attached)
        raw.say(Command(id="command1", op="classroom.rename", stream=lesson.classroom, body={"name": "新"}))
        assert (await raw.until(Done)).id == "command1"
        (connection,) = node.hub.connections
        node.cut(connection, Close.LOGGED_OUT)
        assert await raw.close_code() == Close.LOGGED_OUT


async def test_a_slow_reader_over_plain_asgi_gets_everything(campus: Campus) -> None:
    lesson = await campus.lesson(0)
    async with plain_node(campus) as (node, port), open_raw(port) as raw:
        _, token = await campus.device(lesson.teacher)
        head = await campus.head(lesson.classroom)
        await raw.greet(token, Attach(stream=lesson.classroom, position=head, audience="staff"))
        await raw.until(Attached)
        for _ in range(10):
            node.hear_events(StreamId(lesson.classroom), await campus.write(lesson.classroom, 100, 6_000))
            await asyncio.sleep(0)
        while (await raw.until(Event)).seq < head + 1_000:
            pass
        assert [each.seq for each in raw.seen if isinstance(each, Event)] == list(range(head + 1, head + 1_001))


async def test_json_over_plain_asgi(campus: Campus) -> None:
    lesson = await campus.lesson(0)
    async with plain_node(campus) as (_, port), open_raw(port, "json") as raw:
        _, token = await campus.device(lesson.teacher)
        raw.say(Hello(token=token, client_kind="web", client_version="1"))
        opcode, payload = await raw.read_frame()
        assert opcode == 1
        assert len(decode_server(payload, "json")) == 1


async def test_a_stranger_over_plain_asgi_is_sent_away(campus: Campus) -> None:
    async with plain_node(campus) as (_, port), open_raw(port) as raw:
        assert isinstance(raw, Raw)
        raw.say(Hello(token="nobody", client_kind="web", client_version="1"))
        assert await raw.close_code() == Close.UNAUTHENTICATED
