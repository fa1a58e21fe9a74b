"""All rows of a database, to see whether any differs."""

from __future__ import annotations

from hashlib import sha256

from server.store.pool import Database

# What remembers the key of a request, and when a device was seen last.
BESIDE = ("idempotency", "device")
ALL_OF = "SELECT string_agg(each::text, ',' ORDER BY each::text) FROM \"{}\" AS each"
OF_ONE_TRANSACTION = (
    'SELECT EXISTS (SELECT FROM "{}" AS each, idempotency WHERE key = $1 AND each.xmin = idempotency.xmin)'
)


async def digest(db: Database) -> dict[str, str]:
    """Of all rows of each table."""
    return {table: sha256((await rows_of(db, table)).encode()).hexdigest() for table in await tables(db)}


async def dump(db: Database) -> str:
    """All rows of all tables, for what must be in none."""
    return "\n".join([await rows_of(db, table) for table in (*await tables(db), *BESIDE)])


async def rows_of(db: Database, table: str) -> str:
    rows: str | None = await db.fetchval(ALL_OF.format(table))
    return rows or ""


async def written_with(db: Database, key: str) -> list[str]:
    """The tables with rows from the transaction that kept the answer to the request with this Idempotency-Key."""
    return [table for table in await tables(db) if await db.fetchval(OF_ONE_TRANSACTION.format(table), key)]


async def tables(db: Database) -> list[str]:
    found = await db.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
    return [table for (table,) in found if table not in BESIDE]
