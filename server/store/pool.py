"""Connections to PostgreSQL and the two proofs the rest of the store asks for: a `Tx` exists only inside a transaction,
a `Snapshot` only inside a read-only one that sees one moment. Knows no table.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, LiteralString, TypeAlias  # Any: what a column holds, until a typed function names it

import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy

from protocol.codec import pack_stored, unpack_stored
from protocol.errors import Code, Refused

ACQUIRE_S = 5.0
COMMAND_S = 15.0
MOST_IDLE = 2
SETTINGS = {
    "application_name": "shangke",
    "timezone": "UTC",
    "statement_timeout": "10s",
    "lock_timeout": "3s",
    "idle_in_transaction_session_timeout": "10s",
}

# A constraint's name is stable; what its violation means to the client is said here and nowhere else.
REFUSALS: dict[str, Code] = {
    "identity_taken": Code.PHONE_TAKEN,
    "command_once": Code.ID_CONFLICT,
    "classroom_code": Code.OVERLOADED,  # two drew the same code at once: try again, it will be another
    "session_open": Code.ALREADY_IN_SESSION,
    "response_once": Code.ALREADY_ANSWERED,
    "certification_of_account": Code.ALREADY_CERTIFIED,
    "certification_of_entry": Code.NUMBER_HELD,
    "roster_number": Code.NUMBER_TAKEN,
}

BUSY = (
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.TooManyConnectionsError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.CannotConnectNowError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    TimeoutError,
    OSError,
)


@dataclass(slots=True)
class Counted:
    """What one process asked PostgreSQL; BEGIN and COMMIT do not count."""

    n_queries: int = 0


# In quotes: only the stubs know that it is generic.
Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"


class Single(msgspec.Struct, frozen=True, eq=False):
    """A connection on which every statement is its own transaction. Made only by `Database.single`."""

    connection: Connection
    counted: Counted

    async def fetch(self, query: LiteralString, *arguments: object) -> list[asyncpg.Record]:
        self.counted.n_queries += 1
        return await self.connection.fetch(query, *arguments)

    async def fetchrow(self, query: LiteralString, *arguments: object) -> asyncpg.Record | None:
        self.counted.n_queries += 1
        return await self.connection.fetchrow(query, *arguments)

    async def fetchval(self, query: LiteralString, *arguments: object) -> Any:
        self.counted.n_queries += 1
        return await self.connection.fetchval(query, *arguments)


class Snapshot(Single, frozen=True, eq=False):
    """A read-only transaction in which every query sees the same moment. Made only by `Database.snapshot`."""


class Tx(Single, frozen=True, eq=False):
    """A transaction that may write. Made only by `Database.transaction`."""

    async def execute(self, query: LiteralString, *arguments: object) -> str:
        self.counted.n_queries += 1
        return await self.connection.execute(query, *arguments)

    async def copy(self, table: LiteralString, columns: Sequence[str], records: Iterable[Sequence[object]]) -> None:
        """Write many rows the quick way; for seeding, never for a command."""
        await self.connection.copy_records_to_table(table, records=list(records), columns=list(columns))


@dataclass(slots=True)
class Idle:
    """Connections between two uses, kept out of the pool, whose own way there and back takes a task and two timers."""

    connections: list[Connection] = field(default_factory=list)
    n_waiting: int = 0
    most: int = MOST_IDLE


@dataclass(frozen=True, slots=True)
class Database:
    """The pool. Its own `fetch…` methods are for single reads, each seeing its own moment."""

    pool: asyncpg.Pool[asyncpg.Record]
    counted: Counted = field(default_factory=Counted)
    idle: Idle = field(default_factory=Idle)

    async def fetch(self, query: LiteralString, *arguments: object) -> list[asyncpg.Record]:
        async with self.single() as db:
            return await db.fetch(query, *arguments)

    async def fetchrow(self, query: LiteralString, *arguments: object) -> asyncpg.Record | None:
        async with self.single() as db:
            return await db.fetchrow(query, *arguments)

    async def fetchval(self, query: LiteralString, *arguments: object) -> Any:
        async with self.single() as db:
            return await db.fetchval(query, *arguments)

    async def execute(self, query: LiteralString, *arguments: object) -> str:
        async with self.single() as db:
            self.counted.n_queries += 1
            return await db.connection.execute(query, *arguments)

    async def close(self) -> None:
        """Waits for whoever has a connection; from here on whoever wants one is refused."""
        self.idle.most = 0
        while self.idle.connections:
            await self.pool.release(self.idle.connections.pop())
        await self.pool.close()

    def single(self) -> Lease:
        """One connection for statements that need no common transaction. Raises: Refused, as `transaction` does."""
        return Lease(self)

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """READ COMMITTED: a statement after a lock sees what the lock's last holder committed.

        Raises: Refused, for a broken constraint that is the request's fault and for a database that is too busy.
        """
        async with self.single() as db, db.connection.transaction():
            yield Tx(db.connection, self.counted)

    @contextlib.asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        async with self.single() as db, db.connection.transaction(isolation="repeatable_read", readonly=True):
            yield Snapshot(db.connection, self.counted)


class Lease:
    """Somebody's connection for a while."""

    __slots__ = ("_connection", "_database")

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __aenter__(self) -> Single:
        database, idle = self._database, self._database.idle
        while idle.connections:
            connection = idle.connections.pop()
            if is_usable(connection):
                break
            await database.pool.release(connection)
        else:
            idle.n_waiting += 1
            try:
                connection = await database.pool.acquire(timeout=ACQUIRE_S)
            except Exception as error:
                translate(error)
                raise
            finally:
                idle.n_waiting -= 1
        self._connection = connection
        return Single(connection, database.counted)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        database, idle = self._database, self._database.idle
        if error is None and not idle.n_waiting and len(idle.connections) < idle.most:
            idle.connections.append(self._connection)
            return
        # Whatever it was in the middle of, the pool ends.
        await database.pool.release(self._connection)
        if error is not None:
            translate(error)


# What a function that only reads takes.
Reader = Database | Single


@contextlib.asynccontextmanager
async def connect(url: str, *, most: int = 16, least: int = 2) -> AsyncIterator[Database]:
    """A pool of at most `most` connections to `url`, closed at the end."""
    pool = await asyncpg.create_pool(
        url,
        min_size=min(least, most),
        max_size=most,
        command_timeout=COMMAND_S,
        statement_cache_size=400,
        server_settings=SETTINGS,
        init=prepare,
        reset=keep,
    )
    database = Database(pool)
    try:
        yield database
    finally:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(COMMAND_S):
                await database.close()
        pool.terminate()


async def prepare(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    """jsonb comes and goes as the codec's text."""
    await connection.set_type_codec("jsonb", encoder=pack_stored, decoder=unpack_stored, schema="pg_catalog")


async def keep(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    """Nothing to reset when a connection comes back: no code of ours changes a connection's settings or listens on it.
    The default would cost every command a round trip."""


def is_usable(connection: Connection) -> bool:
    """False once its server has ended it: the pool then takes it away from whoever has it."""
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:
        return False


def translate(error: BaseException) -> None:
    """Raises Refused for those errors of PostgreSQL that are part of life; every other is our fault and goes up as it
    is.
    """
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        code = REFUSALS.get(error.constraint_name or "")
        if code is not None:
            raise Refused(code, error.constraint_name or "") from error
    elif isinstance(error, BUSY):
        raise Refused(Code.OVERLOADED, type(error).__name__, retry_after_ms=1000) from error
