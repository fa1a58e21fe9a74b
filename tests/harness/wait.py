"""Waiting in tests: on a condition, with a limit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

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
