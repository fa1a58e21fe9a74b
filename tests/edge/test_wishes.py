"""What a socket waits for: one thing at a time, in order, and none of it for ever."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

import pytest
import uvicorn

from protocol.close import Close
from protocol.envelopes import Command, Done, RefusedReply
from protocol.errors import Code, Refused
from protocol.ids import AccountId, DeviceId, StreamId
from server.edge import wishes
from server.edge.endpoint import SocketEndpoint
from server.edge.node import Node, open_node
from server.edge.wishes import WAITING, Errand, Wishes
from server.hub.connection import Connection
from server.hub.prepared import Prepared
from tests.edge.campus import Campus
from tests.edge.raw import Raw, open_raw
from tests.harness.until import until

SOON, TRAVELS = "response.save", "classroom.rename"


@dataclass(slots=True)
class SlowRoad:
    """A road on which everything stays under way until the test says what becomes of it."""

    travelling: dict[str, asyncio.Future[Done]] = field(default_factory=dict)
    soon: dict[str, Callable[[Done | Refused], None]] = field(default_factory=dict)
    begun: list[str] = field(default_factory=list)
    is_patient: bool = True

    async def travel(self, account: AccountId, device: DeviceId, command: Command) -> Done:
        self.begun.append(command.id)
        future: asyncio.Future[Done] = asyncio.get_running_loop().create_future()
        self.travelling[command.id] = future
        return await future

    def hear_events(self, stream: StreamId, events: Sequence[Prepared]) -> None: ...

    def travel_soon(self, account: AccountId, command: Command, told: Callable[[Done | Refused], None]) -> bool:
        if command.op != SOON:
            return False
        self.begun.append(command.id)
        if self.is_patient:
            self.soon[command.id] = told
        else:
            told(Refused(Code.BAD_FIELD) if len(self.begun) % 2 else Done(id=command.id))
        return True


@contextlib.asynccontextmanager
async def slow_node(campus: Campus, road: SlowRoad) -> AsyncIterator[tuple[Node, int]]:
    """A node of this process whose commands go down `road`."""
    async with open_node("slow", campus.school.book, campus.school.redis_url) as node, asyncio.TaskGroup() as tasks:
        node.open_doors(road)
        listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(
            SocketEndpoint(node, ()),
            ws="server.edge.websocket:PreparedWebSocket",
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
        )
        server = uvicorn.Server(config)
        serving = tasks.create_task(server._serve(sockets=[listener]))
        try:
            yield node, listener.getsockname()[1]
        finally:
            server.should_exit = server.force_exit = True
            await serving


def commands(account: AccountId, ops: Sequence[str]) -> list[Command]:
    return [Command(id=f"command{number:03}", op=op, stream=account) for number, op in enumerate(ops)]


async def replies(raw: Raw, n: int) -> list[tuple[str, str]]:
    """The ids of the next replies, in order, with the code of a refusal."""
    found: list[tuple[str, str]] = []
    while len(found) < n:
        match await raw.next():
            case Done(id=id):
                found.append((id, "done"))
            case RefusedReply(id=id, code=code):
                found.append((id, code))
            case _:
                pass
    return found


async def test_one_thing_is_under_way_at_a_time_and_the_next_begins_when_it_is_told(campus: Campus) -> None:
    road = SlowRoad()
    account = await campus.school.person("甲")
    _, token = await campus.device(account)
    async with slow_node(campus, road) as (node, port), open_raw(port) as raw:
        await raw.greet(token)
        first, second, third, fourth = commands(account, [SOON, SOON, TRAVELS, SOON])
        raw.say(first)
        raw.say(second, third)
        raw.say(fourth)
        await until(lambda: road.begun == [first.id], lambda: road.begun)
        road.soon[first.id](Done(id=first.id))
        await until(lambda: road.begun == [first.id, second.id], lambda: road.begun)
        road.soon[second.id](Refused(Code.BAD_ANSWER))
        await until(lambda: third.id in road.travelling, lambda: road.begun)
        assert road.begun == [first.id, second.id, third.id]
        road.travelling[third.id].set_exception(Refused(Code.FORBIDDEN))
        await until(lambda: fourth.id in road.soon, lambda: road.begun)
        road.soon[fourth.id](Done(id=fourth.id))
        expected = [(first.id, "done"), (second.id, "bad_answer"), (third.id, "forbidden"), (fourth.id, "done")]
        assert await replies(raw, 4) == expected
        assert (node.n_done, node.n_refused) == ({SOON: 2}, {Code.BAD_ANSWER: 1, Code.FORBIDDEN: 1})
        assert not node.under_way


async def test_what_takes_too_long_is_given_up_and_told_so_once(
    campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wishes, "COMMAND_LIMIT_S", 0.1)
    road = SlowRoad()
    account = await campus.school.person("甲")
    _, token = await campus.device(account)
    async with slow_node(campus, road) as (node, port), open_raw(port) as raw:
        await raw.greet(token)
        soon, travels, after = commands(account, [SOON, TRAVELS, SOON])
        raw.say(soon, travels)
        assert await replies(raw, 2) == [(soon.id, "internal"), (travels.id, "internal")]
        # What comes of it later is no second answer, and not one to another command.
        road.soon[soon.id](Done(id=soon.id))
        await until(lambda: road.travelling[travels.id].cancelled(), lambda: road.begun)
        monkeypatch.setattr(wishes, "COMMAND_LIMIT_S", 30.0)
        raw.say(after)
        await until(lambda: after.id in road.soon, lambda: road.begun)
        road.soon[soon.id](Done(id=soon.id))
        road.soon[after.id](Done(id=after.id))
        assert await replies(raw, 1) == [(after.id, "done")]
        assert node.n_refused == {Code.INTERNAL: 2}


@dataclass(slots=True)
class Listener:
    """A socket that only notes what its wishes make it do."""

    connection: Connection | None = None
    noted: list[str] = field(default_factory=list)

    async def do(self, errand: Errand) -> None:
        self.noted.append(type(errand).__name__)

    def reply(self, command: Command, outcome: Done | Refused) -> None:
        self.noted.append(command.id)

    def close(self, code: int) -> None:
        self.noted.append(f"close {code}")

    def stop_reading(self) -> None:
        self.noted.append("stop reading")

    def read_on(self) -> None:
        self.noted.append("read on")

    @property
    def number(self) -> int:
        return -1

    def write(self, data: bytes) -> None: ...
    def unsent(self) -> int:
        return 0

    def untaken(self) -> int:
        return 0

    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...


async def test_reading_stops_while_much_waits_and_goes_on_at_half_of_it(campus: Campus) -> None:
    road, asker = SlowRoad(), Listener()
    account = await campus.school.person("甲")
    asker.connection = Connection(
        id="c", account=account, device=DeviceId("d"), wire="msgpack", pipe=asker, opened_ms=0
    )
    async with open_node("slow", campus.school.book, campus.school.redis_url) as node:
        node.open_doors(road)
        made = Wishes(node, asker)
        all_of_them = commands(account, [SOON] * 100)
        for n_waiting, command in enumerate(all_of_them):
            made.add(command)
            # The first is under way, it does not wait.
            assert asker.noted == (["stop reading"] if n_waiting >= WAITING else [])
        for command in all_of_them[: 99 - WAITING // 2]:
            road.soon[command.id](Done(id=command.id))
        half = [each.id for each in all_of_them[: 99 - WAITING // 2]]
        assert asker.noted == ["stop reading", *half, "read on"]
        # From here on everything is told before the road has even returned.
        road.is_patient = False
        road.soon[road.begun[-1]](Done(id=road.begun[-1]))
        assert [each for each in asker.noted if each.startswith("command")] == [each.id for each in all_of_them]


async def test_a_road_that_fails_is_a_refusal_and_the_next_command_is_served(campus: Campus) -> None:
    class Broken(SlowRoad):
        def travel_soon(self, account: AccountId, command: Command, told: Callable[[Done | Refused], None]) -> bool:
            if command.id == "command000":
                raise OSError("broken")
            return SlowRoad.travel_soon(self, account, command, told)

    road = Broken(is_patient=False)
    account = await campus.school.person("甲")
    _, token = await campus.device(account)
    async with slow_node(campus, road) as (_, port), open_raw(port) as raw:
        await raw.greet(token)
        raw.say(*commands(account, [SOON, SOON]))
        assert await replies(raw, 2) == [("command000", "internal"), ("command001", "bad_field")]


async def test_what_waits_when_the_socket_goes_does_not_begin(campus: Campus) -> None:
    road = SlowRoad()
    account = await campus.school.person("甲")
    _, token = await campus.device(account)
    async with slow_node(campus, road) as (node, port), open_raw(port) as raw:
        await raw.greet(token)
        first, second = commands(account, [SOON, SOON])
        raw.say(first, second)
        await until(lambda: first.id in road.soon, lambda: road.begun)
        (connection,) = node.hub.connections
        node.cut(connection, Close.LOGGED_OUT)
        assert await raw.close_code() == Close.LOGGED_OUT
        raw.writer.transport.abort()
        await until(lambda: not node.hub.connections, lambda: road.begun)
    assert road.begun == [first.id]
