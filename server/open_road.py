"""Builds the road of one process and runs the tasks beside it. The app and the worker both begin here."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from redis.asyncio import Redis

from protocol.ids import StreamId
from server.answering import Answering
from server.echo import Echo
from server.enqueue import Alarms
from server.guesses import Guesses
from server.hub.prepared import Prepared, PreparedGauge
from server.posting import Posting
from server.road import Road
from server.store.pool import Database
from server.sweep import sweep_for_ever
from server.turns import Turns

STOP_S = 1.0


class Bell(Protocol):
    """What the road rings; the bus is one."""

    def publish_events(self, stream: StreamId, events: Sequence[Prepared]) -> None: ...

    def publish_gauge(self, stream: StreamId, gauge: PreparedGauge) -> None: ...


@contextlib.asynccontextmanager
async def open_road(db: Database, bell: Bell, redis: Redis, redis_url: str) -> AsyncIterator[Road]:
    echo = Echo(db, bell, redis)
    answering = Answering(db, bell, echo)
    alarms = Alarms(redis_url)
    turns = Turns()
    posting = Posting(db, turns)
    road = Road(
        db=db,
        bell=bell,
        answering=answering,
        echo=echo,
        guesses=Guesses(redis),
        posting=posting,
        turns=turns,
        enqueue=alarms.enqueue,
    )
    async with asyncio.TaskGroup() as tasks:
        running = [
            tasks.create_task(each) for each in (answering.run(), echo.run(), alarms.run(), sweep_for_ever(road))
        ]
        try:
            yield road
        finally:
            await posting.stop()
            await stop_tasks(running)


async def stop_tasks(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel until they end: before Python 3.12, `asyncio.wait_for` inside redis-py may swallow a cancellation."""
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=STOP_S)
