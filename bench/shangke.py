"""Ours: two hubs as `shangke serve` runs them, joined by Redis, every publication and answer in PostgreSQL.

A room is a classroom in session with a discussion, a publication a post in it, a seat a student's phone. Knows how to
enter and what to send; what is measured it does not.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPException
from itertools import count
from typing import LiteralString, TypeVar

import asyncpg
import msgspec

from bench.ground import ROOT, Ground
from bench.mark import COMMAND_ID, make_payload
from bench.process import START_LIMIT_S, Node, StartError, end, free_port, start
from bench.seat import BINARY, PAYLOAD_BYTES, UPGRADED, Seat, Step, client_frame, upgrade_request
from protocol.codec import encode
from protocol.envelopes import SUBPROTOCOL_MSGPACK, Attach, Body, Command, Hello
from protocol.ids import ActivityId, Seq, StreamId
from protocol.rest import CommandDone
from server.ids import draw_id
from server.store import schema
from server.store.bulk import Bulk, seed_bench
from server.store.pool import connect
from server.token import draw_token

N_NODES = 2
# At 20 posts a second each: more than two hubs can carry to one room.
N_PUBLISHERS = 200
DATABASE: LiteralString = "bench_shangke"
DONE = b"\x94\x11\xb0"  # the `done` envelope up to its command id
ATTACHED = b"\x94\x1a\xb0"  # the `attached` envelope up to its stream
QUERIES = re.compile(rb"^shangke_queries_total ([0-9.e+]+)$", re.MULTILINE)
FELL_BEHIND = re.compile(rb"^shangke_fell_behind_total ([0-9.e+]+)$", re.MULTILINE)
CONNECTIONS = rb'shangke_connections\{kind="web",version="%s"\} ([0-9.e+]+)'
ASK_S = 10.0
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A classroom in session. `head`: where its stream stands before anybody published."""

    people: Bulk
    discussion: ActivityId
    head: Seq

    @property
    def stream(self) -> StreamId:
        return StreamId(self.people.classroom)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShangkeStage:
    """Our hubs, up, with classes that wait for their lesson."""

    nodes: tuple[Node, ...]
    rooms: tuple[Room, ...]
    waves: Iterator[int] = field(default_factory=count)
    # What a hub said last: a dead one is not asked again.
    queries_by_port: dict[int, int] = field(default_factory=dict)

    @property
    def n_publishers(self) -> int:
        return N_PUBLISHERS

    def seat(self, n_th: int, room: int, node: int) -> Seat:
        return self._seat(n_th, room, node, is_publisher=False)

    def publisher(self, n_th: int, room: int, node: int) -> Seat:
        return self._seat(n_th, room, node, is_publisher=True)

    def wave(self, n_each: int) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
        number = next(self.waves)
        check_ins = [publish(self.nodes[0].port, room.people, "check_in") for room in self.rooms]
        commands, receipts = [], []
        for n_th in range(n_each):
            for n_room, (room, (check_in, _)) in enumerate(zip(self.rooms, check_ins, strict=True)):
                id = f"w{number:03d}r{n_room:03d}s{n_th:07d}"
                body: Body = {"activity": check_in, "value": {"v": 1}}
                submit = Command(id=id, op="response.submit", stream=room.stream, body=body)
                commands.append(client_frame(encode(submit), BINARY))
                receipts.append(DONE + id.encode())
        return tuple(commands), tuple(receipts)

    def n_queries(self) -> int:
        for node in self.nodes:
            if node.process.poll() is None:
                self.queries_by_port[node.port] = count_metric(node.port, QUERIES)
        return sum(self.queries_by_port.values())

    def speaker(self, n_th: int, node: int, payload_bytes: int) -> Seat:
        return self._seat(n_th, 0, node, is_publisher=True, payload_bytes=payload_bytes)

    def laggard(self, n_th: int, node: int, n_events: int, label: str) -> Seat:
        return replace(self._seat(n_th, 0, node, is_publisher=False, n_events=n_events, version=label), is_narrow=True)

    def n_connected(self, node: int, label: str) -> int:
        found = re.search(CONNECTIONS % label.encode(), ask(self.nodes[node].port, "GET", "/metrics")[1])
        return int(float(found[1])) if found else 0

    def n_fell_behind(self) -> int:
        return sum(count_metric(node.port, FELL_BEHIND) for node in self.nodes)

    def _seat(
        self,
        n_th: int,
        n_room: int,
        n_node: int,
        *,
        is_publisher: bool,
        payload_bytes: int = PAYLOAD_BYTES,
        n_events: int = 0,
        version: str = "bench",
    ) -> Seat:
        """A phone that was here `n_events` after the lesson began, so that every return is a resume from there."""
        room, port = self.rooms[n_room], self.nodes[n_node].port
        attach = Attach(stream=room.stream, position=Seq(room.head + n_events), audience="student")
        hello = Hello(
            token=room.people.student_tokens[n_th], client_kind="web", client_version=version, streams=[attach]
        )
        text = make_payload(payload_bytes).decode()
        post = Command(
            id=COMMAND_ID.decode(),
            op="activity.post",
            stream=room.stream,
            body={"activity": room.discussion, "text": text},
        )
        return Seat(
            port=port,
            request=upgrade_request("/ws", port, f"Sec-WebSocket-Protocol: {SUBPROTOCOL_MSGPACK}"),
            steps=(
                Step(wait_for=UPGRADED.wait_for, then=client_frame(encode(hello), BINARY)),
                Step(wait_for=ATTACHED + room.stream.encode()),
            ),
            say=client_frame(encode(post), BINARY),
            room=n_room,
            is_publisher=is_publisher,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shangke:
    """The contestant."""

    name: str = "Shangke"
    disciplines: frozenset[str] = frozenset({"fanout", "idle", "answers", "comeback", "slow"})

    @contextmanager
    def up(self, ground: Ground, n_rooms: int, n_members: int) -> Iterator[ShangkeStage]:
        url = ground.postgres.url(DATABASE)
        people = blocking(lambda: make_school(ground, n_rooms, n_members + N_PUBLISHERS))
        ports = [free_port() for _ in range(N_NODES)]
        with ExitStack() as stack:
            stack.callback(lambda: blocking(lambda: drop(ground)))
            nodes = []
            for port in ports:
                env = {
                    "DATABASE_URL": url,
                    "REDIS_URL": ground.redis.url(),
                    "SHANGKE_DATA": str(ground.folder / "data"),
                    "SHANGKE_PORT": str(port),
                    # A phone keeps the origin of its page when it comes to the other hub.
                    "SHANGKE_ORIGINS": ",".join(f"http://127.0.0.1:{port}" for port in ports),
                }
                argv = (sys.executable, "-m", "server.cli", "serve")
                node = start(argv, port=port, cwd=ROOT, env=env, log=ground.folder / f"{self.name}-{port}.log")
                stack.callback(end, node.process)
                nodes.append(node)
            for node in nodes:
                wait_ready(node)
            rooms = tuple(begin(ports[0], each) for each in people)
            yield ShangkeStage(nodes=tuple(nodes), rooms=rooms)


def blocking(work: Callable[[], Awaitable[Answer]]) -> Answer:
    """Run `work` to its end in a loop of its own: the caller's is busy measuring."""

    async def run() -> Answer:
        return await work()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(run())).result()


async def make_school(ground: Ground, n_rooms: int, n_students: int) -> list[Bulk]:
    """An empty database with so many full classrooms."""
    await drop(ground)
    await execute(ground, f"CREATE DATABASE {DATABASE}")
    url = ground.postgres.url(DATABASE)
    await schema.migrate(url)
    async with connect(url, most=2) as database:
        return await seed_bench(database, n_rooms, n_students, draw_id, draw_token)


async def drop(ground: Ground) -> None:
    await execute(ground, f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")


async def execute(ground: Ground, statement: str) -> None:
    connection = await asyncpg.connect(ground.postgres.url("postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def begin(port: int, people: Bulk) -> Room:
    """Start the lesson and open the discussion that everybody will post in."""
    command(port, people.teacher_token, "session.start", people.classroom, {})
    discussion, head = publish(port, people, "discussion")
    return Room(people=people, discussion=discussion, head=head)


def publish(port: int, people: Bulk, kind: str) -> tuple[ActivityId, Seq]:
    """A new open activity of the classroom, and the seq of the event that opened it."""
    draft: Body = {"kind": kind, "title": kind, "config": {}}
    drafted = command(port, people.teacher_token, "activity.draft", people.classroom, draft)
    assert drafted.result is not None, "a draft is given its id"
    activity = ActivityId(str(drafted.result["activity"]))
    published = command(port, people.teacher_token, "activity.publish", people.classroom, {"activity": activity})
    assert published.seq is not None, "publishing is an event"
    return activity, Seq(published.seq)


def command(port: int, token: str, op: str, stream: str, body: Body) -> CommandDone:
    """Carry out one command over REST. Raises: StartError, with what the hub said."""
    wish = {"id": draw_id(), "op": op, "stream": stream, "body": body}
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    status, said = ask(port, "POST", "/api/commands", json.dumps(wish), headers)
    if status != 200:
        raise StartError(f"{op}: {status} {said.decode(errors='replace')}")
    return msgspec.json.decode(said, type=CommandDone)


def count_metric(port: int, metric: re.Pattern[bytes]) -> int:
    """What a hub counted so far."""
    found = metric.search(ask(port, "GET", "/metrics")[1])
    if found is None:
        raise StartError(f"the hub does not count {metric.pattern!r}")
    return int(float(found[1]))


def wait_ready(node: Node) -> None:
    """A hub listens before it is ready. Raises: StartError, when that does not come."""
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline and node.process.poll() is None:
        try:
            if ask(node.port, "GET", "/health/ready")[0] == 200:
                return
        except (OSError, HTTPException):
            pass
        time.sleep(0.05)
    raise StartError(f"the hub on {node.port} is not ready:\n{node.log.read_text(errors='replace')[-2000:]}")


def ask(
    port: int, method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    """One request to a hub: the status and the body."""
    connection = HTTPConnection("127.0.0.1", port, timeout=ASK_S)
    try:
        connection.request(method, path, body, dict(headers or {}))
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()
