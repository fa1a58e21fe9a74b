"""How many connections of which clients there are on all nodes (R7): each node tells Redis its own now and then.

Counts only, of the present: without Redis they are unknown for a moment, and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from time import time

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from protocol.codec import pack_stored, to_body, to_struct, unpack_stored
from protocol.errors import Code, Refused
from server.ids import draw_id
from server.open_road import stop_tasks

KEY = "census"
EVERY_S = 5.0
# A node that told nothing for so long is gone.
SILENCE_S = 20.0
AWAY = (RedisError, OSError, TimeoutError)

log = logging.getLogger("shangke.census")

# By kind and version.
Count = Counter[tuple[str, str]]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a node keeps in Redis."""

    at: float
    clients: list[tuple[str, str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    clients: Count
    n_nodes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    redis: Redis
    # Nodes of two machines may have the same name.
    id: str = field(default_factory=draw_id)

    async def tell(self, clients: Count) -> None:
        """Raises what Redis raises."""
        told = Told(at=time(), clients=[(kind, version, n) for (kind, version), n in clients.items()])
        await self.redis.execute_command("HSET", KEY, self.id, pack_stored(to_body(told)))

    async def tell_forever(self, count: Callable[[], Count]) -> None:
        while True:
            try:
                await self.tell(count())
            except AWAY as error:
                log.warning("outcome=untold error=%s", type(error).__name__)
            await asyncio.sleep(EVERY_S)

    async def read(self) -> Counted:
        """Raises Refused(OVERLOADED) without Redis."""
        try:
            found = {
                node: to_struct(unpack_stored(text), Told)
                for node, text in (await self.redis.execute_command("HGETALL", KEY)).items()
            }
            gone = [node for node, told in found.items() if time() - told.at > SILENCE_S]
            if gone:
                await self.redis.execute_command("HDEL", KEY, *gone)
        except AWAY as error:
            raise Refused(Code.OVERLOADED, "the census's Redis is away", retry_after_ms=5_000) from error
        clients: Count = Counter()
        for node, told in found.items():
            for kind, version, n in () if node in gone else told.clients:
                clients[kind, version] += n
        return Counted(clients=clients, n_nodes=len(found) - len(gone))


@contextlib.asynccontextmanager
async def open_census(redis: Redis, count: Callable[[], Count]) -> AsyncIterator[Census]:
    """Of one node, told while it runs."""
    census = Census(redis=redis)
    async with asyncio.TaskGroup() as tasks:
        telling = tasks.create_task(census.tell_forever(count))
        try:
            yield census
        finally:
            await stop_tasks([telling])
            with contextlib.suppress(*AWAY):
                await redis.execute_command("HDEL", KEY, census.id)
