"""Within one process, a stream's commands wait here and not each with a database connection in its hand.

The database's lock is what makes them safe; this only keeps a rush on one classroom from starving all the others.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from protocol.errors import Code, Refused
from protocol.ids import StreamId

WAIT_S = 8.0


@dataclass(slots=True)
class Turn:
    """Of one stream; `n_here`: who has it or waits for it."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    n_here: int = 0


class Turns:
    def __init__(self) -> None:
        self._turns: dict[StreamId, Turn] = {}

    @contextlib.asynccontextmanager
    async def of(self, stream: StreamId) -> AsyncIterator[None]:
        """Raises Refused(OVERLOADED) when the turn does not come in time."""
        turn = self._turns.get(stream)
        if turn is None:
            turn = self._turns[stream] = Turn()
        turn.n_here += 1
        try:
            if turn.lock.locked():
                await wait(turn.lock)
            else:
                # Does not wait, so it needs no limit.
                await turn.lock.acquire()
            try:
                yield
            finally:
                turn.lock.release()
        finally:
            turn.n_here -= 1
            if not turn.n_here:
                del self._turns[stream]


async def wait(lock: asyncio.Lock) -> None:
    try:
        async with asyncio.timeout(WAIT_S):
            await lock.acquire()
    except TimeoutError:
        raise Refused(Code.OVERLOADED, "too many on one stream", retry_after_ms=1000) from None
