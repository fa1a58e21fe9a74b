"""500 log-ins a minute with a password, while a class of 100 on the same hub gets ten events a second.

Run by itself: `python -m bench.log_ins`. Says how late the hub's loop was (its own gauge, once a second), how long
events took from their sender to everybody, and how long the log-ins took; each with and without the log-ins.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import re
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from time import perf_counter

import httpx
import websockets

from bench.ground import ground
from bench.quantile import quantile
from bench.shangke import DATABASE, Room, Shangke, ShangkeStage
from protocol.codec import encode
from protocol.envelopes import SUBPROTOCOL_MSGPACK, Attach, Body, Command, Hello
from server.password import Passwords
from server.store import bulk
from server.store.pool import connect

PER_MINUTE = 500
WINDOW_S = 60.0
N_PHONES = 100
EVENTS_PER_S = 10
PASSWORD = "chalk-and-board-42"
LAG = re.compile(r"^shangke_loop_lag_seconds ([0-9.e+-]+)$", re.MULTILINE)
MARK = re.compile(rb"mark-(\d{6})")


@dataclass(slots=True)
class Seen:
    """Everything in milliseconds."""

    lag_ms: list[float] = field(default_factory=list)
    event_ms: list[float] = field(default_factory=list)
    log_in_ms: list[float] = field(default_factory=list)
    n_refused: int = 0


class Class:
    """Phones that look at the clock when an event comes, and one that posts."""

    def __init__(self, room: Room, port: int) -> None:
        self._room = room
        self._port = port
        self._sent: dict[bytes, float] = {}
        self._marks = count()
        self.seen = Seen()

    @contextlib.asynccontextmanager
    async def phone(self, token: str) -> AsyncIterator[websockets.ClientConnection]:
        attach = Attach(stream=self._room.stream, position=None, audience="student")
        hello = Hello(token=token, client_kind="web", client_version="bench", streams=[attach])
        async with websockets.connect(
            f"ws://127.0.0.1:{self._port}/ws", subprotocols=[websockets.Subprotocol(SUBPROTOCOL_MSGPACK)], proxy=None
        ) as socket:
            await socket.send(encode(hello))
            yield socket

    async def listen(self, token: str) -> None:
        async with self.phone(token) as socket:
            async for message in socket:
                now = perf_counter()
                for mark in MARK.findall(message if isinstance(message, bytes) else message.encode()):
                    if mark in self._sent:
                        self.seen.event_ms.append((now - self._sent[mark]) * 1_000)

    async def talk(self, token: str) -> None:
        async with self.phone(token) as socket, asyncio.TaskGroup() as tasks:
            tasks.create_task(drain(socket))
            while True:
                mark = f"{next(self._marks):06d}"
                post: Body = {"activity": self._room.discussion, "text": f"mark-{mark}"}
                self._sent[mark.encode()] = perf_counter()
                await socket.send(encode(Command(f"talk-{mark}", "activity.post", self._room.stream, post)))
                await asyncio.sleep(1 / EVENTS_PER_S)


async def drain(socket: websockets.ClientConnection) -> None:
    async for _ in socket:
        pass


async def measure(folder: Path, window_s: float) -> None:
    async with ground(folder) as shared:
        with Shangke().up(shared, 1, N_PHONES) as stage:
            async with connect(shared.postgres.url(DATABASE), most=2) as db, Passwords() as passwords:
                phones = await bulk.seed_log_ins(db, await passwords.hash(PASSWORD))
            await in_class(stage, phones, window_s)


async def in_class(stage: ShangkeStage, phones: list[str], window_s: float) -> None:
    room, port = stage.rooms[0], stage.nodes[0].port
    lesson = Class(room, port)
    tokens = room.people.student_tokens
    windows = (("without", 0), ("with", PER_MINUTE)) * 2
    async with (
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as web,
        asyncio.TaskGroup() as tasks,
    ):
        running = [tasks.create_task(lesson.listen(token)) for token in tokens[1 : N_PHONES + 1]]
        running.append(tasks.create_task(lesson.talk(tokens[0])))
        await asyncio.sleep(3)
        for name, per_minute in windows:
            seen = lesson.seen = Seen()
            await asyncio.gather(watch(web, seen, window_s), log_in(web, seen, phones, per_minute, window_s))
            print(line(name, seen), flush=True)
        for each in running:
            each.cancel()


async def watch(web: httpx.AsyncClient, seen: Seen, window_s: float) -> None:
    """The gauge tells of the last tick, and ticks are a second apart."""
    for _ in range(int(window_s)):
        await asyncio.sleep(1)
        found = LAG.search((await web.get("/metrics")).text)
        assert found is not None, "the hub tells how late it is"
        seen.lag_ms.append(float(found[1]) * 1_000)


async def log_in(web: httpx.AsyncClient, seen: Seen, phones: list[str], per_minute: int, window_s: float) -> None:
    async def one(phone: str) -> None:
        began = perf_counter()
        answer = await web.post("/api/devices", json={"phone": phone, "password": PASSWORD}, timeout=30)
        seen.log_in_ms.append((perf_counter() - began) * 1_000)
        seen.n_refused += answer.status_code != 201

    n = int(per_minute * window_s / 60)
    async with asyncio.TaskGroup() as tasks:
        for number in range(n):
            tasks.create_task(one(phones[number % len(phones)]))
            await asyncio.sleep(60 / per_minute)


def line(name: str, seen: Seen) -> str:
    told = f"{name:<8} loop lag {spread(seen.lag_ms)}   event {spread(seen.event_ms)}"
    if seen.log_in_ms:
        told += f"   log-in {spread(seen.log_in_ms)}, {len(seen.log_in_ms)} of them, {seen.n_refused} refused"
    return told


def spread(found_ms: list[float]) -> str:
    return f"p50 {quantile(found_ms, 0.5):.1f} p99 {quantile(found_ms, 0.99):.1f} most {max(found_ms):.1f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.log_ins", description=__doc__)
    parser.add_argument("--window", type=float, default=WINDOW_S, help="seconds")
    window_s = parser.parse_args().window
    with tempfile.TemporaryDirectory(prefix="shangke-", dir="/tmp") as folder:
        asyncio.run(measure(Path(folder), window_s))


if __name__ == "__main__":
    main()
