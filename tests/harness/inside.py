"""A whole hub inside the test's process: the same app on the same server, started in a tenth of the time.

For everything but signals and crashes; those want a process (`tests.harness.node`).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from server.app import create_app
from server.config import read, with_secret
from server.serve import HubServer, listen, uvicorn_config

READY_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class InsideNode:
    name: str
    port: int
    server: HubServer

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def socket_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"


@contextlib.asynccontextmanager
async def inside(
    name: str, *, database_url: str, redis_url: str, folder: Path, **settings: str
) -> AsyncIterator[InsideNode]:
    """A node that answers ready, until the block ends. `settings` are further environment variables."""
    config = with_secret(
        read(
            {
                "DATABASE_URL": database_url,
                "REDIS_URL": redis_url,
                "SHANGKE_DATA": str(folder / "data"),
                "SHANGKE_NODE": name,
                "SHANGKE_DATABASE_CONNECTIONS": "6",
                **settings,
            }
        )
    )
    app = create_app(config)
    server = HubServer(uvicorn_config(config, app))
    listener = listen("127.0.0.1", 0)
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(server.serve(sockets=[listener]))
        async with asyncio.timeout(READY_S):
            await server.is_up.wait()
            while not await app.state.is_ready():  # noqa: ASYNC110  # several things at once, none of them an event
                await asyncio.sleep(0.01)
        try:
            yield InsideNode(name=name, port=listener.getsockname()[1], server=server)
        finally:
            server.should_exit = True
            await serving
