"""Works at an import of a roster: reads the file and says what it would do, does it, or undoes it.

Everything is in batches that hold the import for a moment and move it on, so that a second worker at the same import
stops, and one that comes after a dead worker goes on where that one was.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from protocol.ids import FileId, ImportId
from server.core.byte_range import ByteRange
from server.core.roster import CheckedRow, RawRow, check_row
from server.files.sheet import Unreadable, read_sheet
from server.files.storage import Storage, open_storage
from server.ids import draw_id
from server.store import audit, roster_changes, roster_imports
from server.store.pool import Database, Tx
from server.store.roster_imports import Import
from workers.context import Context, config_of, road_of

TIMEOUT_S = 600
BATCH = 1_000
# Larger than any upload may be: the file is read to its end.
WHOLE = ByteRange(start=0, end=1 << 40)

log = logging.getLogger("shangke.import_roster")


class Overtaken(Exception):
    """Another worker moved this import on; it is theirs now."""


async def import_roster(context: Context, roster_import: str) -> None:
    await work_at(road_of(context).db, open_storage(config_of(context)), ImportId(roster_import))


async def work_at(db: Database, storage: Storage, roster_import: ImportId) -> None:
    """Whatever the import waits for; nothing, if it waits for an admin."""
    try:
        async with db.transaction() as tx:
            found = await roster_imports.lock_import(tx, roster_import)
            if found is not None and found.state == "parsing":
                await roster_imports.delete_rows(tx, roster_import)
        if found is None:
            return
        if found.state == "parsing":
            await parse(db, storage, found)
        elif found.state in ("applying", "undoing"):
            while not await change_batch(db, roster_import):
                pass
    except Overtaken:
        log.info("import=%s outcome=overtaken", roster_import)


# Parsing


async def parse(db: Database, storage: Storage, found: Import) -> None:
    file = FileId(found.id)
    fetched = storage.incoming / f"{file}-{draw_id()}"
    try:
        await fetch(storage, file, fetched)
        await keep_rows(db, found.id, fetched)
    except (Unreadable, FileNotFoundError) as error:
        why = error.why if isinstance(error, Unreadable) else "file_lost"
        async with db.transaction() as tx:
            await lock_parsing(tx, found.id)
            await roster_imports.delete_rows(tx, found.id)
            await roster_imports.update_state(tx, found.id, "failed", why)
    finally:
        fetched.unlink(missing_ok=True)
    await storage.delete(file)


async def fetch(storage: Storage, file: FileId, target: Path) -> None:
    """From wherever files are kept to this machine's disk. Raises FileNotFoundError."""
    pieces = await storage.read(file, WHOLE)
    with target.open("xb") as opened:
        async for piece in pieces:
            await asyncio.to_thread(opened.write, piece)


async def keep_rows(db: Database, roster_import: ImportId, file: Path) -> None:
    """Raises Unreadable, Overtaken."""
    rows, seen, n_kept = read_sheet(file), set[str](), 0
    while batch := await asyncio.to_thread(next_batch, rows, seen):
        async with db.transaction() as tx:
            found = await lock_parsing(tx, roster_import)
            if found.n_done != n_kept:
                raise Overtaken
            await roster_imports.insert_rows(tx, found, batch)
        n_kept += len(batch)
    async with db.transaction() as tx:
        found = await lock_parsing(tx, roster_import)
        if found.n_done != n_kept:
            raise Overtaken
        if found.is_whole:
            await roster_imports.insert_removed(tx, found)
        await roster_imports.update_checked(tx, roster_import)


def next_batch(rows: Iterator[RawRow], seen: set[str]) -> list[CheckedRow]:
    """Some rows, checked; the second of two with one number is wrong. `seen`: the numbers so far."""
    return [check_once(check_row(raw), seen) for raw in islice(rows, BATCH)]


def check_once(row: CheckedRow, seen: set[str]) -> CheckedRow:
    if row.error is not None:
        return row
    if row.number in seen:
        return replace(row, error="number_twice")
    seen.add(row.number)
    return row


async def lock_parsing(tx: Tx, roster_import: ImportId) -> Import:
    found = await roster_imports.lock_import(tx, roster_import)
    if found is None or found.state != "parsing":
        raise Overtaken
    return found


# Applying, undoing


async def change_batch(db: Database, roster_import: ImportId) -> bool:
    """Do, or undo, the next rows; gives whether it was the last of them."""
    async with db.transaction() as tx:
        found = await roster_imports.lock_import(tx, roster_import)
        if found is None or found.state not in ("applying", "undoing"):
            return True
        above, upto = found.n_done, min(found.n_done + BATCH, found.n_last)
        await roster_changes.lock_entries(tx, found, above, upto)
        if found.state == "applying":
            await apply(tx, found, above, upto)
        else:
            await undo(tx, found, above, upto)
        await roster_imports.update_done(tx, roster_import, upto)
        is_last = upto == found.n_last
        if is_last:
            await end(tx, found)
    return is_last


async def apply(tx: Tx, found: Import, above: int, upto: int) -> None:
    await roster_changes.keep_before(tx, found, above, upto)
    await roster_changes.apply_written(tx, found, above, upto, [draw_id() for _ in range(upto - above)])
    await roster_changes.apply_removed(tx, found, above, upto)


async def undo(tx: Tx, found: Import, above: int, upto: int) -> None:
    await roster_changes.undo_added(tx, found, above, upto)
    await roster_changes.undo_changed(tx, found, above, upto)
    await roster_changes.undo_removed(tx, found, above, upto)


async def end(tx: Tx, found: Import) -> None:
    if found.state == "applying":
        await roster_imports.update_applied(tx, found.id)
    else:
        await roster_imports.update_state(tx, found.id, "undone")
    counts: dict[str, object] = {
        "import": found.id,
        "new": found.n_new,
        "changed": found.n_changed,
        "removed": found.n_removed,
    }
    action = "roster.applied" if found.state == "applying" else "roster.undone"
    await audit.insert(tx, found.account, action, school=found.school, detail=counts)
