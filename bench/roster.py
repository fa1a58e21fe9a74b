"""A school's roster of 50,000 rows from a file: how long reading, applying and undoing take, and how much memory.

Run by itself: `python -m bench.roster`. The worker's own functions, in this process, against a real PostgreSQL.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import perf_counter

from openpyxl import Workbook

from protocol.ids import AccountId, FileId, ImportId, SchoolId
from protocol.schools import ImportState
from server.embedded import run_postgres
from server.files.folder import Folder
from server.ids import draw_id
from server.store import accounts, roster_imports, schema, schools
from server.store.pool import Database, connect
from workers.import_roster import work_at

DATABASE = "postgres"
ROWS = 50_000
MIB = 1024


def make_file(target: Path, n_rows: int) -> None:
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet()
    sheet.append(("学号", "姓名", "认证码"))
    for number in range(n_rows):
        sheet.append((f"{number:010d}", f"学生{number}", None))
    workbook.save(target)


def peak_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // MIB


async def timed(name: str, work: Callable[[], Awaitable[None]]) -> float:
    before, began = peak_mib(), perf_counter()
    await work()
    took_s = perf_counter() - began
    print(f"{name:<10} {took_s:7.2f} s   peak {peak_mib()} MiB (+{peak_mib() - before})")
    return took_s


async def measure(folder: Path, n_rows: int) -> None:
    storage = Folder(folder=folder / "files", incoming=folder / "incoming")
    for each in (storage.folder, storage.incoming):
        each.mkdir()
    async with run_postgres(folder / "postgres") as postgres:
        await schema.migrate(postgres.url(DATABASE))
        async with connect(postgres.url(DATABASE)) as db:
            roster_import = await prepare(db)
            source = storage.incoming / "roster.xlsx"
            make_file(source, n_rows)
            print(f"{n_rows} rows, {source.stat().st_size // 1024} KiB")
            await storage.put(FileId(roster_import), source)
            took_s = await timed("reading", lambda: work_at(db, storage, roster_import))
            await begin(db, roster_import, "applying")
            took_s += await timed("applying", lambda: work_at(db, storage, roster_import))
            print(f"{'import':<10} {took_s:7.2f} s")
            await begin(db, roster_import, "undoing")
            await timed("undoing", lambda: work_at(db, storage, roster_import))


async def prepare(db: Database) -> ImportId:
    school, account, roster_import = SchoolId(draw_id()), AccountId(draw_id()), ImportId(draw_id())
    async with db.transaction() as tx:
        await accounts.insert_account(tx, account, "教务处", None)
        await schools.insert_school(tx, school, "南山大学", True, None)
        await roster_imports.insert_import(tx, roster_import, school, account, "roster.xlsx", True)
    return roster_import


async def begin(db: Database, roster_import: ImportId, state: ImportState) -> None:
    async with db.transaction() as tx:
        await roster_imports.update_state(tx, roster_import, state)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.roster", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="shangke-", dir="/tmp") as folder:
        asyncio.run(measure(Path(folder), rows))


if __name__ == "__main__":
    main()
