"""学生管理: the roster as its school's admin keeps it. Removing a row ends its certification and frees its number."""

from __future__ import annotations

from typing import get_args

from starlette.responses import Response

from protocol.errors import Code, Refused
from protocol.ids import RosterEntryId
from protocol.schools import AddRosterEntry, ChangeRosterEntry, Holder, PastHolder, Roster, RosterEntry
from protocol.schools import RosterEntryHistory as History
from server.core.moment import millis
from server.core.phone import mask
from server.core.roster import clean_code, clean_name, clean_number
from server.ids import draw_id
from server.rest.answer import answer, nothing
from server.rest.call import Call
from server.rest.cursor import PAGE, after, cursor
from server.rest.schools.admin import administered
from server.rest.schools.schools import searched
from server.store import audit, certifications, roster
from server.store.roster import Entry, Standing

MOST_HOLDERS = 50


async def list_roster(call: Call) -> Response:
    """Entries with the query in number or name; `standing` is certified or uncertified."""
    database = call.services.database
    school = await administered(call, database)
    found = await roster.select_entries(database, school, searched(call), read_standing(call), after(call), PAGE + 1)
    page = found[:PAGE]
    return answer(
        Roster(entries=[view(each) for each in page], next=cursor(page[-1].number) if len(found) > PAGE else None)
    )


def read_standing(call: Call) -> Standing:
    given = call.query.get("standing", "any")
    standing: Standing | None = next((each for each in get_args(Standing) if each == given), None)
    if standing is None:
        raise Refused(Code.BAD_FIELD, "standing", data={"field": "standing"})
    return standing


async def show_roster_entry(call: Call) -> Response:
    """One entry, and every account that ever certified its number (R24)."""
    async with call.services.database.snapshot() as db:
        school = await administered(call, db)
        entry = await roster.select_entry(db, school, RosterEntryId(call.path["entry"]))
        if entry is None:
            raise Refused(Code.NOT_FOUND)
        holders = await certifications.select_of_number(db, school, entry.number, MOST_HOLDERS)
    past = [
        PastHolder(
            account=each.account,
            account_name=each.account_name,
            certified_at=millis(each.certified_at),
            dissolved_at=None if each.dissolved_at is None else millis(each.dissolved_at),
            dissolved_by=each.dissolved_by,
        )
        for each in holders
    ]
    return answer(History(entry=view(entry), holders=past))


async def add_roster_entry(call: Call, body: AddRosterEntry) -> Response:
    """Add one student."""
    number, name, code = clean_number(body.number), clean_name(body.name), body.code and clean_code(body.code)
    entry = RosterEntryId(draw_id())
    async with call.transaction() as tx:
        school = await administered(call, tx)
        await roster.insert_entry(tx, entry, school, number, name, code)
        await audit.insert(tx, call.device.account, "roster.added", school=school, detail={"entry": entry})
        added = await roster.select_entry(tx, school, entry)
        assert added is not None, "it was just added"
        return await call.keep(tx, answer(view(added), 201))


async def change_roster_entry(call: Call, body: ChangeRosterEntry) -> Response:
    """Change one student's row; a certification of it stays."""
    number, name, code = clean_number(body.number), clean_name(body.name), body.code and clean_code(body.code)
    entry = RosterEntryId(call.path["entry"])
    async with call.transaction() as tx:
        school = await administered(call, tx)
        if not await roster.update_entry(tx, school, entry, number, name, code):
            raise Refused(Code.NOT_FOUND)
        await audit.insert(tx, call.device.account, "roster.changed", school=school, detail={"entry": entry})
        changed = await roster.select_entry(tx, school, entry)
    assert changed is not None, "it is locked by the update"
    return answer(view(changed))


async def remove_roster_entry(call: Call) -> Response:
    """Remove one student: a certification of the number ends, and it is free for another account (R30, R31).

    The data of the old account do not move (R32).
    """
    entry = RosterEntryId(call.path["entry"])
    async with call.transaction() as tx:
        school = await administered(call, tx)
        if not await roster.lock_entry(tx, school, entry):
            raise Refused(Code.NOT_FOUND)
        holder = await certifications.update_dissolved_by_admin(tx, entry, call.now)
        await roster.delete_entry(tx, entry)
        await audit.insert(
            tx, call.device.account, "roster.removed", school=school, account=holder, detail={"entry": entry}
        )
    return nothing()


def view(entry: Entry) -> RosterEntry:
    return RosterEntry(
        id=entry.id,
        number=entry.number,
        name=entry.name,
        code=entry.code,
        added_at=millis(entry.added_at),
        holder=holder_of(entry),
    )


def holder_of(entry: Entry) -> Holder | None:
    if entry.holder is None or entry.certified_at is None:
        return None
    return Holder(
        account=entry.holder,
        name=entry.holder_name or "",
        phone=mask(entry.holder_phone) if entry.holder_phone else None,
        certified_at=millis(entry.certified_at),
    )
