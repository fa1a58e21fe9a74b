"""Brings a database to the schema this code knows, and refuses one it must not touch.

`schema.sql` makes an empty database whole; `migrations/NNNN_{pre|post}_what.sql` move an older one. A `pre` migration
must work under the previous code, so it is applied before the code is replaced; a `post` one shuts that code out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from server.told import Told

Connection = asyncpg.Connection | PoolConnectionProxy
ROOT = Path(__file__).resolve().parents[2]
# Any fixed number: two `shangke migrate` at once must meet.
LOCK = 7263841905
NAME = re.compile(r"(?P<number>[0-9]{4})_(?P<phase>pre|post)_[a-z0-9_]+\.sql")
CONNECT_S = 10.0
# The role of a running service, which is not the owner's.
APP = "shangke_app"


class Phase(Enum):
    PRE = "pre"
    POST = "post"


class SchemaError(Told):
    """The database is not one this code may use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    number: int
    phase: Phase
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """The files that say what the schema is."""

    schema: Path
    migrations: tuple[Migration, ...]
    grants: Path

    @property
    def version(self) -> int:
        """The version this code knows; that of `schema.sql`."""
        return self.migrations[-1].number if self.migrations else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """Where a database is: its last migration, and the oldest code (by the version it knows) that may use it."""

    version: int
    oldest: int


def read_book(root: Path = ROOT) -> Book:
    """Raises: SchemaError, when migrations are misnamed or their numbers have a gap."""
    migrations = tuple(parse(path) for path in sorted((root / "migrations").glob("*.sql")))
    numbers = [migration.number for migration in migrations]
    if numbers != list(range(2, len(numbers) + 2)):
        raise SchemaError(f"migrations must be numbered from 0002 without a gap, found {numbers}")
    return Book(schema=root / "schema.sql", migrations=migrations, grants=root / "migrations" / "after" / "grants.sql")


def parse(path: Path) -> Migration:
    match = NAME.fullmatch(path.name)
    if match is None:
        raise SchemaError(f"{path.name} is not named like 0002_pre_what.sql")
    return Migration(number=int(match["number"]), phase=Phase(match["phase"]), path=path)


async def migrate(url: str, *, through: Phase = Phase.POST, book: Book | None = None) -> tuple[Version | None, Version]:
    """Bring the database at `url` up to date; gives where it was (None: empty) and where it is.

    `through=PRE` stops before the first `post` migration: for the moment before the code is replaced. One at a time:
    a second call waits for the first. Raises: SchemaError.
    """
    book = book or read_book()
    connection = await asyncpg.connect(url, timeout=CONNECT_S)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        before = await select_version(connection)
        if before is None:
            await create(connection, book)
        else:
            refuse_newer(before, book)
            await move(connection, book, before, through)
        await grant(connection, book)
        after = await select_version(connection)
        assert after is not None, "schema.sql makes the version's row"
        return before, after
    finally:
        # Closing gives the lock back.
        await connection.close()


async def create(connection: asyncpg.Connection, book: Book) -> None:
    if await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"):
        raise SchemaError("the database holds tables that are not Shangke's: give DATABASE_URL an empty one")
    async with connection.transaction():
        await connection.execute(book.schema.read_text())
        made = await select_version(connection)
        if made is None or made.version != book.version:
            told = made and made.version
            raise SchemaError(f"schema.sql says it is version {told}, the migrations end at {book.version}")


async def move(connection: asyncpg.Connection, book: Book, before: Version, through: Phase) -> None:
    for migration in book.migrations:
        if migration.number <= before.version:
            continue
        if migration.phase is Phase.POST and through is Phase.PRE:
            return
        async with connection.transaction():
            await connection.execute(migration.path.read_text())
            await connection.execute(
                """
                UPDATE schema_version
                   SET version = $1, changed_at = now(), oldest = CASE WHEN $2 THEN $1 ELSE oldest END
                """,
                migration.number,
                migration.phase is Phase.POST,
            )


async def grant(connection: asyncpg.Connection, book: Book) -> None:
    """A service on a database of its own may be its owner; then there is no role to grant anything to."""
    if await connection.fetchval("SELECT to_regrole($1)", APP):
        await connection.execute(book.grants.read_text())


async def check(connection: Connection, book: Book | None = None) -> Version:
    """Where the database is, if this code may use it. Raises: SchemaError."""
    book = book or read_book()
    found = await select_version(connection)
    if found is None:
        raise SchemaError("the database is empty: run `shangke migrate`")
    refuse_newer(found, book)
    # Pending `post` migrations are the normal state between replacing the code and finishing the update.
    pending = [each for each in book.migrations if each.number > found.version and each.phase is Phase.PRE]
    if pending:
        raise SchemaError(
            f"the database is at version {found.version}, this code needs {pending[-1].number}: run `shangke migrate`"
        )
    return found


def refuse_newer(found: Version, book: Book) -> None:
    if found.oldest > book.version:
        raise SchemaError(
            f"the database is at version {found.version} and needs code that knows {found.oldest}, "
            f"this code knows {book.version}: update Shangke"
        )


async def has_accounts(url: str) -> bool:
    """Whether anybody lives in the database yet; one without accounts may be filled with the demo school."""
    connection = await asyncpg.connect(url, timeout=CONNECT_S)
    try:
        return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM account)"))
    finally:
        await connection.close()


async def select_version(connection: Connection) -> Version | None:
    """None when the database has no Shangke schema."""
    if await connection.fetchval("SELECT to_regclass('public.schema_version')") is None:
        return None
    row = await connection.fetchrow("SELECT version, oldest FROM schema_version")
    return Version(version=row["version"], oldest=row["oldest"]) if row else None
