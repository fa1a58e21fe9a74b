"""Looks at the machine, the settings and the servers, and says what is wrong and how to mend it. Changes nothing."""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

import asyncpg
from redis.asyncio import Redis
from redis.exceptions import RedisError

from server import embedded, probe, up
from server.config import Config
from server.embedded import EmbeddedError
from server.embedded import postgres as embedded_postgres
from server.embedded import redis as embedded_redis
from server.store import schema
from server.store.schema import SchemaError

ROOT = Path(__file__).resolve().parents[1]
WAIT_S = 5.0
OLDEST_POSTGRES, OLDEST_REDIS, OLDEST_NODE = 15, 7, 20
FREE_BYTES = 2 * 1024**3
OPEN_FILES = 4096
SKEW_S = 1.0


class Verdict(Enum):
    GOOD = "ok  "
    NOTE = "note"
    BAD = "BAD "


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    verdict: Verdict
    what: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.verdict.value} {self.what}" + (f"\n       -> {self.mend}" if self.mend else "")


def good(what: str) -> Finding:
    return Finding(verdict=Verdict.GOOD, what=what)


def note(what: str, mend: str = "") -> Finding:
    return Finding(verdict=Verdict.NOTE, what=what, mend=mend)


def bad(what: str, mend: str) -> Finding:
    return Finding(verdict=Verdict.BAD, what=what, mend=mend)


def command(config: Config, arguments: argparse.Namespace) -> int:
    """Prints the findings; 1 when something is bad."""
    findings = asyncio.run(examine(config))
    for finding in findings:
        print(finding)
    return int(any(finding.verdict is Verdict.BAD for finding in findings))


async def examine(config: Config) -> list[Finding]:
    findings = [*machine(config), *web(), await port(config)]
    findings += [each async for each in postgres(config)]
    findings += [each async for each in bell(config)]
    return findings


def machine(config: Config) -> Iterator[Finding]:
    yield good(f"Python {sys.version.split()[0]}")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < OPEN_FILES:
        yield bad(f"a process may open only {hard} files, each connection is one", "raise it: ulimit -Hn 65536")
    else:
        yield good(f"open files: up to {'any number' if hard == resource.RLIM_INFINITY else hard}")
    yield from data_folder(config)
    yield secret(config)


def data_folder(config: Config) -> Iterator[Finding]:
    there = next(each for each in (config.data, *config.data.parents) if each.exists())
    if not os.access(there, os.W_OK):
        yield bad(f"{there} cannot be written to", "give it to this user, or set SHANGKE_DATA")
        return
    free = shutil.disk_usage(there).free
    if free < FREE_BYTES:
        yield bad(f"{there} has only {free / 1024**3:.1f} GiB free", "make room, or set SHANGKE_DATA to a larger disk")
    else:
        yield good(f"{there} can be written to and has {free / 1024**3:.0f} GiB free")


def secret(config: Config) -> Finding:
    if config.secret:
        if len(config.secret.reveal()) >= 32:
            return good("SHANGKE_SECRET is given")
        return bad("SHANGKE_SECRET is shorter than 32 characters", "make one: openssl rand -base64 48")
    file = config.data / "secret"
    if not file.exists():
        return note("no secret yet; it is made at the first start")
    if file.stat().st_mode & 0o077:
        return bad(f"{file} can be read by others", f"chmod 600 {file}")
    return good(f"the secret is in {file}")


def web() -> Iterator[Finding]:
    if (ROOT / "web" / "dist" / "index.html").exists():
        yield good("the web app is built")
    else:
        yield bad("the web app is not built", "run `make web`")
    version = node_version()
    if version is None:
        yield note("no Node here; `make web` brings its own")
    elif int(version.partition(".")[0]) < OLDEST_NODE:
        yield note(f"Node {version} is too old to build the web app; `make web` brings its own")
    else:
        yield good(f"Node {version}")


def node_version() -> str | None:
    try:
        done = subprocess.run(["node", "--version"], capture_output=True, text=True, timeout=WAIT_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip().lstrip("v")


async def port(config: Config) -> Finding:
    try:
        up.refuse_taken_port(config)
    except up.UpError as error:
        if await probe.status(config, "/health/live") == 200:
            return good(f"Shangke answers on port {config.port}")
        return bad(str(error), f"find it with: ss -ltnp 'sport = :{config.port}'")
    except socket.gaierror as error:
        return bad(f"SHANGKE_HOST={config.host} is no address of this machine: {error.strerror}", "correct it")
    return good(f"port {config.port} is free")


async def postgres(config: Config) -> AsyncIterator[Finding]:
    url = config.database_url or embedded_postgres.running_url(config.data / "postgres", up.DATABASE)
    if not url:
        yield embedded_part(
            "PostgreSQL", lambda: f"{embedded_postgres.binary('postgres')} ({embedded.choose_way().value})"
        )
        return
    try:
        connection = await asyncpg.connect(url, timeout=WAIT_S)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        why = str(error) or type(error).__name__
        yield bad(f"PostgreSQL cannot be reached: {why}", "start it, or see DATABASE_URL")
        return
    try:
        for look in (postgres_version, postgres_letters, schema_version, clock):
            yield await look(connection)
    finally:
        await connection.close()


def find_postgres() -> str:
    return f"{embedded_postgres.binary('postgres')}, {embedded.choose_way().value}"


async def postgres_version(connection: asyncpg.Connection) -> Finding:
    version = connection.get_server_version()
    if version.major < OLDEST_POSTGRES:
        return bad(f"PostgreSQL {version.major} is too old", f"update it to {OLDEST_POSTGRES} or newer")
    return good(f"PostgreSQL {version.major}.{version.minor}")


async def postgres_letters(connection: asyncpg.Connection) -> Finding:
    row = await connection.fetchrow(
        """
        SELECT pg_encoding_to_char(encoding) AS encoding, datctype
          FROM pg_database
         WHERE datname = current_database()
        """
    )
    assert row, "we are connected to it"
    if row["encoding"] != "UTF8" or row["datctype"] in ("C", "POSIX"):
        return bad(
            f"the database is {row['encoding']}, {row['datctype']}: Chinese names cannot be searched",
            "make it anew with ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0",
        )
    return good(f"the database knows all letters ({row['encoding']}, {row['datctype']})")


async def schema_version(connection: asyncpg.Connection) -> Finding:
    try:
        found = await schema.check(connection)
    except SchemaError as error:
        return bad(str(error), "see above")
    return good(f"the schema is at version {found.version}")


async def clock(connection: asyncpg.Connection) -> Finding:
    before = datetime.now(UTC)
    theirs: datetime = await connection.fetchval("SELECT clock_timestamp()")
    after = datetime.now(UTC)
    # Nothing is said about the moment within the question when the answer was true.
    skew_s = max((before - theirs).total_seconds(), (theirs - after).total_seconds(), 0.0)
    if skew_s > SKEW_S:
        return bad(f"our clock and the database's are {skew_s:.1f} s apart", "let both follow NTP")
    return good("our clock agrees with the database's")


async def bell(config: Config) -> AsyncIterator[Finding]:
    url = config.redis_url or embedded_redis.running_url(config.data / "redis")
    if not url:
        yield embedded_part("Redis", embedded_redis.find_server)
        return
    try:
        async with Redis.from_url(url, socket_timeout=WAIT_S, socket_connect_timeout=WAIT_S) as client:
            about = await client.info("server")
    except (OSError, RedisError) as error:
        yield bad(f"Redis cannot be reached: {error}", "start it, or see REDIS_URL")
        return
    name = "Valkey" if "valkey_version" in about else "Redis"
    version = str(about.get("valkey_version") or about["redis_version"])
    if int(version.partition(".")[0]) < OLDEST_REDIS:
        yield bad(f"{name} {version} is too old", f"update it to {OLDEST_REDIS} or newer")
    else:
        yield good(f"{name} {version}")


def embedded_part(name: str, find: Callable[[], object]) -> Finding:
    try:
        return note(f"the embedded {name} is not running; `shangke up` starts it ({find()})")
    except EmbeddedError as error:
        return bad(str(error), "see above")
