"""One push to 100,000 people, to its end, by the worker's own function, while others go on with their work.

Run by itself: `python -m bench.push`. A hundred of the people have a phone on a hub; every tenth of a second another
one changes their name, which takes the lock of their stream. Takes about two minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter

import websockets
from redis.asyncio import Redis

from bench.ground import Ground, ground
from bench.quantile import quantile
from bench.shangke import ATTACHED, DATABASE, Shangke, ShangkeStage
from protocol.codec import encode
from protocol.envelopes import SUBPROTOCOL_MSGPACK, Attach, Command, Hello
from protocol.ids import AccountId, StreamId
from server.bus import open_bus
from server.core.inbox import News
from server.ids import draw_id
from server.open_road import open_road
from server.redis_pool import open_redis
from server.road import Road
from server.store import activities, bulk, pushes
from server.store.pool import Database, connect
from workers.send_push import send

N_PEOPLE = 100_000
N_PHONES = 100
MIB = 1024 * 1024


@dataclass(slots=True)
class Seen:
    told_s: list[float] = field(default_factory=list)
    rename_ms: list[float] = field(default_factory=list)
    transaction_ms: list[float] = field(default_factory=list)
    n_waiting: list[int] = field(default_factory=list)
    redis_mib: list[float] = field(default_factory=list)


async def measure(folder: Path, n_people: int) -> None:
    async with ground(folder) as shared:
        with Shangke().up(shared, 1, N_PHONES) as stage:
            await push(shared, stage, n_people)


async def push(shared: Ground, stage: ShangkeStage, n_people: int) -> None:
    seen, redis_url, people = Seen(), shared.redis.url(), stage.rooms[0].people
    async with contextlib.AsyncExitStack() as stack:
        db = await stack.enter_async_context(connect(shared.postgres.url(DATABASE), most=6))
        redis = await stack.enter_async_context(open_redis(redis_url))
        bus = await stack.enter_async_context(open_bus(redis_url))
        road = await stack.enter_async_context(open_road(db, bus, redis, redis_url))
        accounts = [AccountId(draw_id()) for _ in range(n_people - len(people.students) - 1)]
        await bulk.seed_people(db, accounts)
        # In the order of ids, as the push goes, so that they meet.
        others = cycle(sorted(accounts)[:: len(accounts) // 1_000 or 1])
        async with db.transaction() as tx:
            news = News(id=draw_id(), kind="platform_push", title="今晚维护", source=None)
            id = await pushes.insert_push(tx, news, "all", None, None, await activities.select_now(tx))
        port, devices = stage.nodes[0].port, zip(people.student_tokens, people.students, strict=True)
        phones = [await stack.enter_async_context(phone(port, *each)) for each in islice(devices, N_PHONES)]
        began = perf_counter()
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(listen(socket, seen, began)) for socket in phones]
            running += [
                tasks.create_task(again(0.1, lambda: rename(road, others, seen))),
                tasks.create_task(again(0.5, lambda: look(db, redis, seen))),
            ]
            await send(road, id)
            took_s = perf_counter() - began
            await asyncio.sleep(1)
            for each in running:
                each.cancel()
        sent = await pushes.select_push(db, id)
    assert sent is not None
    report(seen, took_s, sent.n_told, sent.state)


@contextlib.asynccontextmanager
async def phone(port: int, token: str, account: AccountId) -> AsyncIterator[websockets.ClientConnection]:
    """A device that follows its account's stream."""
    attach = Attach(stream=account, audience="self")
    hello = Hello(token=token, client_kind="web", client_version="bench", streams=[attach])
    async with websockets.connect(
        f"ws://127.0.0.1:{port}/ws", subprotocols=[websockets.Subprotocol(SUBPROTOCOL_MSGPACK)], proxy=None
    ) as socket:
        await socket.send(encode(hello))
        while ATTACHED not in await socket.recv(decode=False):
            pass
        yield socket


async def listen(socket: websockets.ClientConnection, seen: Seen, began: float) -> None:
    async for message in socket:
        if isinstance(message, bytes) and b"inbox.added" in message:
            seen.told_s.append(perf_counter() - began)


async def again(every_s: float, act: Callable[[], Awaitable[None]]) -> None:
    while True:
        await act()
        await asyncio.sleep(every_s)


async def rename(road: Road, accounts: Iterator[AccountId], seen: Seen) -> None:
    account, began = next(accounts), perf_counter()
    await road.travel(account, None, Command(draw_id(), "account.rename", StreamId(account), {"name": "新名"}))
    seen.rename_ms.append((perf_counter() - began) * 1_000)


async def look(db: Database, redis: Redis, seen: Seen) -> None:
    row = await db.fetchrow(
        """
        SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0)::float8 AS longest_s,
               count(*) FILTER (WHERE wait_event_type = 'Lock') AS n_waiting
          FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()
        """
    )
    assert row is not None, "an aggregate is one row"
    seen.transaction_ms.append(row["longest_s"] * 1_000)
    seen.n_waiting.append(row["n_waiting"])
    seen.redis_mib.append((await redis.info("memory"))["used_memory"] / MIB)


def report(seen: Seen, took_s: float, n_told: int, state: str) -> None:
    print(f"{n_told} told in {took_s:.1f} s ({n_told / took_s:,.0f} a second), then {state}")
    print(f"{len(seen.told_s)} of {N_PHONES} phones told, the last after {max(seen.told_s):.1f} s")
    print(f"somebody's own command meanwhile: {spread(seen.rename_ms)} ms, {len(seen.rename_ms)} of them")
    print(f"oldest open transaction: {spread(seen.transaction_ms)} ms; {max(seen.n_waiting)} waited for a lock at most")
    print(f"Redis {seen.redis_mib[0]:.1f} MiB at first, {max(seen.redis_mib):.1f} at most")


def spread(found: list[float]) -> str:
    return f"p50 {quantile(found, 0.5):.1f} p99 {quantile(found, 0.99):.1f} most {max(found):.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.push", description=__doc__)
    parser.add_argument("--people", type=int, default=N_PEOPLE)
    n_people = parser.parse_args().people
    with tempfile.TemporaryDirectory(prefix="shangke-", dir="/tmp") as folder:
        asyncio.run(measure(Path(folder), n_people))


if __name__ == "__main__":
    main()
