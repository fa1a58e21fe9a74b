"""Posts of a discussion, many within a second on one stream: whoever comes while one batch is being written goes with
the next, all together. Each is judged by itself.

A batch is judged by what is known (`grounds.py`) or read in one statement, and written in another, without holding the
stream's lock between them. Posts of other processes that come between only change its numbers; if anything else came,
nothing is written. Then the batch goes once more, in the end with the lock in hand.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence

import msgspec

from protocol.activity import AddPost, Post, PostAdded
from protocol.codec import fingerprint, to_struct
from protocol.envelopes import Command, Done
from protocol.errors import Code, Refused
from protocol.ids import AccountId, ActivityId, PostId, Seq, StreamId
from server.core import post
from server.core.access import authorise
from server.core.fact import Fact
from server.core.state import Actor, StoredActivity
from server.grounds import Grounds
from server.ids import draw_id
from server.store.memberships import select_members
from server.store.pool import Database, Reader, Single
from server.store.posts import Draft, Ground, Wish, append_posts, select_grounds, select_post
from server.store.situations import Situation
from server.store.streams import lock_streams, select_posts_after
from server.telling import Told, settle
from server.turns import Turns
from server.ways.entry import again, standing

POST = "activity.post"
BATCH = 64
MOST_WAITING = 2_000  # on one stream
WAIT_S = 20.0
MOST_IDLE = 4  # carriers that wait for a stream
# After a batch of so many it is a rush: the next one gathers for so long, since each batch is a write to every phone.
RUSH = 4
GATHER_S = 0.01
STOPPING = Refused(Code.OVERLOADED, "stopping", retry_after_ms=1000)
TOO_MANY = Refused(Code.OVERLOADED, "too many on one stream", retry_after_ms=1000)

log = logging.getLogger("shangke.posting")

# Rings committed facts. Must neither wait nor raise.
Ring = Callable[[Sequence[Fact]], None]


class Waiting(msgspec.Struct, eq=False):
    """One post under way. `since` is by the loop's clock; `is_alone`: its batch failed, it must not fail another."""

    account: AccountId
    command: Command
    body: AddPost
    told: Told
    since: float
    is_alone: bool = False

    @property
    def key(self) -> tuple[AccountId, str]:
        return self.account, self.command.id

    @property
    def wish(self) -> Wish:
        is_reply = self.body.reply_to is not None
        return Wish(account=self.account, command=self.command.id, activity=self.body.activity, is_reply=is_reply)


class Judged(msgspec.Struct, eq=False):
    """What becomes of a batch that is judged at `head`, before anything is written; a draft is to be."""

    head: Seq
    situations: dict[AccountId, Situation]
    activities: dict[ActivityId, StoredActivity]
    outcomes: list[Done | Refused | Draft]


class Settled(msgspec.Struct, eq=False):
    """What everybody of the batch is told, and what was written."""

    outcomes: list[Done | Refused]
    facts: list[Fact]


class Posting:
    """One per process; `run` belongs to the app."""

    def __init__(self, db: Database, turns: Turns) -> None:
        self._db = db
        self._turns = turns
        self.grounds = Grounds()
        self._waiting: dict[StreamId, deque[Waiting]] = {}
        self._carriers: set[asyncio.Task[None]] = set()
        self._idle: list[asyncio.Future[tuple[StreamId, Ring]]] = []
        self._is_stopped = False

    def post_soon(self, account: AccountId, command: Command, ring: Ring, told: Told) -> None:
        """Told after commit; `ring` is told of what was committed before anybody is answered."""
        try:
            body = to_struct(command.body, AddPost)
        except Refused as refused:
            told(refused)
            return
        stream = StreamId(command.stream)
        queue = self._waiting.get(stream)
        if self._is_stopped or (queue is not None and len(queue) >= MOST_WAITING):
            told(STOPPING if self._is_stopped else TOO_MANY)
            return
        loop = asyncio.get_running_loop()
        waiting = Waiting(account=account, command=command, body=body, told=told, since=loop.time())
        if queue is not None:
            queue.append(waiting)
            return
        self._waiting[stream] = deque([waiting])
        if self._idle:
            self._idle.pop().set_result((stream, ring))
            return
        # Whoever posted may go away; what it took along stays.
        carrier = loop.create_task(self._carry_streams(stream, ring))
        self._carriers.add(carrier)
        carrier.add_done_callback(self._carriers.discard)

    async def post(self, account: AccountId, command: Command, ring: Ring) -> Done:
        """The same for who has a task to wait in. Raises: Refused."""
        reply: asyncio.Future[Done] = asyncio.get_running_loop().create_future()
        self.post_soon(account, command, ring, lambda outcome: settle(reply, outcome))
        return await reply

    async def stop(self) -> None:
        """Take nothing more; whoever waits resends to another node."""
        self._is_stopped = True
        for carrier in self._carriers:
            carrier.cancel()
        if self._carriers:
            await asyncio.wait(self._carriers)
        # Whose carrier was ended before it had begun.
        for queue in self._waiting.values():
            tell(queue, STOPPING)
        self._waiting.clear()

    async def _carry_streams(self, stream: StreamId, ring: Ring) -> None:
        """One stream after the other. A few carriers wait for the next: a task for each costs more than to wait."""
        while True:
            await self._carry_all(stream, ring)
            if len(self._idle) >= MOST_IDLE:
                return
            call: asyncio.Future[tuple[StreamId, Ring]] = asyncio.get_running_loop().create_future()
            self._idle.append(call)
            stream, ring = await call

    async def _carry_all(self, stream: StreamId, ring: Ring) -> None:
        queue = self._waiting[stream]
        try:
            while queue:
                try:
                    async with self._turns.of(stream):
                        batch = take(queue, asyncio.get_running_loop().time())
                        if batch:
                            await self._carry(stream, batch, ring)
                    if len(batch) >= RUSH:
                        await asyncio.sleep(GATHER_S)
                except Refused as refused:
                    tell(queue, refused)
                    queue.clear()
        finally:
            tell(queue, STOPPING)
            del self._waiting[stream]

    async def _carry(self, stream: StreamId, batch: list[Waiting], ring: Ring) -> None:
        try:
            settled = await self._settle(stream, batch)
        except Refused as refused:
            self._part(stream, batch, refused)
        except Exception:
            log.exception("batch of %d posts failed", len(batch))
            self._part(stream, batch, Refused(Code.INTERNAL))
        except asyncio.CancelledError:
            tell(batch, STOPPING)
            raise
        else:
            ring(settled.facts)
            for waiting, outcome in zip(batch, settled.outcomes, strict=True):
                waiting.told(outcome)

    def _part(self, stream: StreamId, batch: list[Waiting], refused: Refused) -> None:
        """Nothing was written. If it was one's fault, each goes by itself now, so that it is not everybody's."""
        if len(batch) == 1 or refused.code is Code.OVERLOADED:
            tell(batch, refused)
            return
        for waiting in batch:
            waiting.is_alone = True
        self._waiting[stream].extendleft(reversed(batch))

    async def _settle(self, stream: StreamId, batch: Sequence[Waiting]) -> Settled:
        settled = await self._settle_at_once(stream, batch)
        if settled is None and self.grounds.lacks_members(stream, [waiting.wish for waiting in batch]):
            members = await select_members(self._db, stream)
            # After them, so that whatever came while they were read shows.
            self.grounds.keep_members(stream, await select_posts_after(self._db, stream), members)
            settled = await self._settle_at_once(stream, batch)
        if settled is None:
            settled = await self._append_unlocked(stream, await read_and_judge(self._db, stream, batch))
        if settled is None:
            # Whoever has the lock cannot be overtaken again.
            async with self._db.transaction() as tx:
                await lock_streams(tx, [stream])
                settled = await self._append(tx, stream, await read_and_judge(tx, stream, batch))
            assert settled is not None, "the stream is locked, and whoever has no account is a stranger"
        return settled

    async def _settle_at_once(self, stream: StreamId, batch: Sequence[Waiting]) -> Settled | None:
        """By what is known already; None if that does not do for everybody, and nothing was written."""
        grounds = self.grounds.of(stream, [waiting.wish for waiting in batch])
        if grounds is None:
            return None
        judged = judge(batch, grounds, [None] * len(batch))
        if any(isinstance(outcome, Refused) for outcome in judged.outcomes):
            return None
        settled = await self._append_unlocked(stream, judged)
        if settled is None:
            self.grounds.forget(stream)
        return settled

    async def _append_unlocked(self, stream: StreamId, judged: Judged) -> Settled | None:
        """None: something else came since it was judged, or one of them is answered by now; and nothing was written."""
        try:
            async with self._db.single() as db:
                return await self._append(db, stream, judged)
        except Refused as refused:
            if refused.code is not Code.ID_CONFLICT:
                raise
            return None

    async def _append(self, db: Single, stream: StreamId, judged: Judged) -> Settled | None:
        """None: nothing could be written."""
        drafts = [outcome for outcome in judged.outcomes if isinstance(outcome, Draft)]
        if not drafts:
            return settle_all(judged, [])
        written = await append_posts(db, stream, judged.head, drafts)
        if written is None:
            return None
        self.grounds.keep(stream, written.since, written.facts[-1].seq, judged.situations, judged.activities)
        return settle_all(judged, written.facts)


def take(queue: deque[Waiting], now: float) -> list[Waiting]:
    """The next that can be written together; who waited too long is told so, and may resend."""
    batch: list[Waiting] = []
    seen: set[tuple[AccountId, str]] = set()
    while queue and len(batch) < BATCH:
        first = queue[0]
        # The same command twice: the second finds the first's answer, which must be there first.
        if batch and (first.is_alone or batch[0].is_alone or first.key in seen):
            break
        queue.popleft()
        if now - first.since > WAIT_S:
            first.told(TOO_MANY)
            continue
        seen.add(first.key)
        batch.append(first)
    return batch


def tell(several: Iterable[Waiting], refused: Refused) -> None:
    for waiting in several:
        waiting.told(refused)


async def read_and_judge(db: Reader, stream: StreamId, batch: Sequence[Waiting]) -> Judged:
    """Read what all need, decide one after the other. Writes nothing."""
    grounds = await select_grounds(db, stream, [waiting.wish for waiting in batch])
    replied = [
        None if each.body.reply_to is None else await select_post(db, each.body.activity, each.body.reply_to)
        for each in batch
    ]
    return judge(batch, grounds, replied)


def judge(batch: Sequence[Waiting], grounds: Sequence[Ground], replied: Sequence[Post | None]) -> Judged:
    outcomes: list[Done | Refused | Draft] = []
    for waiting, ground, post_replied in zip(batch, grounds, replied, strict=True):
        try:
            outcomes.append(decide(waiting, ground, post_replied))
        except Refused as refused:
            outcomes.append(refused)
    return Judged(
        head=grounds[0].head,
        situations={waiting.account: ground.situation for waiting, ground in zip(batch, grounds, strict=True)},
        activities={ground.activity.id: ground.activity for ground in grounds if ground.activity is not None},
        outcomes=outcomes,
    )


def decide(waiting: Waiting, ground: Ground, replied: Post | None) -> Done | Draft:
    """One post. Raises: Refused."""
    account, command, situation = waiting.account, waiting.command, ground.situation
    body_hash = fingerprint([command.op, command.stream, command.body])
    if situation.answered is not None:
        return again(situation.answered, command, body_hash)
    authorise(command.op, standing(account, command, situation))
    assert situation.classroom is not None, "who stands in a classroom has one"
    decided = post.add(
        situation.classroom,
        ground.activity,
        waiting.body,
        actor=Actor(account=account, name=situation.name, role=situation.role),
        now=situation.now,
        drawn=PostId(draw_id()),
        replied=replied,
    )
    (event,) = decided.events
    assert isinstance(event.body, PostAdded), "posting adds a post"
    return Draft(account, command.id, body_hash, decided.result, event.body)


def settle_all(judged: Judged, facts: Sequence[Fact]) -> Settled:
    """`facts`: of the drafts, in their order."""
    seqs = iter([fact.seq for fact in facts])
    outcomes = [
        Done(id=each.command, result=each.result, seq=next(seqs)) if isinstance(each, Draft) else each
        for each in judged.outcomes
    ]
    return Settled(outcomes=outcomes, facts=list(facts))
