"""Within one process, a stream's commands wait here and not each with a database connection in its hand.

The database's lock is what makes them safe; this only keeps a rush on one classroom from starving all the others.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from weakref import WeakValueDictionary

from protocol.errors import Code, Refused
from protocol.ids import StreamId

WAIT_S = 8.0


class Turns:
    def __init__(self) -> None:
        # Gone with the last who waits for it.
        self._locks: WeakValueDictionary[StreamId, asyncio.Lock] = WeakValueDictionary()

    @contextlib.asynccontextmanager
    async def of(self, stream: StreamId) -> AsyncIterator[None]:
        """Raises Refused(OVERLOADED) when the turn does not come in time."""
        lock = self._locks.get(stream)
        if lock is None:
            lock = self._locks[stream] = asyncio.Lock()
        if lock.locked():
            await wait(lock)
        else:
            # Does not wait, so it needs no limit.
            await lock.acquire()
        try:
            yield
        finally:
            lock.release()


async def wait(lock: asyncio.Lock) -> None:
    try:
        async with asyncio.timeout(WAIT_S):
            await lock.acquire()
    except TimeoutError:
        raise Refused(Code.OVERLOADED, "too many on one stream", retry_after_ms=1000) from None
