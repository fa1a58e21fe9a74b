"""The roster: a school's students as the school knows them, one row each, and who holds a row's number."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from protocol.ids import AccountId, RosterEntryId, SchoolId
from server.store.pool import Reader, Tx
from server.store.schools import contains

Standing = Literal["any", "certified", "uncertified"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row with who holds its number. `holder_phone` is whole: mask it before it leaves the server."""

    id: RosterEntryId
    number: str
    name: str
    code: str | None = field(repr=False)
    added_at: datetime
    holder: AccountId | None
    holder_name: str | None
    holder_phone: str | None = field(repr=False)
    certified_at: datetime | None


async def select_entries(
    db: Reader, school: SchoolId, query: str, standing: Standing, after: str, limit: int
) -> list[Entry]:
    """Entries with `query` in number or name, by number, from behind the number `after`."""
    rows = await db.fetch(
        """
        SELECT entry.id, entry.number, entry.name, entry.code, entry.added_at, held.account_id AS holder,
               account.name AS holder_name, phone.subject AS holder_phone, held.certified_at
          FROM roster_entry AS entry
          LEFT JOIN certification AS held ON held.roster_entry_id = entry.id AND held.state = 'certified'
          LEFT JOIN account ON account.id = held.account_id
          LEFT JOIN LATERAL (SELECT subject FROM identity
                              WHERE account_id = held.account_id AND provider = 'phone'
                              ORDER BY bound_at DESC LIMIT 1) AS phone ON true
         WHERE entry.school_id = $1 AND entry.number > $4
           AND ($2 = '%%' OR entry.number || ' ' || entry.name ILIKE $2)
           AND ($3 = 'any' OR ($3 = 'certified') = (held.id IS NOT NULL))
         ORDER BY entry.number
         LIMIT $5
        """,
        school,
        contains(query),
        standing,
        after,
        limit,
    )
    return [Entry(**row) for row in rows]


async def select_entry(db: Reader, school: SchoolId, entry: RosterEntryId) -> Entry | None:
    row = await db.fetchrow(
        """
        SELECT entry.id, entry.number, entry.name, entry.code, entry.added_at, held.account_id AS holder,
               account.name AS holder_name, phone.subject AS holder_phone, held.certified_at
          FROM roster_entry AS entry
          LEFT JOIN certification AS held ON held.roster_entry_id = entry.id AND held.state = 'certified'
          LEFT JOIN account ON account.id = held.account_id
          LEFT JOIN LATERAL (SELECT subject FROM identity
                              WHERE account_id = held.account_id AND provider = 'phone'
                              ORDER BY bound_at DESC LIMIT 1) AS phone ON true
         WHERE entry.school_id = $1 AND entry.id = $2
        """,
        school,
        entry,
    )
    return Entry(**row) if row else None


async def insert_entry(
    tx: Tx, entry: RosterEntryId, school: SchoolId, number: str, name: str, code: str | None
) -> None:
    """Raises Refused(NUMBER_TAKEN)."""
    await tx.execute(
        "INSERT INTO roster_entry (id, school_id, number, name, code) VALUES ($1, $2, $3, $4, $5)",
        entry,
        school,
        number,
        name,
        code,
    )


async def update_entry(
    tx: Tx, school: SchoolId, entry: RosterEntryId, number: str, name: str, code: str | None
) -> bool:
    """Whether there was such an entry; a certification of it goes on, under what it says now.

    Raises Refused(NUMBER_TAKEN).
    """
    done = await tx.execute(
        "UPDATE roster_entry SET number = $3, name = $4, code = $5 WHERE school_id = $1 AND id = $2",
        school,
        entry,
        number,
        name,
        code,
    )
    await tx.execute(
        "UPDATE certification SET number = $2, name = $3 WHERE roster_entry_id = $1 AND school_id = $4",
        entry,
        number,
        name,
        school,
    )
    return done != "UPDATE 0"


async def lock_entry(tx: Tx, school: SchoolId, entry: RosterEntryId) -> bool:
    """Whether there is such an entry; nobody is certified by it from here on to the end of the transaction."""
    found: bool = await tx.fetchval(
        "SELECT true FROM roster_entry WHERE school_id = $1 AND id = $2 FOR UPDATE", school, entry
    )
    return bool(found)


async def delete_entry(tx: Tx, entry: RosterEntryId) -> None:
    """Remove a locked entry whose certification has been ended."""
    await tx.execute("DELETE FROM roster_entry WHERE id = $1", entry)
