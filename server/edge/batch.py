"""Many askers, few queries: what is asked while one query is under way is asked together in the next."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterable, Mapping, Sequence
from typing import Generic, Protocol, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
Result = TypeVar("Result")

MOST_KEYS = 2_000
LIMIT_S = 15.0
# Between two queries of a rush: long enough to gather, too short to be noticed.
GATHER_S = 0.005


class Spawn(Protocol):
    """Starts a task that somebody owns and guards."""

    def __call__(self, work: Coroutine[None, None, None], /) -> object: ...


class Batch(Generic[Key, Value]):
    """Look-ups of one kind. One query runs at a time, for all who wait; a key asked twice is looked up once.

    Who asks alone is answered at once.
    """

    def __init__(self, spawn: Spawn, look_up: Callable[[Sequence[Key]], Awaitable[Mapping[Key, Value]]]) -> None:
        self._spawn = spawn
        self._look_up = look_up
        self._waiting: dict[Key, asyncio.Future[Value | None]] = {}
        self._is_running = False
        self.n_queries = 0

    async def get(self, keys: Iterable[Key]) -> dict[Key, Value]:
        """What there is of these keys. Raises what the look-up raised."""
        loop = asyncio.get_running_loop()
        futures: dict[Key, asyncio.Future[Value | None]] = {}
        for key in keys:
            futures[key] = self._waiting.get(key) or self._waiting.setdefault(key, loop.create_future())
        if futures and not self._is_running:
            self._is_running = True
            self._spawn(self._run())
        if futures:
            # Unlike a plain await, this leaves the futures to the others when one asker is cancelled.
            await asyncio.wait(futures.values())
        found = {key: future.result() for key, future in futures.items()}
        return {key: value for key, value in found.items() if value is not None}

    async def _run(self) -> None:
        try:
            while self._waiting:
                keys = list(self._waiting)[:MOST_KEYS]
                asked = [self._waiting.pop(key) for key in keys]
                self.n_queries += 1
                await self._answer(keys, asked)
                if self._waiting:
                    await asyncio.sleep(GATHER_S)
        finally:
            self._is_running = False

    async def _answer(self, keys: list[Key], asked: list[asyncio.Future[Value | None]]) -> None:
        try:
            async with asyncio.timeout(LIMIT_S):
                found = await self._look_up(keys)
        except Exception as error:  # the askers' to handle: it must not end the node's tasks
            for future in asked:
                fail(future, error)
        else:
            for key, future in zip(keys, asked, strict=True):
                if not future.done():
                    future.set_result(found.get(key))


class Flights(Generic[Result]):
    """Single flight: who wants what somebody is already fetching waits for that."""

    def __init__(self, spawn: Spawn) -> None:
        self._spawn = spawn
        self._under_way: dict[Hashable, asyncio.Future[Result]] = {}

    async def join(self, key: Hashable, fetch: Callable[[], Awaitable[Result]]) -> Result:
        """What `fetch` gives. Raises what it raised."""
        future = self._under_way.get(key)
        if future is None:
            future = self._under_way[key] = asyncio.get_running_loop().create_future()
            self._spawn(self._fly(key, fetch, future))
        await asyncio.wait((future,))
        return future.result()

    async def _fly(self, key: Hashable, fetch: Callable[[], Awaitable[Result]], future: asyncio.Future[Result]) -> None:
        try:
            async with asyncio.timeout(LIMIT_S):
                result = await fetch()
        except Exception as error:  # as in Batch
            fail(future, error)
        else:
            if not future.done():
                future.set_result(result)
        finally:
            del self._under_way[key]


def fail(future: asyncio.Future[Value], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
        # Everybody who asked may have gone: then nobody retrieves it, and that is no fault.
        future.exception()
