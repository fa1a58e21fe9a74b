"""How a job is put into the queue, known only here. The queue is an alarm clock: sweeps find what it lost."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import replace
from urllib.parse import unquote

from arq.connections import ArqRedis, RedisSettings, create_pool
from redis.exceptions import RedisError

from protocol.codec import pack_parts, unpack_parts
from server.core.fact import Alarm

QUEUE = "shangke:jobs"
TIMEOUT_S = 3.0
MOST_WAITING = 10_000

log = logging.getLogger("shangke.enqueue")


def settings(redis_url: str) -> RedisSettings:
    """arq takes the path of a unix socket as it is written in the URL."""
    found = RedisSettings.from_dsn(redis_url)
    return replace(found, unix_socket_path=found.unix_socket_path and unquote(found.unix_socket_path))


async def open_queue(redis_url: str) -> ArqRedis:
    """arq's own serialiser is pickle: whoever can write to Redis could run code in a worker."""
    return await create_pool(
        settings(redis_url), job_serializer=pack_parts, job_deserializer=unpack_parts, default_queue_name=QUEUE
    )


class Alarms:
    """One per process; `run` belongs to the app. Ringing neither waits nor raises."""

    def __init__(self, redis_url: str) -> None:
        self._redis_url = redis_url
        self._waiting: deque[Alarm] = deque(maxlen=MOST_WAITING)
        self._has_waiting = asyncio.Event()
        self._queue: ArqRedis | None = None

    def enqueue(self, alarm: Alarm) -> None:
        self._waiting.append(alarm)
        self._has_waiting.set()

    async def run(self) -> None:
        try:
            while True:
                await self._has_waiting.wait()
                self._has_waiting.clear()
                while self._waiting:
                    await self._enqueue(self._waiting.popleft())
        finally:
            if self._queue is not None:
                await self._queue.aclose()

    async def _enqueue(self, alarm: Alarm) -> None:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                self._queue = self._queue or await open_queue(self._redis_url)
                await self._queue.enqueue_job(alarm.job, alarm.argument, _job_id=alarm.id, _defer_until=alarm.due)
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("alarm=%s outcome=left_to_the_sweep error=%s", alarm.id, type(error).__name__)
