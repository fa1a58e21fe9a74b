"""How long a test may take, and its end: nothing may keep the whole run waiting."""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import functools
import inspect
from collections.abc import Awaitable, Callable, Iterator
from typing import ParamSpec

import pytest

P = ParamSpec("P")
LIMIT_S = 30.0
END_S = 120.0


def limit(item: pytest.Item) -> None:
    """An async test that waits too long fails at the line that waits.

    pytest-timeout's signal does not reach a uvloop that sleeps, and its thread ends the whole run: it is the last
    resort, for tests that block.
    """
    marker = item.get_closest_marker("limit")
    limit_s = float(marker.args[0]) if marker else LIMIT_S
    item.add_marker(pytest.mark.timeout(limit_s + 60))
    if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
        item.obj = within(limit_s, item.obj)


def within(limit_s: float, test: Callable[P, Awaitable[None]]) -> Callable[P, Awaitable[None]]:
    @functools.wraps(test)
    async def limited(*args: P.args, **kwargs: P.kwargs) -> None:
        async with asyncio.timeout(limit_s):
            await test(*args, **kwargs)

    return limited


@contextlib.contextmanager
def ended_within(limit_s: float, stderr: int) -> Iterator[None]:
    """Or the process says on `stderr` where it stands, and ends.

    pytest-timeout looks away once a test has failed, so that a fixture that hangs after it would hang the run.
    """
    faulthandler.dump_traceback_later(limit_s, exit=True, file=stderr)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
