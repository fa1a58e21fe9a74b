"""The PostgreSQL and the Redis of a test run, and a database of its own for each test."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import asyncpg

from server.embedded import EmbeddedPostgres, EmbeddedRedis, run_postgres, run_redis
from server.store import schema

TEMPLATE = "shangke_template"


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    postgres: EmbeddedPostgres
    redis: EmbeddedRedis


@contextlib.asynccontextmanager
async def servers(folder: Path) -> AsyncIterator[Servers]:
    """Real servers; the data are thrown away, so nothing waits for the disk."""
    async with run_postgres(folder / "postgres", durable=False) as database, run_redis(folder / "redis") as bell:
        await execute(database, f'CREATE ROLE "{schema.APP}" LOGIN')
        await execute(database, f'CREATE DATABASE "{TEMPLATE}"')
        await schema.migrate(database.url(TEMPLATE))
        yield Servers(postgres=database, redis=bell)


@contextlib.asynccontextmanager
async def database(server: EmbeddedPostgres, *, template: str = TEMPLATE, user: str = schema.APP) -> AsyncIterator[str]:
    """The URL of a new database for `user`: a copy of `template`, gone afterwards."""
    name = f"test_{token_hex(6)}"
    # Copying files beats writing them through the log for a database this small.
    await execute(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
    try:
        yield server.url(name, user=user)
    finally:
        # FORCE, since a test of a killed node leaves connections behind.
        await execute(server, f'DROP DATABASE "{name}" WITH (FORCE)')


async def execute(server: EmbeddedPostgres, statement: str) -> None:
    connection = await asyncpg.connect(server.url("postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
