"""Keeps programs running: each is started again when it ends, ever more patiently, until the caller leaves.

It knows programs and pauses, not which programs there are.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from server.embedded import Child, EmbeddedError
from server.told import Told

log = logging.getLogger(__name__)

# A program that lived this long has earned a quick restart.
STEADY_S = 30.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0

Start = Callable[[], AbstractAsyncContextManager[Child]]


class StartError(Told):
    """A program did not become ready."""


@contextlib.asynccontextmanager
async def kept(start: Start) -> AsyncIterator[None]:
    """Within, the program that `start` starts is running, or will be again soon.

    Raises: what the first start raises. Later failures are logged and tried again.
    """
    async with asyncio.TaskGroup() as tasks:
        is_started = asyncio.Event()
        keeping = tasks.create_task(keep(start, is_started))
        await is_started.wait()
        yield
        keeping.cancel()


async def keep(start: Start, is_started: asyncio.Event) -> None:
    clock = asyncio.get_running_loop().time
    pause_s = FIRST_PAUSE_S
    while True:
        begun = clock()
        try:
            async with start() as child:
                if is_started.is_set():
                    log.info("%s runs again", child.name)
                is_started.set()
                code = await child.process.wait()
                log.warning("%s ended with exit code %d", child.name, code)
        except (StartError, EmbeddedError) as error:
            if not is_started.is_set():
                raise
            log.warning("%s", error)
        if clock() - begun > STEADY_S:
            pause_s = FIRST_PAUSE_S
        log.warning("starting it again in %.1f s", pause_s)
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 2, LONGEST_PAUSE_S)


class Readiness:
    """Hears which programs have said that they are ready (see `notify`)."""

    def __init__(self, listener: socket.socket, address: Path) -> None:
        self.address = address
        self._listener = listener
        self._ready: dict[int, asyncio.Event] = {}

    async def of(self, child: Child, *, wait_s: float) -> None:
        """Returns when `child` is ready. Raises: StartError, when it ended or takes longer."""
        is_ready = self._ready.setdefault(child.pid, asyncio.Event())
        ended = asyncio.create_task(child.process.wait())
        said = asyncio.create_task(is_ready.wait())
        try:
            await asyncio.wait((ended, said), timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended.cancel()
            said.cancel()
            del self._ready[child.pid]
        if not child.is_running:
            raise StartError(f"{child.name} ended with exit code {child.process.returncode} before it was ready")
        if not is_ready.is_set():
            raise StartError(f"{child.name} was not ready after {wait_s:.0f} s")

    async def hear(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            words = (await loop.sock_recv(self._listener, 1024)).decode(errors="replace").splitlines()
            pids = [word.removeprefix("MAINPID=") for word in words if word.startswith("MAINPID=")]
            if "READY=1" in words and pids and pids[0].isdecimal():
                self._ready.setdefault(int(pids[0]), asyncio.Event()).set()


@contextlib.asynccontextmanager
async def readiness(address: Path) -> AsyncIterator[Readiness]:
    """Listens on the unix socket `address`, for programs whose NOTIFY_SOCKET names it."""
    address.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.setblocking(False)
        listener.bind(str(address))
        async with asyncio.TaskGroup() as tasks:
            heard = Readiness(listener, address)
            hearing = tasks.create_task(heard.hear())
            yield heard
            hearing.cancel()
