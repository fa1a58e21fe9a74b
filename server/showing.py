"""Tells classrooms under which name somebody shows who closed their account, or has it back (D15).

The name follows from the account wherever it is read; this is for the screens that have it already. Where a process
dies before all were told, those not told show the old name until they ask again.
"""

from __future__ import annotations

import logging

from protocol.envelopes import Command
from protocol.errors import Refused
from protocol.ids import AccountId
from server.ids import draw_id
from server.road import Road
from server.store import memberships

log = logging.getLogger("shangke.showing")


async def show_person(road: Road, account: AccountId) -> None:
    """After the commit of what changed the account. One classroom that cannot be told now does not keep the others."""
    for classroom in await memberships.select_seen(road.db, account):
        try:
            await road.travel(None, None, Command(draw_id(), "member.show", classroom, {"account": account}))
        except Refused as refused:
            log.warning("stream=%s outcome=%s", classroom, refused.code)
