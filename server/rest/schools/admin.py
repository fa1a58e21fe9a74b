"""Who may come into a school's rooms: its admins. To everybody else the school is as missing as one that is not."""

from __future__ import annotations

from protocol.errors import Code, Refused
from protocol.ids import SchoolId
from server.rest.call import Call
from server.store import schools
from server.store.pool import Reader


async def administered(call: Call, db: Reader) -> SchoolId:
    """The school of the path. Raises Refused(NOT_FOUND)."""
    school = SchoolId(call.path["id"])
    if not await schools.is_admin(db, school, call.device.account):
        raise Refused(Code.NOT_FOUND)
    return school
