"""Whether somebody may have this password: no common one, none of their own addresses, no school's name."""

from __future__ import annotations

from collections.abc import Sequence

from protocol.errors import Code, Refused
from server.password import check_strength
from server.store import schools
from server.store.pool import Reader


async def check_password(db: Reader, password: str, addresses: Sequence[str]) -> None:
    """`addresses` are the owner's, as subjects. Raises Refused(WEAK_PASSWORD)."""
    for address in (None, *addresses):
        check_strength(password, address)
    if await schools.is_name(db, password.strip()):
        raise Refused(Code.WEAK_PASSWORD, data={"field": "password"})
