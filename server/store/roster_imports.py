"""Imports of a roster: a file's rows, what each would do, and doing it, batch by batch. Each batch is one transaction
that holds the import and moves `n_done`, so that two workers at the same import cannot both do it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from protocol.ids import AccountId, ImportId, SchoolId
from protocol.schools import Change, ImportState, RosterBefore, RosterImportRow
from server.core.roster import CheckedRow
from server.store.pool import Database, Reader, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """`n_done`: rows read while parsing, else the number of the last row that was done. `n_last`: of the last row."""

    id: ImportId
    school: SchoolId
    account: AccountId
    file_name: str
    is_whole: bool
    state: ImportState
    why: str | None
    n_rows: int
    n_done: int
    n_last: int
    n_new: int
    n_changed: int
    n_removed: int
    n_errors: int
    created_at: datetime
    applied_at: datetime | None


async def insert_import(
    tx: Tx, roster_import: ImportId, school: SchoolId, account: AccountId, file_name: str, is_whole: bool
) -> None:
    await tx.execute(
        "INSERT INTO roster_import (id, school_id, account_id, file_name, is_whole) VALUES ($1, $2, $3, $4, $5)",
        roster_import,
        school,
        account,
        file_name,
        is_whole,
    )


async def select_imports(
    db: Reader, school: SchoolId, before: datetime, limit: int, only: ImportId | None = None
) -> list[Import]:
    """The school's imports from before that moment, newest first; or the one that is asked for."""
    rows = await db.fetch(
        """
        SELECT id, school_id AS school, account_id AS account, file_name, is_whole, state, why, n_rows, n_done,
               coalesce((SELECT max(row) FROM roster_import_row WHERE import_id = roster_import.id), 0) AS n_last,
               n_new, n_changed, n_removed, n_errors, created_at, applied_at
          FROM roster_import
         WHERE school_id = $1 AND created_at < $2 AND ($4::text IS NULL OR id = $4)
         ORDER BY created_at DESC
         LIMIT $3
        """,
        school,
        before,
        limit,
        only,
    )
    return [Import(**row) for row in rows]


async def is_there(db: Reader, roster_import: ImportId) -> bool:
    return bool(await db.fetchval("SELECT EXISTS (SELECT FROM roster_import WHERE id = $1)", roster_import))


async def lock_import(tx: Tx, roster_import: ImportId) -> Import | None:
    row = await tx.fetchrow(
        """
        SELECT id, school_id AS school, account_id AS account, file_name, is_whole, state, why, n_rows, n_done,
               coalesce((SELECT max(row) FROM roster_import_row WHERE import_id = roster_import.id), 0) AS n_last,
               n_new, n_changed, n_removed, n_errors, created_at, applied_at
          FROM roster_import
         WHERE id = $1
           FOR NO KEY UPDATE
        """,
        roster_import,
    )
    return Import(**row) if row else None


async def select_rows(
    db: Reader, roster_import: ImportId, changes: Sequence[Change], after: int, limit: int
) -> list[RosterImportRow]:
    """Rows that would do one of `changes`, from behind the row `after`. The caller has checked whose import it is."""
    rows = await db.fetch(
        """
        SELECT row, number, name, code, change, error, before
          FROM roster_import_row
         WHERE import_id = $1 AND change = ANY ($2::text[]) AND row > $3
         ORDER BY row
         LIMIT $4
        """,
        roster_import,
        list(changes),
        after,
        limit,
    )
    return [
        RosterImportRow(
            row=row["row"],
            number=row["number"],
            name=row["name"],
            code=row["code"],
            change=row["change"],
            error=row["error"],
            before=row["before"] and RosterBefore(name=row["before"]["name"], code=row["before"]["code"]),
        )
        for row in rows
    ]


async def select_left(db: Reader, quiet: timedelta, limit: int) -> list[tuple[ImportId, datetime]]:
    """Imports at work that no worker has moved for a while, and when they were uploaded."""
    rows = await db.fetch(
        """
        SELECT id, created_at
          FROM roster_import
         WHERE state IN ('parsing', 'applying', 'undoing') AND beat_at < now() - $1::interval
         ORDER BY beat_at
         LIMIT $2
        """,
        quiet,
        limit,
    )
    return [(row["id"], row["created_at"]) for row in rows]


async def has_at_work(tx: Tx, school: SchoolId) -> bool:
    """Whether an import changes the roster now; to be asked with the school locked."""
    found: bool = await tx.fetchval(
        "SELECT EXISTS (SELECT FROM roster_import WHERE school_id = $1 AND state IN ('applying', 'undoing'))", school
    )
    return found


async def update_state(tx: Tx, roster_import: ImportId, state: ImportState, why: str | None = None) -> None:
    """Begin what comes next, from its beginning."""
    await tx.execute(
        "UPDATE roster_import SET state = $2, why = $3, n_done = 0, beat_at = now() WHERE id = $1",
        roster_import,
        state,
        why,
    )


# Parsing


async def delete_rows(tx: Tx, roster_import: ImportId) -> None:
    """What an earlier try left: it is read again from the beginning."""
    await tx.execute("DELETE FROM roster_import_row WHERE import_id = $1", roster_import)
    await tx.execute("UPDATE roster_import SET n_done = 0, beat_at = now() WHERE id = $1", roster_import)


async def insert_rows(tx: Tx, found: Import, rows: Sequence[CheckedRow]) -> None:
    """Rows of the file, each with what it would do to the roster as it is now."""
    await tx.execute(
        """
        INSERT INTO roster_import_row (import_id, row, number, name, code, change, error, before)
        SELECT $1, given.row, given.number, given.name, coalesce(given.code, entry.code),
               CASE WHEN given.error IS NOT NULL THEN 'error'
                    WHEN entry.id IS NULL THEN 'new'
                    WHEN entry.name = given.name AND entry.code IS NOT DISTINCT FROM coalesce(given.code, entry.code)
                    THEN 'same' ELSE 'changed' END,
               given.error,
               CASE WHEN entry.id IS NOT NULL THEN jsonb_build_object('name', entry.name, 'code', entry.code) END
          FROM unnest($3::int[], $4::text[], $5::text[], $6::text[], $7::text[])
               AS given (row, number, name, code, error)
          LEFT JOIN roster_entry AS entry ON entry.school_id = $2 AND entry.number = given.number
        """,
        found.id,
        found.school,
        [each.row for each in rows],
        [each.number for each in rows],
        [each.name for each in rows],
        [each.code for each in rows],
        [each.error for each in rows],
    )
    await tx.execute(
        "UPDATE roster_import SET n_done = n_done + $2, beat_at = now() WHERE id = $1", found.id, len(rows)
    )


async def insert_removed(tx: Tx, found: Import) -> None:
    """For a file that is the whole roster: a row for whoever is not in it."""
    await tx.execute(
        """
        INSERT INTO roster_import_row (import_id, row, number, name, code, change, before)
        SELECT $1::text, $3::int + row_number() OVER (ORDER BY entry.number), entry.number, entry.name, entry.code,
               'removed',
               jsonb_build_object('name', entry.name, 'code', entry.code)
          FROM roster_entry AS entry
         WHERE entry.school_id = $2
           AND NOT EXISTS (SELECT FROM roster_import_row
                            WHERE import_id = $1::text AND roster_import_row.number = entry.number)
        """,
        found.id,
        found.school,
        found.n_last,
    )


async def update_checked(tx: Tx, roster_import: ImportId) -> None:
    """The file is read: count what it would do."""
    await tx.execute(
        """
        UPDATE roster_import
           SET state = 'checked', n_rows = n_done, n_done = 0, beat_at = now(), n_new = counted.n_new,
               n_changed = counted.n_changed, n_removed = counted.n_removed, n_errors = counted.n_errors
          FROM (SELECT count(*) FILTER (WHERE change = 'new') AS n_new,
                       count(*) FILTER (WHERE change = 'changed') AS n_changed,
                       count(*) FILTER (WHERE change = 'removed') AS n_removed,
                       count(*) FILTER (WHERE change = 'error') AS n_errors
                  FROM roster_import_row
                 WHERE import_id = $1) AS counted
         WHERE id = $1
        """,
        roster_import,
    )


# Applying and undoing


async def update_done(tx: Tx, roster_import: ImportId, row: int) -> None:
    await tx.execute("UPDATE roster_import SET n_done = $2, beat_at = now() WHERE id = $1", roster_import, row)


async def update_applied(tx: Tx, roster_import: ImportId) -> None:
    await tx.execute("UPDATE roster_import SET state = 'applied', applied_at = now() WHERE id = $1", roster_import)


async def fail_overdue(db: Database, roster_import: ImportId) -> bool:
    """A file that no worker came to the end of, however often one began; whether it was still being read."""
    done = await db.execute(
        "UPDATE roster_import SET state = 'failed', why = 'too_slow' WHERE id = $1 AND state = 'parsing'",
        roster_import,
    )
    return done != "UPDATE 0"
