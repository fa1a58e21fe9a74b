"""Waiting for a condition, never for a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

LIMIT_S = 20.0
LOOK_S = 0.02


async def until(holds: Callable[[], object], what: Callable[[], object], *, limit_s: float = LIMIT_S) -> None:
    """Returns as soon as `holds()` is true. Fails with `what()`, which says how things stand instead."""
    try:
        async with asyncio.timeout(limit_s):
            while True:
                if holds():
                    return
                await asyncio.sleep(LOOK_S)
    except TimeoutError:
        raise AssertionError(f"after {limit_s:.0f} s still: {what()}") from None
