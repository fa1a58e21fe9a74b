"""课件: the tree of a run as its page shows it, and its teachers' changes to it (R50)."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from protocol.courses import AddUnit, ChangeUnit, CourseRole, CourseUnit, Courseware, RunId, UnitId, Written
from protocol.errors import Code, Refused
from protocol.ids import FileId
from server.core.course import MOST_UNITS, check_content, check_unit, clean_title
from server.ids import draw_id
from server.rest.answer import answer, nothing
from server.rest.call import Call
from server.rest.courses.runs import enter_run
from server.store import runs, units
from server.store.pool import Tx
from server.store.units import StoredUnit


async def show_courseware(call: Call) -> Response:
    """The run's tree: for learners what is published, without the texts, which they get by studying them."""
    db = call.services.database
    run = await enter_run(call, db)
    tree = await units.select_tree(db, run.id)
    return answer(Courseware(units=[unit_of(each, run.role) for each in tree if is_shown(each, run.role)]))


def is_shown(unit: StoredUnit, role: CourseRole) -> bool:
    return role == "teacher" or unit.level != "unit" or unit.is_published


def unit_of(unit: StoredUnit, role: CourseRole) -> CourseUnit:
    return CourseUnit(
        id=unit.id,
        parent=unit.parent,
        level=unit.level,
        title=unit.title,
        kind=unit.kind,
        file=unit.file,
        file_name=unit.file_name,
        text=unit.text if role == "teacher" else None,
        duration_ms=unit.duration_ms,
        is_published=unit.is_published,
    )


async def add_unit(call: Call, body: AddUnit) -> Response:
    """Add a chapter, a lesson or a unit, as its parent's last."""
    title = clean_title(body.title)
    async with call.services.database.transaction() as tx:
        run = await runs.lock_taught(tx, RunId(call.path["id"]), call.device.account)
        if run is None:
            raise Refused(Code.NOT_FOUND)
        if await units.count_units(tx, run.id) >= MOST_UNITS:
            raise Refused(Code.TOO_MANY_UNITS)
        parent = UnitId(body.parent) if body.parent else None
        check_unit(body.level, await units.select_level(tx, run.id, parent) if parent else None, body.kind)
        made = StoredUnit(
            id=UnitId(draw_id()),
            run=run.id,
            parent=parent,
            level=body.level,
            title=title,
            kind=body.kind,
            file=FileId(body.file) if body.file else None,
            file_name=None,
            file_type=None,
            text=body.text,
            duration_ms=body.duration_ms,
            is_published=body.is_published,
        )
        await check(tx, made)
        await units.insert_unit(tx, made, call.now)
    return answer(Written(id=made.id), 201)


async def change_unit(call: Call, body: ChangeUnit) -> Response:
    """Change a node, publish it or take it back, move it before a sibling."""
    async with call.services.database.transaction() as tx:
        unit = await hold(call, tx)
        changed = replace(
            unit,
            title=unit.title if body.title is None else clean_title(body.title),
            file=unit.file if body.file is None else FileId(body.file),
            text=unit.text if body.text is None else body.text,
            duration_ms=unit.duration_ms if body.duration_ms is None else body.duration_ms,
            is_published=unit.is_published if body.is_published is None else body.is_published,
        )
        await check(tx, changed)
        await units.update_unit(tx, changed, call.now)
        if body.before is not None and not await units.move_before(tx, unit.id, UnitId(body.before)):
            raise Refused(Code.BAD_FIELD, "before", data={"field": "before"})
    return nothing()


async def remove_unit(call: Call) -> Response:
    """Remove a node with everything below it, and what was learned of it."""
    async with call.services.database.transaction() as tx:
        unit = await hold(call, tx)
        await units.delete_unit(tx, unit.id)
    return nothing()


async def hold(call: Call, tx: Tx) -> StoredUnit:
    unit = await units.lock_unit(tx, UnitId(call.path["id"]), call.device.account)
    if unit is None:
        raise Refused(Code.NOT_FOUND)
    return unit


async def check(tx: Tx, unit: StoredUnit) -> None:
    """Raises Refused(BAD_FIELD), also for a file of another course: it is not there (59)."""
    file_type = None
    if unit.file is not None:
        file_type = await units.select_file_type(tx, unit.run, unit.file)
        if file_type is None:
            raise Refused(Code.BAD_FIELD, "file", data={"field": "file"})
    check_content(unit.kind, file_type, unit.text, unit.duration_ms, unit.is_published)
