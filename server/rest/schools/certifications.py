"""学校云认证 as the student does it: certify, dissolve, see what holds (R18-R28)."""

from __future__ import annotations

from starlette.responses import Response

from protocol.errors import Code, Refused
from protocol.ids import CertificationId, ClassroomId, SchoolId
from protocol.schools import Certification, CertifiedMembers, Certify, MyCertification, School
from server.core.certification import check_fit
from server.core.moment import millis
from server.core.roster import clean_number
from server.ids import draw_id
from server.limiter import WRONG_CERTIFICATIONS, WRONG_CERTIFICATIONS_OF_NUMBER
from server.rest.answer import answer, nothing
from server.rest.call import Call
from server.store import audit, certifications
from server.store.certifications import Certified


async def show_my_certification(call: Call) -> Response:
    """The caller's certification, if there is one, and the ended ones. Without one study yields no credit (R21)."""
    found = await certifications.select_of_account(call.services.database, call.device.account)
    return answer(
        MyCertification(
            current=next((view(each) for each in found if each.dissolved_at is None), None),
            past=[view(each) for each in found if each.dissolved_at is not None],
        )
    )


async def certify(call: Call, body: Certify) -> Response:
    """Certify the caller by school, 学号, name and 认证码; one refusal for whatever of the four is wrong (R23)."""
    number = read_number(body.number)
    limiter, account = call.services.limiter, call.device.account
    # Counted before the guess is looked at, so that a hundred at once count as a hundred.
    await limiter.take(WRONG_CERTIFICATIONS, account)
    await limiter.take(WRONG_CERTIFICATIONS_OF_NUMBER, body.school, number)
    try:
        done = await write(call, body, number)
    except Refused as refused:
        if refused.code is not Code.ALREADY_CERTIFIED:
            raise
        # The same again, from a second tap or after a lost answer, is no mistake.
        held = await certifications.select_of_account(call.services.database, account, limit=1)
        if not held or (held[0].school, held[0].number) != (body.school, number):
            raise
        if held[0].dissolved_at is not None:
            raise Refused(Code.OVERLOADED, "dissolved meanwhile") from None
        done = answer(view(held[0]), 201)
    await limiter.give_back(WRONG_CERTIFICATIONS, account)
    await limiter.give_back(WRONG_CERTIFICATIONS_OF_NUMBER, body.school, number)
    return done


async def write(call: Call, body: Certify, number: str) -> Response:
    """Raises Refused: NUMBER_UNKNOWN; then, for who knows all four, ALREADY_CERTIFIED and NUMBER_HELD (R24)."""
    account, school = call.device.account, SchoolId(body.school)
    async with call.transaction() as tx:
        candidate = check_fit(await certifications.select_candidate(tx, school, number), body.name, body.code)
        certification = CertificationId(draw_id())
        await certifications.insert_certification(tx, certification, school, candidate, number, account, call.now)
        detail: dict[str, object] = {"certification": certification, "entry": candidate.entry}
        await audit.insert(tx, account, "certification.made", school=school, account=account, detail=detail)
        made = await certifications.select_of_account(tx, account, limit=1)
        return await call.keep(tx, answer(view(made[0]), 201))


def read_number(text: str) -> str:
    """What can be no number is in no roster either."""
    try:
        return clean_number(text)
    except Refused:
        raise Refused(Code.NUMBER_UNKNOWN) from None


async def dissolve(call: Call) -> Response:
    """解除认证 (R22): the number is free again; what was studied stays with the account."""
    account = call.device.account
    async with call.transaction() as tx:
        school = await certifications.update_dissolved_by_account(tx, account, call.now)
        if school is None:
            raise Refused(Code.NOT_FOUND)
        await audit.insert(tx, account, "certification.dissolved", school=school, account=account)
    return nothing()


async def list_certified_members(call: Call) -> Response:
    """已认证/未认证 of each student of a classroom, for its staff (R25)."""
    members = await certifications.select_of_members(
        call.services.database, ClassroomId(call.path["id"]), call.device.account, call.roles
    )
    if members is None:
        raise Refused(Code.NOT_FOUND)
    return answer(CertifiedMembers(members=members))


def view(found: Certified) -> Certification:
    return Certification(
        id=found.id,
        school=School(id=found.school, name=found.school_name, has_cloud=found.has_cloud),
        number=found.number,
        name=found.name,
        certified_at=millis(found.certified_at),
        dissolved_at=None if found.dissolved_at is None else millis(found.dissolved_at),
        dissolved_by=found.dissolved_by,
    )
