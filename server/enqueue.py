"""How a job is put into the queue, known only here. The queue is an alarm clock: sweeps find what it lost."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncIterator

from arq.connections import ArqRedis
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from protocol.codec import pack_parts, unpack_parts
from server.core.fact import Alarm

QUEUE = "shangke:jobs"
TIMEOUT_S = 3.0
MOST_WAITING = 10_000

log = logging.getLogger("shangke.enqueue")


@contextlib.asynccontextmanager
async def open_queue(redis_url: str) -> AsyncIterator[ArqRedis]:
    """The queue; Redis need not be there.

    Not through arq's `create_pool`: its serialiser is pickle, so that whoever can write to Redis could run code in a
    worker, and it leaves its connection open when it is cancelled on the way in.
    """
    pool = ConnectionPool.from_url(redis_url, encoding="utf8", socket_connect_timeout=TIMEOUT_S)
    try:
        yield ArqRedis(pool, job_serializer=pack_parts, job_deserializer=unpack_parts, default_queue_name=QUEUE)
    finally:
        await pool.disconnect()


class Alarms:
    """One per process; `run` belongs to the app. Ringing neither waits nor raises."""

    def __init__(self, redis_url: str) -> None:
        self._redis_url = redis_url
        self._waiting: deque[Alarm] = deque(maxlen=MOST_WAITING)
        self._has_waiting = asyncio.Event()

    def enqueue(self, alarm: Alarm) -> None:
        self._waiting.append(alarm)
        self._has_waiting.set()

    async def run(self) -> None:
        async with open_queue(self._redis_url) as queue:
            while True:
                await self._has_waiting.wait()
                self._has_waiting.clear()
                while self._waiting:
                    await enqueue(queue, self._waiting.popleft())


async def enqueue(queue: ArqRedis, alarm: Alarm) -> None:
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await queue.enqueue_job(alarm.job, alarm.argument, _job_id=alarm.id, _defer_until=alarm.due)
    except (RedisError, OSError, TimeoutError) as error:
        log.warning("alarm=%s outcome=left_to_the_sweep error=%s", alarm.id, type(error).__name__)
