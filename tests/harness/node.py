"""Real hub processes for the tests: started as `shangke serve`, spoken to over their socket, ended by a signal."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from server import notify
from server.embedded import Child, spawn
from server.embedded.folder import socket_folder
from server.supervise import Readiness, StartError, readiness

# The first node of a fresh clone compiles every module it imports.
READY_S = 60.0
STOP_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One hub process of a test."""

    name: str
    port: int
    child: Child

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def socket_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"

    def log(self) -> str:
        assert self.child.log is not None, "nodes of tests write to a file"
        return self.child.log.read_text(errors="replace")

    async def terminate(self) -> int:
        """SIGTERM, as a deployment sends it: the node drains. Gives the exit code."""
        return await self._end(signal.SIGTERM)

    async def kill(self) -> int:
        """SIGKILL: what a crash looks like from outside."""
        return await self._end(signal.SIGKILL)

    def send(self, number: signal.Signals) -> None:
        """Any signal, for tests that stop a node and let it go on (SIGSTOP, SIGCONT)."""
        self.child.process.send_signal(number)

    async def _end(self, number: signal.Signals) -> int:
        if self.child.is_running:
            self.send(number)
        async with asyncio.timeout(STOP_S):
            return await self.child.process.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodes:
    """Starts nodes that share one database and one Redis, and ends what is left of them after the test."""

    database_url: str
    redis_url: str
    folder: Path
    heard: Readiness
    stack: contextlib.AsyncExitStack

    async def start(
        self, name: str = "a", *, port: int | None = None, program: str = "server.cli", **settings: str
    ) -> Node:
        """A node that answers ready. `settings` are further environment variables (SHANGKE_…=…).

        `program`: the module to run instead of ours, for tests that show what happens without some part of it.
        """
        node = await self.start_unready(name, port=port, program=program, **settings)
        try:
            await self.heard.of(node.child, wait_s=READY_S)
        except StartError as error:
            raise AssertionError(f"{error}:\n{node.log()}") from None
        return node

    async def start_unready(
        self, name: str = "a", *, port: int | None = None, program: str = "server.cli", **settings: str
    ) -> Node:
        port = port or free_port()
        environment = {"SHANGKE_PORT": str(port), "SHANGKE_NODE": name, **settings}
        child = await self._spawn(name, f"node-{name}-{port}", [*program.split(), "serve"], environment)
        return Node(name=name, port=port, child=child)

    async def start_worker(self) -> Child:
        """A worker that takes jobs, beside the nodes."""
        child = await self._spawn("worker", "worker", ["server.cli", "worker"], {})
        await self.heard.of(child, wait_s=READY_S)
        return child

    async def _spawn(self, name: str, log: str, command: list[str], environment: dict[str, str]) -> Child:
        child = await spawn(
            name,
            [sys.executable, "-W", "error", "-m", *command],
            log=self.folder / f"{log}.log",
            environment={
                **os.environ,
                "DATABASE_URL": self.database_url,
                "REDIS_URL": self.redis_url,
                "SHANGKE_DATA": str(self.folder / "data"),
                notify.VARIABLE: str(self.heard.address),
                **environment,
            },
        )
        self.stack.push_async_callback(child.stop)
        return child


@contextlib.asynccontextmanager
async def node_factory(database_url: str, redis_url: str, folder: Path) -> AsyncIterator[Nodes]:
    address = socket_folder(folder) / "notify.sock"
    async with readiness(address) as heard, contextlib.AsyncExitStack() as stack:
        yield Nodes(database_url=database_url, redis_url=redis_url, folder=folder, heard=heard, stack=stack)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
