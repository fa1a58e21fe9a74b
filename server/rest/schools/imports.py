"""Imports of a roster: upload a file, look at what it would do, do it, undo it. The work itself is a worker's."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from starlette.responses import Response

from protocol.errors import Code, Refused
from protocol.ids import FileId, ImportId
from protocol.schools import ImportState, RosterImport, RosterImports
from server.core.fact import Alarm
from server.core.file_name import clean
from server.core.moment import millis
from server.core.roster import IMPORT_JOB
from server.files.receive import MOST_BYTES, measure, room, write
from server.ids import draw_id
from server.limiter import ROSTER_UPLOADS
from server.rest.answer import answer, nothing
from server.rest.call import Call
from server.rest.cursor import after, cursor
from server.rest.once import hash_of, once
from server.rest.schools.admin import administered
from server.rest.schools.audit import read_position
from server.rest.upload import check_declared
from server.store import audit, roster_imports, schools
from server.store.pool import Reader, Tx
from server.store.roster_imports import Import

PAGE = 20
AGES = timedelta(days=36_500)


async def upload_roster(call: Call) -> Response:
    """Upload an .xlsx or CSV of at most 20 MB as the plain request body, named by the query's `name`.

    `whole=1`: it is the whole roster, and whoever is not in it would be removed.
    """
    services, account = call.services, call.device.account
    check_declared(call.headers.get("content-length"), MOST_BYTES)
    await administered(call, services.database)
    await services.limiter.take(ROSTER_UPLOADS, account)
    # Refused before it is read.
    read_whole(call)
    incoming = services.storage.incoming / draw_id()
    try:
        with room():
            await write(incoming, call.stream())
        if call.key is None:
            return await begin_import(call, incoming)
        _, sha256 = await asyncio.to_thread(measure, incoming)
        return await once(
            services.database,
            account,
            call.key,
            hash_of(call.request, sha256),
            lambda claim: begin_import(replace(call, claim=claim), incoming),
        )
    finally:
        # Also when the client went away and this task with it.
        incoming.unlink(missing_ok=True)


async def begin_import(call: Call, incoming: Path) -> Response:
    services, account, made = call.services, call.device.account, ImportId(draw_id())
    file, name = FileId(made), read_name(call.query.get("name", ""))
    try:
        await services.storage.put(file, incoming)
        async with call.transaction() as tx:
            school = await administered(call, tx)
            await roster_imports.insert_import(tx, made, school, account, name, read_whole(call))
            await audit.insert(tx, account, "roster.uploaded", school=school, detail={"import": made})
            done = await call.keep(tx, answer(view(await find(call, tx, made)), 201))
    except BaseException:
        # Whoever lost the database in the middle of the commit does not know: then the file may be an import's.
        if not await roster_imports.is_there(services.database, made):
            await services.storage.delete(file)
        raise
    ring(call, made, "parse")
    return done


def read_whole(call: Call) -> bool:
    given = call.query.get("whole", "0")
    if given not in ("0", "1"):
        raise Refused(Code.BAD_FIELD, "whole", data={"field": "whole"})
    return given == "1"


def read_name(given: str) -> str:
    """The file's name, to be shown again."""
    return clean(given, ".csv" if given.lower().endswith(".csv") else ".xlsx", "名单")


async def list_imports(call: Call) -> Response:
    """The school's imports, newest first."""
    school = await administered(call, call.services.database)
    before, _ = read_position(after(call), call.now)
    found = await roster_imports.select_imports(call.services.database, school, before, PAGE + 1)
    page = found[:PAGE]
    last = cursor(page[-1].created_at.isoformat()) if len(found) > PAGE else None
    return answer(RosterImports(imports=[view(each) for each in page], next=last))


async def show_import(call: Call) -> Response:
    """One import, with how far the work is."""
    await administered(call, call.services.database)
    return answer(view(await find(call, call.services.database, ImportId(call.path["import"]))))


async def apply_import(call: Call) -> Response:
    """Do to the roster what the dry run showed."""
    async with call.transaction() as tx:
        found = await locked(call, tx, "checked")
        if found.is_whole and found.n_errors:
            # Whose row cannot be read would be removed.
            raise Refused(Code.IMPORT_ERRORS)
        await begin(tx, found, "applying")
        done = await call.keep(tx, answer(view(await find(call, tx, found.id))))
    ring(call, found.id, "apply")
    return done


async def undo_import(call: Call) -> Response:
    """Put back what an applied import changed, wherever nobody changed it since."""
    async with call.transaction() as tx:
        found = await locked(call, tx, "applied")
        await begin(tx, found, "undoing")
        done = await call.keep(tx, answer(view(await find(call, tx, found.id))))
    ring(call, found.id, "undo")
    return done


async def discard_import(call: Call) -> Response:
    """Throw a checked file away: it does nothing."""
    async with call.transaction() as tx:
        found = await locked(call, tx, "checked")
        await roster_imports.delete_rows(tx, found.id)
        await roster_imports.update_state(tx, found.id, "failed", "discarded")
        await audit.insert(
            tx, call.device.account, "roster.discarded", school=found.school, detail={"import": found.id}
        )
    return nothing()


async def locked(call: Call, tx: Tx, state: ImportState) -> Import:
    """The import of the path, in the state that it must be in. Raises Refused: NOT_FOUND, IMPORT_STATE."""
    school = await administered(call, tx)
    await schools.lock_school(tx, school)
    found = await roster_imports.lock_import(tx, ImportId(call.path["import"]))
    if found is None or found.school != school:
        raise Refused(Code.NOT_FOUND)
    if found.state != state:
        raise Refused(Code.IMPORT_STATE, found.state)
    return found


async def begin(tx: Tx, found: Import, state: ImportState) -> None:
    """One import at a time changes a school's roster. Raises Refused(IMPORT_AT_WORK)."""
    if await roster_imports.has_at_work(tx, found.school):
        raise Refused(Code.IMPORT_AT_WORK, retry_after_ms=5_000)
    await roster_imports.update_state(tx, found.id, state)


def ring(call: Call, roster_import: ImportId, what: str) -> None:
    alarm = Alarm(id=f"{what}:{roster_import}", job=IMPORT_JOB, argument=roster_import, due=call.now)
    call.services.road.enqueue(alarm)


async def find(call: Call, db: Reader, roster_import: ImportId) -> Import:
    """Raises Refused(NOT_FOUND), also for another school's."""
    school = await administered(call, db)
    found = await roster_imports.select_imports(db, school, call.now + AGES, 1, roster_import)
    if not found:
        raise Refused(Code.NOT_FOUND)
    return found[0]


def view(found: Import) -> RosterImport:
    return RosterImport(
        id=found.id,
        file_name=found.file_name,
        is_whole=found.is_whole,
        state=found.state,
        why=found.why,
        n_rows=found.n_rows,
        n_done=found.n_done,
        n_total=0 if found.state == "parsing" else found.n_last,
        n_new=found.n_new,
        n_changed=found.n_changed,
        n_removed=found.n_removed,
        n_errors=found.n_errors,
        created_at=millis(found.created_at),
        applied_at=None if found.applied_at is None else millis(found.applied_at),
    )
