"""Runs everything on one machine: PostgreSQL and Redis (unless given), the hubs, a worker.

It knows the programs and their order, not what they do.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import errno
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

import asyncpg
import uvloop

from server import demo, embedded, notify, probe
from server.config import Config, with_secret
from server.embedded import Child, folder
from server.store import schema
from server.supervise import Readiness, kept, readiness
from server.told import Told

log = logging.getLogger(__name__)

DATABASE = "shangke"
READY_S = 60.0
# The drain of a hub gives every phone its slot first.
STOP_S = 40.0


class UpError(Told):
    """It cannot run here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    name: str
    command: str


def command(config: Config, arguments: argparse.Namespace) -> None:
    """Until SIGTERM, SIGINT or SIGHUP. Raises: Told, in a group or alone."""
    uvloop.run(up(with_secret(config)))


async def up(config: Config) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(run_all(config))
        waiting = tasks.create_task(stop.wait())
        await asyncio.wait((running, waiting), return_when=asyncio.FIRST_COMPLETED)
        running.cancel()
        waiting.cancel()


async def run_all(config: Config) -> None:
    """Start all in order, say so, and go on until cancelled; then stop all in the opposite order."""
    refuse_taken_port(config)
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(folder.locked(config.data, wait_s=5.0))
        config = await with_servers(config, stack)
        if config.demo and not await schema.has_accounts(config.database_url):
            await finished(config, Program(name="seed", command="seed"))
        heard = await stack.enter_async_context(readiness(folder.socket_folder(config.data) / "notify.sock"))
        async with asyncio.TaskGroup() as starting:
            ready = [asyncio.Event() for _ in programs(config)]
            for program, is_ready in zip(programs(config), ready, strict=True):
                starting.create_task(keep_until_cancelled(config, program, heard, is_ready))
            for each in ready:
                await each.wait()
            await answering(config)
            announce(config)


async def keep_until_cancelled(config: Config, program: Program, heard: Readiness, is_ready: asyncio.Event) -> None:
    async with kept(partial(running, config, program, heard)):
        is_ready.set()
        await asyncio.Event().wait()


def programs(config: Config) -> list[Program]:
    hubs = [Program(name=f"hub-{number}", command="serve") for number in range(1, config.nodes + 1)]
    return [*hubs, Program(name="worker", command="worker")]


@contextlib.asynccontextmanager
async def running(config: Config, program: Program, heard: Readiness) -> AsyncIterator[Child]:
    child = await spawn(config, program, {notify.VARIABLE: str(heard.address)})
    try:
        await heard.of(child, wait_s=READY_S)
        yield child
    finally:
        await child.stop()


async def finished(config: Config, program: Program) -> None:
    """Run a program that ends by itself. Raises: UpError, when it fails."""
    child = await spawn(config, program, {})
    try:
        if await child.process.wait() != 0:
            raise UpError(f"`shangke {program.command}` failed: see its words above")
    finally:
        await child.stop()


async def spawn(config: Config, program: Program, further: Mapping[str, str]) -> Child:
    settings = {
        "DATABASE_URL": config.database_url,
        "REDIS_URL": config.redis_url,
        "SHANGKE_DATA": str(config.data),
        "SHANGKE_SECRET": config.secret.reveal(),
        "SHANGKE_NODE": program.name,
    }
    return await embedded.spawn(
        program.name,
        [sys.executable, "-m", "server.cli", program.command],
        log=None,
        ends_by=((signal.SIGTERM, STOP_S),),
        environment={**os.environ, **settings, **further},
    )


async def with_servers(config: Config, stack: contextlib.AsyncExitStack) -> Config:
    """The config with the URLs of the embedded servers where none were given; they run until `stack` ends."""
    if config.database_url:
        await schema.migrate(config.database_url)
    else:
        config = replace(config, database_url=await start_postgres(config, stack))
    if not config.redis_url:
        config = replace(config, redis_url=await start_redis(config, stack))
    return config


async def start_postgres(config: Config, stack: contextlib.AsyncExitStack) -> str:
    """The URL of a database with the schema, for a role that may not change the schema."""
    urls: list[str] = []

    @contextlib.asynccontextmanager
    async def start() -> AsyncIterator[Child]:
        async with embedded.run_postgres(config.data / "postgres") as server:
            await ensure_database(server)
            urls.append(server.url(DATABASE, user=schema.APP))
            yield server.child

    await stack.enter_async_context(kept(start))
    return urls[0]


async def ensure_database(server: embedded.EmbeddedPostgres) -> None:
    connection = await asyncpg.connect(server.url("postgres"))
    try:
        with contextlib.suppress(asyncpg.DuplicateDatabaseError):
            await connection.execute(f'CREATE DATABASE "{DATABASE}"')
        with contextlib.suppress(asyncpg.DuplicateObjectError):
            await connection.execute(f'CREATE ROLE "{schema.APP}" LOGIN')
    finally:
        await connection.close()
    await schema.migrate(server.url(DATABASE))


async def start_redis(config: Config, stack: contextlib.AsyncExitStack) -> str:
    urls: list[str] = []

    @contextlib.asynccontextmanager
    async def start() -> AsyncIterator[Child]:
        async with embedded.run_redis(config.data / "redis") as server:
            urls.append(server.url())
            yield server.child

    await stack.enter_async_context(kept(start))
    return urls[0]


def refuse_taken_port(config: Config) -> None:
    """The hubs share their port willingly, so a stranger's hubs on it would go unnoticed."""
    family, _, _, _, address = socket.getaddrinfo(config.host, config.port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise UpError(f"port {config.port} is in use: stop what uses it, or set SHANGKE_PORT") from None
            raise UpError(f"cannot listen on {config.host} port {config.port}: {error.strerror}") from None


async def answering(config: Config) -> None:
    """Returns when the service answers over its port, as a browser would ask."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(READY_S):
            while True:
                if await probe.status(config, "/health/ready") == 200:
                    return
                await asyncio.sleep(0.05)
    raise UpError(f"the hubs run but {probe.local_url(config)}/health/ready does not say so: see their words above")


def announce(config: Config) -> None:
    url = probe.local_url(config)
    lines = ["", f"Phone     {url}/", f"Console   {url}/console", ""]
    if config.demo and demo.LOG_INS:
        width = max(len(each.who) for each in demo.LOG_INS)
        lines += ["Demo log-ins:"]
        lines += [f"  {each.who:<{width}}  {each.phone}  {each.password}" for each in demo.LOG_INS]
        lines += [""]
    print("\n".join([*lines, f"ready {url}"]), flush=True)
