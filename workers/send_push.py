"""Tells everybody a push is for, batch by batch. How far it got is written with each batch: whoever takes it up again
goes on from there, and two at once share the work without telling anybody twice.
"""

from __future__ import annotations

import asyncio
import logging

from protocol.errors import Refused
from server.road import Road
from server.store import pushes
from server.telling_many import BATCH, ring, tell_batch
from workers.context import Context, road_of

# Within it more is told than there are people; what is left then is the sweep's.
TIMEOUT_S = 3_600
AT_ONCE = 10
PAUSE_S = 1.0
MOST_PAUSES = 10

log = logging.getLogger("shangke.send_push")


async def send_push(context: Context, push: str) -> None:
    await send(road_of(context), push)


async def sweep_pushes(context: Context) -> None:
    """Take up again what nobody carries on."""
    road = road_of(context)
    for push in await pushes.select_silent(road.db, AT_ONCE):
        await send(road, push)


async def send(road: Road, push: str) -> None:
    """To the end, or until it is stopped; a busy book is waited for a while."""
    n_pauses = 0
    while True:
        try:
            is_more = await send_batch(road, push)
        except Refused as refused:
            n_pauses += 1
            log.warning("push=%s outcome=%s", push, refused.code)
            if n_pauses > MOST_PAUSES:
                return
            await asyncio.sleep(PAUSE_S)
            continue
        if not is_more:
            return
        n_pauses = 0


async def send_batch(road: Road, push: str) -> bool:
    """False: there is nothing (more) to do here."""
    async with road.db.transaction() as tx:
        found = await pushes.lock_push(tx, push)
        if found is None:
            return False
        accounts = await pushes.select_recipients(tx, found.to_kind, found.to_id, found.after, BATCH)
        is_last = len(accounts) < BATCH
        facts = await tell_batch(tx, accounts, found.news, found.author)
        after = accounts[-1] if accounts else found.after
        await pushes.update_progress(tx, push, after, len(facts), is_last=is_last)
    await ring(road, facts)
    log.info("push=%s n=%d after=%s is_last=%s", push, len(facts), after, is_last)
    return not is_last
