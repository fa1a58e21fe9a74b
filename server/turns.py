"""Within one process, a stream's commands wait here and not each with a database connection in its hand.

The database's lock is what makes them safe; this only keeps a rush on one classroom from starving all the others.
"""

from __future__ import annotations

import asyncio
from types import TracebackType

from protocol.errors import Code, Refused
from protocol.ids import StreamId

WAIT_S = 8.0


class Turn:
    """Of one stream, to be had by one after the other; `n_here`: who has it or waits for it."""

    __slots__ = ("_lock", "_stream", "_turns", "n_here")

    def __init__(self, turns: dict[StreamId, Turn], stream: StreamId) -> None:
        self._turns = turns
        self._stream = stream
        self._lock = asyncio.Lock()
        self.n_here = 0

    async def __aenter__(self) -> None:
        """Raises Refused(OVERLOADED) when the turn does not come in time."""
        self.n_here += 1
        try:
            if self._lock.locked():
                await wait(self._lock)
            else:
                # Does not wait, so it needs no limit.
                await self._lock.acquire()
        except BaseException:
            self._leave()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()
        self._leave()

    def _leave(self) -> None:
        self.n_here -= 1
        if not self.n_here:
            del self._turns[self._stream]


class Turns:
    def __init__(self) -> None:
        self._turns: dict[StreamId, Turn] = {}

    def of(self, stream: StreamId) -> Turn:
        """To be entered at once."""
        turn = self._turns.get(stream)
        if turn is None:
            turn = self._turns[stream] = Turn(self._turns, stream)
        return turn


async def wait(lock: asyncio.Lock) -> None:
    try:
        async with asyncio.timeout(WAIT_S):
            await lock.acquire()
    except TimeoutError:
        raise Refused(Code.OVERLOADED, "too many on one stream", retry_after_ms=1000) from None
