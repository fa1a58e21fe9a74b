"""What follows from committed facts and answers besides the events: tallies, and each student's own response.

Gauges only show what the book says at some moment; losing one costs nothing, the next brings the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator, Sequence
from typing import TypeVar

from redis.asyncio import Redis
from redis.exceptions import RedisError

from protocol.activity import ActivityChanged, ActivityClosed, ActivityPublished, Mine, ResponseCorrected
from protocol.classroom import MemberChanged, MemberJoined, MemberLeft
from protocol.errors import Refused
from protocol.ids import AccountId, ActivityId, StreamId
from protocol.limits import GAUGE_INTERVAL_S
from server.answering import GaugeBell
from server.core.closing import has_tally, tally
from server.core.fact import Fact
from server.core.state import Response
from server.core.view import view_mine, view_mine_at_close
from server.frames import prepare_mine, prepare_tally
from server.hub.prepared import PreparedGauge
from server.store import activities, gauges, responses
from server.store.pool import Database
from server.ways.activities import select_answers

TICK_S = 0.05
# Counting ends its turn after so long, and then rests so many times as long as it took: when hundreds answer at once,
# the answers come first, and of many classes in a rush each is counted less often.
TURN_S = 0.01
REST = 4
MOST_REST_S = 1.0
AFTER_FAULT_S = 1.0
# A recount may take this part of the time between two; a slow one slows itself down.
SHARE = 0.1
MOST_SPACED = 1_000

T = TypeVar("T")

log = logging.getLogger("shangke.echo")


class Echo:
    """One per process; `run` belongs to the app. Marking never waits."""

    def __init__(self, db: Database, bell: GaugeBell, redis: Redis) -> None:
        self._db = db
        self._bell = bell
        self._redis = redis
        # Activity -> not before this time of the loop's clock; the second outlives the count it is from.
        self._dirty: dict[ActivityId, float] = {}
        self._earliest: dict[ActivityId, float] = {}
        self._classrooms: set[StreamId] = set()
        self._closed: set[ActivityId] = set()
        self._corrected: set[tuple[ActivityId, AccountId]] = set()
        self._has_work = asyncio.Event()

    def mark(self, activity: ActivityId, wait_s: float = 0.0) -> None:
        """Its tally is no longer what it was; it need not be told before so long."""
        at = asyncio.get_running_loop().time() + wait_s
        self._dirty.setdefault(activity, max(at, self._earliest.get(activity, 0.0)))
        self._has_work.set()

    def follow(self, facts: Sequence[Fact]) -> None:
        """Whatever these committed facts change in gauges."""
        for fact in facts:
            match fact.body:
                case ActivityPublished():
                    self.mark(fact.body.activity.id)
                case ActivityChanged():
                    self.mark(fact.body.activity)
                case ActivityClosed():
                    # Once more: hubs keep the latest tally for who comes later, and that must be the final one.
                    self.mark(fact.body.activity)
                    self._closed.add(fact.body.activity)
                case ResponseCorrected() if fact.body.account is not None:
                    self.mark(fact.body.activity)
                    self._corrected.add((fact.body.activity, fact.body.account))
                case MemberJoined() | MemberChanged() | MemberLeft():
                    self._classrooms.add(fact.stream)
                case _:
                    continue
            self._has_work.set()

    async def run(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            await self._has_work.wait()
            self._has_work.clear()
            began, least_s = clock(), 0.0
            try:
                await self._work(began + TURN_S)
            except Refused as refused:
                log.warning("event=gauges_late why=%s", refused)
                least_s = AFTER_FAULT_S
            except Exception:
                log.exception("gauges failed")
                least_s = AFTER_FAULT_S
            if self._dirty or self._classrooms or self._closed or self._corrected:
                self._has_work.set()
                least_s = max(least_s, TICK_S)
            await asyncio.sleep(max(min((clock() - began) * REST, MOST_REST_S), least_s))

    async def _work(self, until: float) -> None:
        while self._corrected:
            with put_back(self._corrected) as corrected:
                await self._show_corrected(*corrected)
        while self._closed:
            with put_back(self._closed) as closed:
                await self._show_closed(closed)
        if self._classrooms:
            # Swapped before the await: what comes meanwhile is for the next round.
            classrooms, self._classrooms = self._classrooms, set()
            try:
                current = await activities.select_current(self._db, sorted(classrooms))
            except Refused:
                self._classrooms |= classrooms
                raise
            for each in current:
                self.mark(each.id)
        clock = asyncio.get_running_loop().time
        now = clock()
        # In the order they were marked in, and whoever was counted goes to the end: everybody's turn comes.
        for activity in [activity for activity, at in self._dirty.items() if at <= now]:
            await self._recount(activity)
            if clock() >= until:
                return

    async def _recount(self, activity: ActivityId) -> None:
        """At most four a second over all nodes. Whoever comes too early comes again, so that the last count is true."""
        clock = asyncio.get_running_loop().time
        if not await self._is_elected(activity):
            self._dirty[activity] = clock() + GAUGE_INTERVAL_S
            return
        # No await before the count: what is marked from here on is counted next time.
        self._dirty.pop(activity, None)
        began = clock()
        try:
            gauge, stream = await count(self._db, activity)
        except BaseException:
            self.mark(activity)
            raise
        if gauge is not None and stream is not None:
            self._bell.publish_gauge(stream, gauge)
        self._space(activity, clock() + max(GAUGE_INTERVAL_S, (clock() - began) / SHARE))

    def _space(self, activity: ActivityId, until: float) -> None:
        if len(self._earliest) > MOST_SPACED:
            self._earliest.clear()
        self._earliest[activity] = until
        if activity in self._dirty:
            self._dirty[activity] = until

    async def _is_elected(self, activity: ActivityId) -> bool:
        try:
            return bool(await self._redis.set(f"tally:{activity}", 1, nx=True, px=int(GAUGE_INTERVAL_S * 1000) - 10))
        except (RedisError, OSError, TimeoutError):
            # Without Redis nobody hears our gauges but our own phones, and they should.
            return True

    async def _show_closed(self, activity: ActivityId) -> None:
        """The close handed in what was saved, and told the absent that they were."""
        async with self._db.snapshot() as db:
            found = await activities.select_activity(db, activity)
            if found is None:
                return
            answers = await select_answers(db, found)
        revs = {each.account: each.rev for each in answers.responses}
        by_rev: dict[int, dict[AccountId, Mine]] = {}
        for account, mine in view_mine_at_close(found, answers).items():
            by_rev.setdefault(revs.get(account, 0), {})[account] = mine
        for rev, each in by_rev.items():
            self._bell.publish_gauge(
                StreamId(found.classroom), prepare_mine(StreamId(found.classroom), found.id, rev, each)
            )

    async def _show_corrected(self, activity: ActivityId, account: AccountId) -> None:
        async with self._db.snapshot() as db:
            found = await activities.select_activity(db, activity)
            response: Response | None = await responses.select_response(db, activity, account)
        mine = None if found is None or response is None else view_mine(found, account, response)
        if found is None or response is None or mine is None:
            return
        stream = StreamId(found.classroom)
        self._bell.publish_gauge(stream, prepare_mine(stream, activity, response.rev, {account: mine}))


@contextlib.contextmanager
def put_back(waiting: set[T]) -> Iterator[T]:
    """One of those that wait, and no longer: what is marked from here on is shown again. A book that is away is no
    reason to show it never; a fault of ours is, or it would stand in the way of all others for ever.
    """
    one = waiting.pop()
    try:
        yield one
    except Refused:
        waiting.add(one)
        raise


async def count(db: Database, activity: ActivityId) -> tuple[PreparedGauge | None, StreamId | None]:
    """The tally as of one moment, as each audience may see it then; once closed, the final one."""
    ballot = await gauges.select_ballot(db, activity)
    if ballot is None or ballot.activity.phase == "draft" or not has_tally(ballot.activity):
        return None, None
    found = ballot.activity
    counted = found.tally if found.phase == "closed" else tally(found, ballot.answers)
    return (None if counted is None else prepare_tally(found, counted, ballot.rev)), StreamId(found.classroom)
