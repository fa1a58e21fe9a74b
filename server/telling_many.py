"""Telling many accounts the same news, each on its own stream: in batches, so that no stream is locked for long, and at
a pace that leaves the bell to the classrooms.

A few people (whom a reply answers): `tell_accounts`. Everybody of a run, a course, a school: `start_push` in the
transaction that makes the news and `ring_push` after it; a worker does the rest (`workers/send_push.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime

from protocol.ids import AccountId, Seq, StreamId
from protocol.inbox import ItemId, PushId, PushTo
from server.core.fact import Alarm, Fact
from server.core.inbox import News, added
from server.frames import prepare
from server.ids import draw_id
from server.road import Road
from server.store import activities, events, inbox, pushes
from server.store.pool import Tx
from server.store.streams import lock_streams

BATCH = 500
# The bus holds ten thousand rings that wait for Redis; what is rung at this pace never fills it.
RINGS_PER_S = 2_000
RINGS_AT_ONCE = 50
PUSH_JOB = "send_push"


async def tell_accounts(
    road: Road, accounts: Iterable[AccountId], news: News, *, actor: AccountId | None = None
) -> int:
    """Put `news` into these message centres and tell their devices; gives to how many that was new.

    Closed accounts are left out, and so is whoever was told of `news.id` before: after a fault the whole call may be
    tried again. Call it after the commit of what the news is about, never inside a transaction. Raises: Refused, when
    the book is too busy; whole batches have been told then, or not at all.
    """
    everybody = sorted(set(accounts))
    n_told = 0
    for start in range(0, len(everybody), BATCH):
        async with road.db.transaction() as tx:
            facts = await tell_batch(tx, everybody[start : start + BATCH], news, actor)
        await ring(road, facts)
        n_told += len(facts)
    return n_told


async def start_push(
    tx: Tx, news: News, to_kind: PushTo, to_id: str | None, *, author: AccountId | None, now: datetime
) -> PushId:
    """Write down that everybody of a run (course, school, or all) is to be told; `news.id` becomes the push's id."""
    return await pushes.insert_push(tx, news, to_kind, to_id, author, now)


def ring_push(road: Road, push: PushId, now: datetime) -> None:
    """After that transaction's commit. A lost ring is found by the sweep."""
    road.enqueue(Alarm(id=f"push:{push}", job=PUSH_JOB, argument=push, due=now))


async def tell_batch(tx: Tx, accounts: Sequence[AccountId], news: News, actor: AccountId | None) -> list[Fact]:
    """At most `BATCH` accounts, in the caller's transaction, which must do nothing slow afterwards; ring the facts when
    it is committed."""
    locked = await lock_streams(tx, [StreamId(each) for each in accounts])
    untold = await inbox.select_untold(tx, news.id, accounts)
    now = await activities.select_now(tx)
    facts: list[Fact] = []
    for account in untold:
        new = added(news, account, ItemId(draw_id()), now)
        seq = Seq(locked[new.stream].head + 1)
        facts.append(Fact(stream=new.stream, seq=seq, at=now, actor=actor, body=new.body))
    if facts:
        await events.append(tx, locked, facts)
        await inbox.insert_items(tx, news, facts)
    return facts


async def ring(road: Road, facts: Sequence[Fact]) -> None:
    """One account each, with a breath between a few: the loop and the bell are others' too."""
    for start in range(0, len(facts), RINGS_AT_ONCE):
        some = facts[start : start + RINGS_AT_ONCE]
        for fact in some:
            road.bell.publish_events(fact.stream, [prepare(fact)])
        if len(facts) > RINGS_AT_ONCE:
            await asyncio.sleep(len(some) / RINGS_PER_S)
