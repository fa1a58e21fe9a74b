"""What an import does to the roster, and how it is undone: the rows `above` .. `upto` of it, all at once.

The import is locked by the caller. Entries are locked by number, the order every batch takes them in.
"""

from __future__ import annotations

from collections.abc import Sequence

from server.store.pool import Tx
from server.store.roster_imports import Import


async def lock_entries(tx: Tx, found: Import, above: int, upto: int) -> None:
    """Nobody is certified by, and no admin changes, what this batch is about."""
    await tx.execute(
        """
        SELECT FROM roster_entry AS entry
          JOIN roster_import_row AS row ON row.import_id = $1 AND row.number = entry.number
         WHERE entry.school_id = $2 AND row.row > $3 AND row.row <= $4 AND row.change NOT IN ('same', 'error')
         ORDER BY entry.number
           FOR UPDATE OF entry
        """,
        found.id,
        found.school,
        above,
        upto,
    )


async def keep_before(tx: Tx, found: Import, above: int, upto: int) -> None:
    """Write down what is there now, with all that undoing has to put back."""
    await tx.execute(
        """
        UPDATE roster_import_row AS row
           SET before = CASE WHEN entry.id IS NOT NULL THEN
                   jsonb_build_object('id', entry.id, 'name', entry.name, 'code', entry.code,
                                      'added_at', entry.added_at, 'certification', held.id) END
          FROM roster_import_row AS same
          LEFT JOIN roster_entry AS entry ON entry.school_id = $2 AND entry.number = same.number
          LEFT JOIN certification AS held ON held.roster_entry_id = entry.id AND held.state = 'certified'
         WHERE row.import_id = $1 AND same.import_id = $1 AND same.row = row.row
           AND row.row > $3 AND row.row <= $4 AND row.change NOT IN ('same', 'error')
        """,
        found.id,
        found.school,
        above,
        upto,
    )


async def apply_written(tx: Tx, found: Import, above: int, upto: int, ids: Sequence[str]) -> None:
    """Add the new and change the changed; `ids` for as many as there may be."""
    await tx.execute(
        """
        INSERT INTO roster_entry (id, school_id, number, name, code)
        SELECT drawn.id, $2, given.number, given.name, given.code
          FROM (SELECT number, name, code, row_number() OVER (ORDER BY number) AS place
                  FROM roster_import_row
                 WHERE import_id = $1 AND row > $3 AND row <= $4 AND change IN ('new', 'changed')) AS given
          JOIN unnest($5::text[]) WITH ORDINALITY AS drawn (id, place) ON drawn.place = given.place
         ORDER BY given.number
            ON CONFLICT ON CONSTRAINT roster_number DO UPDATE
           SET name = excluded.name, code = excluded.code
        """,
        found.id,
        found.school,
        above,
        upto,
        list(ids),
    )


async def apply_removed(tx: Tx, found: Import, above: int, upto: int) -> None:
    """End the certifications of the removed, then remove them (R30)."""
    await tx.execute(
        """
        UPDATE certification
           SET state = 'dissolved', dissolved_at = now(), dissolved_by = 'import'
          FROM roster_import_row AS row
          JOIN roster_entry AS entry ON entry.school_id = $2 AND entry.number = row.number
         WHERE row.import_id = $1 AND row.row > $3 AND row.row <= $4 AND row.change = 'removed'
           AND certification.roster_entry_id = entry.id AND certification.state = 'certified'
        """,
        found.id,
        found.school,
        above,
        upto,
    )
    await tx.execute(
        """
        DELETE FROM roster_entry AS entry
         USING roster_import_row AS row
         WHERE row.import_id = $1 AND row.row > $3 AND row.row <= $4 AND row.change = 'removed'
           AND entry.school_id = $2 AND entry.number = row.number
        """,
        found.id,
        found.school,
        above,
        upto,
    )


async def undo_added(tx: Tx, found: Import, above: int, upto: int) -> None:
    """Take away what was not there before and is still as the import left it; its certifications end."""
    await tx.execute(
        """
        UPDATE certification
           SET state = 'dissolved', dissolved_at = now(), dissolved_by = 'import'
          FROM roster_import_row AS row
          JOIN roster_entry AS entry ON entry.school_id = $2 AND entry.number = row.number
         WHERE row.import_id = $1 AND row.row > $3 AND row.row <= $4
           AND row.change IN ('new', 'changed') AND row.before IS NULL
           AND entry.name = row.name AND entry.code IS NOT DISTINCT FROM row.code
           AND certification.roster_entry_id = entry.id AND certification.state = 'certified'
        """,
        found.id,
        found.school,
        above,
        upto,
    )
    await tx.execute(
        """
        DELETE FROM roster_entry AS entry
         USING roster_import_row AS row
         WHERE row.import_id = $1 AND row.row > $3 AND row.row <= $4
           AND row.change IN ('new', 'changed') AND row.before IS NULL
           AND entry.school_id = $2 AND entry.number = row.number
           AND entry.name = row.name AND entry.code IS NOT DISTINCT FROM row.code
        """,
        found.id,
        found.school,
        above,
        upto,
    )


async def undo_changed(tx: Tx, found: Import, above: int, upto: int) -> None:
    """Put back name and code where they are still as the import left them."""
    await tx.execute(
        """
        UPDATE roster_entry AS entry
           SET name = row.before ->> 'name', code = row.before ->> 'code'
          FROM roster_import_row AS row
         WHERE row.import_id = $1 AND row.row > $3 AND row.row <= $4
           AND row.change IN ('new', 'changed') AND row.before IS NOT NULL
           AND entry.school_id = $2 AND entry.number = row.number
           AND entry.name = row.name AND entry.code IS NOT DISTINCT FROM row.code
        """,
        found.id,
        found.school,
        above,
        upto,
    )


async def undo_removed(tx: Tx, found: Import, above: int, upto: int) -> None:
    """Put the removed back, and their certifications where neither account nor entry has another by now."""
    await tx.execute(
        """
        INSERT INTO roster_entry (id, school_id, number, name, code, added_at)
        SELECT before ->> 'id', $2, number, before ->> 'name', before ->> 'code', (before ->> 'added_at')::timestamptz
          FROM roster_import_row
         WHERE import_id = $1 AND row > $3 AND row <= $4 AND change = 'removed' AND before IS NOT NULL
         ORDER BY number
            ON CONFLICT DO NOTHING
        """,
        found.id,
        found.school,
        above,
        upto,
    )
    await tx.execute(
        """
        UPDATE certification
           SET state = 'certified', dissolved_at = NULL, dissolved_by = NULL, roster_entry_id = entry.id
          FROM roster_import_row AS row
          JOIN roster_entry AS entry ON entry.school_id = $2 AND entry.id = row.before ->> 'id'
         WHERE row.import_id = $1 AND row.row > $3 AND row.row <= $4 AND row.change = 'removed'
           AND certification.id = row.before ->> 'certification'
           AND certification.state = 'dissolved' AND certification.dissolved_by = 'import'
           AND NOT EXISTS (SELECT FROM certification AS other
                            WHERE other.state = 'certified'
                              AND (other.account_id = certification.account_id OR other.roster_entry_id = entry.id))
        """,
        found.id,
        found.school,
        above,
        upto,
    )
