"""One worker process: arq's queue on one side, the road on the other."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable

import uvloop
from arq import cron, func
from arq.connections import ArqRedis
from arq.typing import WorkerCoroutine
from arq.worker import Worker
from redis.exceptions import RedisError

from protocol.codec import pack_parts, unpack_parts
from server import notify
from server.bus import open_bus
from server.config import Config, needing_servers, with_secret
from server.core.activity import CLOSE_JOB
from server.core.roster import IMPORT_JOB
from server.enqueue import QUEUE, open_queue
from server.open_road import open_road
from server.redis_pool import open_redis
from server.road import Road
from server.store import schema
from server.store.pool import connect
from server.telling_many import PUSH_JOB
from workers import (
    close_activity,
    import_roster,
    send_push,
    sweep_attempts,
    sweep_files,
    sweep_imports,
    sweep_old,
    watch_codes,
)
from workers.context import CONFIG, ROAD, Context

CONNECTIONS = 4
AT_ONCE = 8
TRIES = 5
AGAIN_S = 2.0
LAST_JOBS_S = 10.0

log = logging.getLogger("shangke.worker")


def command(config: Config, arguments: argparse.Namespace) -> None:
    """Work until SIGTERM or SIGINT."""
    uvloop.run(serve(with_secret(needing_servers(config))))


async def serve(config: Config) -> None:
    """Work until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with (
        connect(config.database_url, most=CONNECTIONS, least=1) as db,
        open_redis(config.redis_url) as redis,
        open_bus(config.redis_url) as bus,
    ):
        async with db.single() as single:
            await schema.check(single.connection)
        async with open_road(db, bus, redis, config.redis_url) as road:
            notify.ready()
            await work(config, road, stop)


async def work(config: Config, road: Road, stop: asyncio.Event) -> None:
    """Take jobs from the queue until `stop`. Without Redis there are none; the road's sweep closes what is due."""
    async with asyncio.TaskGroup() as tasks:
        taking = tasks.create_task(take_jobs(config, road))
        await stop.wait()
        taking.cancel()


async def take_jobs(config: Config, road: Road) -> None:
    while True:
        try:
            async with open_queue(config.redis_url) as queue:
                await drive(make_worker(config, road, queue))
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("queue=away error=%s", type(error).__name__)
        await asyncio.sleep(AGAIN_S)


async def drive(worker: Worker) -> None:
    """Run jobs until cancelled or without Redis; then what is under way has a moment to end.

    Not through `Worker.close`, which closes our queue in a way that redis-py gave up.
    """
    try:
        await worker.main()
    finally:
        if worker.tasks:
            _, late = await asyncio.wait(worker.tasks.values(), timeout=LAST_JOBS_S)
            for task in late:
                task.cancel()


def about(job: Callable[[Context, str], Awaitable[None]]) -> WorkerCoroutine:
    """A job about one thing, as arq calls it."""

    async def run(ctx: Context, *arguments: object, **named: object) -> None:
        await job(ctx, str(arguments[0]))

    return run


def alone(job: Callable[[Context], Awaitable[None]]) -> WorkerCoroutine:
    """A job about nothing in particular, as arq calls it."""

    async def run(ctx: Context, *arguments: object, **named: object) -> None:
        await job(ctx)

    return run


def make_worker(config: Config, road: Road, queue: ArqRedis) -> Worker:
    return Worker(
        functions=[
            func(about(close_activity.close_activity), name=CLOSE_JOB, timeout=close_activity.TIMEOUT_S, keep_result=0),
            func(about(send_push.send_push), name=PUSH_JOB, timeout=send_push.TIMEOUT_S, keep_result=0),
            func(about(import_roster.import_roster), name=IMPORT_JOB, timeout=import_roster.TIMEOUT_S, keep_result=0),
        ],
        cron_jobs=[
            cron(
                alone(sweep_old.sweep_old),
                name="sweep_old",
                minute=17,
                second=0,
                timeout=sweep_old.TIMEOUT_S,
                keep_result=0,
            ),
            cron(
                alone(sweep_attempts.sweep_attempts),
                name="sweep_attempts",
                second=set(range(0, 60, 3)),
                timeout=sweep_attempts.TIMEOUT_S,
                keep_result=0,
            ),
            cron(
                alone(sweep_imports.sweep_imports),
                name="sweep_imports",
                second={5, 20, 35, 50},
                timeout=sweep_imports.TIMEOUT_S,
                keep_result=0,
            ),
            cron(
                alone(send_push.sweep_pushes),
                name="sweep_pushes",
                second={5, 25, 45},
                timeout=send_push.TIMEOUT_S,
                keep_result=0,
            ),
            cron(
                alone(sweep_files.sweep_files),
                name="sweep_files",
                minute={7, 27, 47},
                second=0,
                timeout=sweep_files.TIMEOUT_S,
                keep_result=0,
            ),
            cron(
                alone(watch_codes.watch_codes),
                name="watch_codes",
                minute=set(range(0, 60, 5)),
                second=40,
                timeout=watch_codes.TIMEOUT_S,
                keep_result=0,
            ),
        ],
        queue_name=QUEUE,
        redis_pool=queue,
        ctx={ROAD: road, CONFIG: config},
        handle_signals=False,
        max_jobs=AT_ONCE,
        max_tries=TRIES,
        job_serializer=pack_parts,
        job_deserializer=unpack_parts,
    )
