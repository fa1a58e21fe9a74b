"""Waiting in tests: on a condition, with a limit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from server.store.pool import Database

STEP_S = 0.02


async def until(holds: Callable[[], Awaitable[bool]], limit_s: float = 5.0) -> None:
    """Raises: TimeoutError."""
    async with asyncio.timeout(limit_s):
        is_so = await holds()
        for _ in range(int(limit_s / STEP_S) + 1):
            if is_so:
                return
            await asyncio.sleep(STEP_S)
            is_so = await holds()
        raise TimeoutError


async def until_blocked(database: Database, n: int = 1) -> None:
    """Until so many wait for a lock."""

    async def are_waiting() -> bool:
        n_waiting: int = await database.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return n_waiting >= n

    await until(are_waiting)
