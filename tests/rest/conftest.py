"""One site per test; its tasks live and die in one task of their own, whichever task a fixture is run in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.harness.site import Site, a_site


@pytest_asyncio.fixture
async def site(database: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    ready: asyncio.Future[Site] = asyncio.get_running_loop().create_future()
    done = asyncio.Event()

    async def live() -> None:
        async with a_site(database, redis_url, tmp_path) as made:
            ready.set_result(made)
            await done.wait()

    living = asyncio.create_task(live())
    await asyncio.wait((living, ready), return_when=asyncio.FIRST_COMPLETED)
    if living.done():
        await living
    yield ready.result()
    done.set()
    await living
