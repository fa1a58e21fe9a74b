"""Throws away what nobody asks for any more: answers of old commands, expired devices, spent codes."""

from __future__ import annotations

import logging
from datetime import timedelta

from server.store import activities, commands, devices, idempotency, oauth_attempts, oauth_tickets, one_time_codes
from workers.context import Context, road_of

TIMEOUT_S = 300
# The longest window in which sendings to a number are counted is a day.
CODES_KEPT = timedelta(days=1)

log = logging.getLogger("shangke.sweep_old")


async def sweep_old(context: Context) -> None:
    db = road_of(context).db
    n_commands = 0
    while n := await commands.delete_old(db):
        n_commands += n
    while await idempotency.delete_old(db):
        pass
    n_devices = await devices.delete_expired(db)
    async with db.transaction() as tx:
        now = await activities.select_now(tx)
        await one_time_codes.delete_old(tx, now - CODES_KEPT)
        await oauth_attempts.delete_old(tx, now - oauth_attempts.LIFETIME)
        await oauth_tickets.delete_old(tx, now - oauth_tickets.LIFETIME)
    log.info("commands=%d devices=%d", n_commands, n_devices)
