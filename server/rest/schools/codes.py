"""认证码: one for the school, or one for each row (R19). A new one replaces the old at once; certifications stay."""

from __future__ import annotations

from random import SystemRandom

from starlette.responses import Response

from protocol.ids import SchoolId
from protocol.schools import IssueCodes, IssuedCodes
from server.core.roster import draw_code
from server.rest.answer import answer
from server.rest.call import Call
from server.rest.schools.admin import administered
from server.store import audit, schools
from server.store.pool import Tx

BATCH = 2_000
CHANCE = SystemRandom()


async def issue_codes(call: Call, body: IssueCodes) -> Response:
    """Issue new 认证码: for the school as a whole, for rows without one, or for all rows anew."""
    async with call.transaction() as tx:
        school = await administered(call, tx)
        if body.which == "school":
            await schools.update_code(tx, school, draw_code(CHANCE))
            n_issued = 1
        else:
            n_issued = await (issue_missing(tx, school) if body.which == "missing" else issue_all(tx, school))
        detail: dict[str, object] = {"which": body.which, "n": n_issued}
        await audit.insert(tx, call.device.account, "codes.issued", school=school, detail=detail)
        return await call.keep(tx, answer(IssuedCodes(n_issued=n_issued)))


async def issue_missing(tx: Tx, school: SchoolId) -> int:
    n_issued = 0
    while numbers := await schools.select_without_code(tx, school, BATCH):
        await schools.update_codes(tx, school, numbers, [draw_code(CHANCE) for _ in numbers])
        n_issued += len(numbers)
    return n_issued


async def issue_all(tx: Tx, school: SchoolId) -> int:
    n_issued, after = 0, ""
    while numbers := await schools.select_numbers(tx, school, after, BATCH):
        await schools.update_codes(tx, school, numbers, [draw_code(CHANCE) for _ in numbers])
        n_issued, after = n_issued + len(numbers), numbers[-1]
    return n_issued
