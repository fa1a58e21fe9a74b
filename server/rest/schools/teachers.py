"""The school's teachers (R42), as its admins keep them: listed, added by phone number, taken off the list."""

from __future__ import annotations

from starlette.responses import Response

from protocol.errors import Code, Refused
from protocol.ids import AccountId
from protocol.schools import AddTeacher, KeptTeachers
from protocol.schools import KeptTeacher as Shown
from server.core.moment import millis
from server.core.phone import mask, normalise
from server.core.profile import clean_line
from server.limiter import TEACHERS_ADDED
from server.rest.answer import answer, nothing
from server.rest.call import Call
from server.rest.courses.page import next_after, parts_after
from server.rest.cursor import PAGE
from server.rest.schools.admin import administered
from server.store import audit, identities, teaching
from server.store.teaching import KeptTeacher


async def list_kept_teachers(call: Call) -> Response:
    """The school's teachers, by name, with their masked numbers."""
    school = await administered(call, call.services.database)
    name, account = parts_after(call, 2) or ("", "")
    found = await teaching.select_kept_teachers(call.services.database, school, name, account, PAGE + 1)
    page = found[:PAGE]
    last = next_after(page[-1].name, page[-1].account) if len(found) > PAGE else None
    return answer(KeptTeachers(teachers=[view(each) for each in page], next=last))


async def keep_teacher(call: Call, body: AddTeacher) -> Response:
    """Add the account with this number to the school's teachers, or give it another title."""
    school = await administered(call, call.services.database)
    phone, title = normalise(body.phone), clean_line(body.title, "title")
    await call.services.limiter.take(TEACHERS_ADDED, call.device.account)
    async with call.transaction() as tx:
        await administered(call, tx)
        found = await identities.select_identified(tx, "phone", phone)
        if found is None or found.is_closed:
            raise Refused(Code.TEACHER_UNKNOWN)
        await teaching.upsert_teacher(tx, school, found.account, title)
        await audit.insert(tx, call.device.account, "teacher.added", school=school, account=found.account)
        added = await teaching.select_kept_teachers(tx, school, "", "", 1, found.account)
        return await call.keep(tx, answer(view(added[0]), 201))


async def remove_kept_teacher(call: Call) -> Response:
    """Take somebody off the list: no new courses here; those they have stay theirs."""
    account = AccountId(call.path["teacher"])
    async with call.transaction() as tx:
        school = await administered(call, tx)
        if not await teaching.delete_teacher(tx, school, account):
            raise Refused(Code.NOT_FOUND)
        await audit.insert(tx, call.device.account, "teacher.removed", school=school, account=account)
    return nothing()


def view(teacher: KeptTeacher) -> Shown:
    return Shown(
        account=teacher.account,
        name=teacher.name,
        phone=mask(teacher.phone) if teacher.phone else None,
        title=teacher.title,
        n_courses=teacher.n_courses,
        added_at=millis(teacher.added_at),
    )
