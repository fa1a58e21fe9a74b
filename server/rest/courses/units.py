"""课件: the tree of a run as its page shows it, and its teachers' changes to it (R50)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from starlette.responses import Response

from protocol.courses import AddUnit, ChangeUnit, CourseRole, CourseUnit, Courseware, RunId, UnitId, Written
from protocol.errors import Code, Refused
from protocol.ids import FileId
from protocol.inbox import PushId, Source
from server.core.course import MOST_UNITS, check_content, check_unit, clean_title
from server.core.inbox import News
from server.ids import draw_id
from server.rest.answer import answer, nothing
from server.rest.call import Call
from server.rest.courses.runs import enter_run
from server.store import course_files, runs, units
from server.store.pool import Tx
from server.store.units import StoredUnit
from server.telling_many import ring_push, start_push


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
    async with call.transaction() as tx:
        run = await runs.lock_taught(tx, RunId(call.path["id"]), call.device.account)
        if run is None:
            raise Refused(Code.NOT_FOUND)
        if await units.count_units(tx, run.id) >= MOST_UNITS:
            raise Refused(Code.TOO_MANY_UNITS)
        parent = UnitId(body.parent) if body.parent else None
        above = await units.select_level(tx, run.id, parent) if parent else None
        if parent and above is None:
            raise Refused(Code.BAD_FIELD, "parent", data={"field": "parent"})
        check_unit(body.level, above, body.kind)
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
        push = await start_news(call, tx, made) if made.level == "unit" and made.is_published else None
        done = await call.keep(tx, answer(Written(id=made.id), 201))
    if push:
        ring_push(call.services.road, push, call.now)
    return done


async def change_unit(call: Call, body: ChangeUnit) -> Response:
    """Change a node, publish it or take it back, move it before a sibling."""
    async with call.transaction() as tx:
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
        is_new = changed.level == "unit" and changed.is_published and not unit.is_published
        push = await start_news(call, tx, changed) if is_new else None
        replaced = [unit.file] if unit.file and unit.file != changed.file else []
        unused = await course_files.update_unused(tx, replaced)
    if push:
        ring_push(call.services.road, push, call.now)
    await forget(call, unused)
    return nothing()


async def start_news(call: Call, tx: Tx, unit: StoredUnit) -> PushId:
    """课件更新 for the run's message centres (R57)."""
    course = await runs.select_course_of(tx, unit.run)
    source = Source(kind="unit", id=unit.id, course=course, run=unit.run)
    news = News(id=draw_id(), kind="courseware_update", title=unit.title, source=source)
    return await start_push(tx, news, "run", unit.run, author=call.device.account, now=call.now)


async def remove_unit(call: Call) -> Response:
    """Remove a node with everything below it, and what was learned of it."""
    async with call.transaction() as tx:
        unit = await hold(call, tx)
        files = await units.select_files_below(tx, unit.id)
        await units.delete_unit(tx, unit.id)
        unused = await course_files.update_unused(tx, files)
    await forget(call, unused)
    return nothing()


async def forget(call: Call, files: Sequence[FileId]) -> None:
    """The bytes of files that nothing shows any more."""
    for file in files:
        await call.services.storage.delete(file)


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
