"""Posts of a discussion, many within a second on one stream: whoever waits for its lock while one transaction runs
goes with the next, all together. Each is judged by itself, against what those before it left.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from protocol.activity import AddPost, PostAdded
from protocol.codec import fingerprint
from protocol.envelopes import Command, Done
from protocol.errors import Refused
from protocol.ids import AccountId, ActivityId, PostId, Seq, StreamId
from server.core import post
from server.core.access import authorise
from server.core.fact import Fact
from server.core.state import Actor, StoredActivity
from server.ids import draw_id
from server.store import activities, posts
from server.store.commands import Answered
from server.store.events import append
from server.store.pool import Database, Tx
from server.store.situations import Situation, select_situations
from server.store.streams import lock_streams
from server.turns import Turns
from server.ways.entry import again, number, standing

BATCH = 64

# Must neither wait nor raise.
Ring = Callable[[Sequence[Fact]], None]


@dataclass(slots=True, eq=False)
class Waiting:
    """One post under way. `is_alone`: it was in a batch that failed, and must not fail another."""

    account: AccountId
    command: Command
    body: AddPost
    outcome: Done | Refused | None = None
    is_alone: bool = False

    @property
    def key(self) -> tuple[AccountId, str]:
        return self.account, self.command.id


@dataclass(slots=True)
class Judged:
    """What became of a batch, before anybody is told."""

    outcomes: list[Done | Refused] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    answered: list[Answered] = field(default_factory=list)


class Posting:
    """One per process."""

    def __init__(self, db: Database, turns: Turns) -> None:
        self._db = db
        self._turns = turns
        self._waiting: dict[StreamId, deque[Waiting]] = {}

    async def post(self, account: AccountId, command: Command, body: AddPost, ring: Ring) -> Done:
        """Answers after commit; `ring` is told of what was committed before anybody is answered. Raises: Refused."""
        stream = StreamId(command.stream)
        waiting = Waiting(account=account, command=command, body=body)
        self._waiting.setdefault(stream, deque()).append(waiting)
        try:
            async with self._turns.of(stream):
                # Whoever had the turn before has often taken this one along.
                while waiting.outcome is None:
                    await self._carry(stream, ring)
        finally:
            self._leave(stream, waiting)
        if isinstance(waiting.outcome, Refused):
            raise waiting.outcome
        assert waiting.outcome is not None, "the loop ended"
        return waiting.outcome

    def _leave(self, stream: StreamId, waiting: Waiting) -> None:
        queue = self._waiting.get(stream)
        if queue is not None and waiting in queue:
            queue.remove(waiting)
        if not queue:
            self._waiting.pop(stream, None)

    async def _carry(self, stream: StreamId, ring: Ring) -> None:
        """Write what waits. Turns come in order, so the batch begins with whoever has the turn."""
        batch = self._take(stream)
        try:
            async with self._db.transaction() as tx:
                judged = await judge(tx, stream, batch)
        except BaseException as error:
            # Nothing was written. From here on each goes by itself, so that one's fault is not everybody's.
            for each in batch:
                each.is_alone = True
            self._waiting.setdefault(stream, deque()).extendleft(reversed(batch))
            if len(batch) == 1 or not isinstance(error, Exception):
                raise
            return
        ring(judged.facts)
        for each, outcome in zip(batch, judged.outcomes, strict=True):
            each.outcome = outcome

    def _take(self, stream: StreamId) -> list[Waiting]:
        queue = self._waiting[stream]
        batch = [queue.popleft()]
        seen = {batch[0].key}
        while queue and len(batch) < BATCH and not batch[0].is_alone:
            # The same command twice: the second finds the first's answer, which must be there first.
            if queue[0].is_alone or queue[0].key in seen:
                break
            seen.add(queue[0].key)
            batch.append(queue.popleft())
        return batch


async def judge(tx: Tx, stream: StreamId, batch: Sequence[Waiting]) -> Judged:
    """Lock, read what all need, decide one after the other, write all."""
    locked = await lock_streams(tx, [stream])
    situations = await select_situations(tx, stream, [each.key for each in batch])
    found = {
        each.id: each
        for each in await activities.select_activities(tx, sorted({ActivityId(each.body.activity) for each in batch}))
    }
    judged = Judged()
    for waiting, situation in zip(batch, situations, strict=True):
        head = judged.facts[-1].seq if judged.facts else (locked[stream].head if stream in locked else Seq(0))
        try:
            judged.outcomes.append(await decide(tx, judged, found, waiting, situation, head))
        except Refused as refused:
            judged.outcomes.append(refused)
    if judged.facts:
        await append(tx, locked, judged.facts, judged.answered)
        await posts.insert_posts(tx, judged.facts)
    return judged


async def decide(
    tx: Tx,
    judged: Judged,
    found: dict[ActivityId, StoredActivity],
    waiting: Waiting,
    situation: Situation,
    head: Seq,
) -> Done:
    """One post. Reads at most what it replies to, writes nothing. Raises: Refused."""
    account, command, body = waiting.account, waiting.command, waiting.body
    stream = StreamId(command.stream)
    body_hash = fingerprint([command.op, command.stream, command.body])
    if situation.answered is not None:
        return again(situation.answered, command, body_hash)
    authorise(command.op, standing(account, command, situation))
    assert situation.classroom is not None, "who stands in a classroom has one"
    activity = found.get(ActivityId(body.activity))
    decided = post.add(
        situation.classroom,
        activity,
        body,
        actor=Actor(account=account, name=situation.name, role=situation.role),
        now=situation.now,
        drawn=PostId(draw_id()),
        replied=None if body.reply_to is None else await posts.select_post(tx, body.activity, body.reply_to),
    )
    facts = number(decided.events, {stream: head}, account, situation)
    for fact in facts:
        assert isinstance(fact.body, PostAdded), "posting adds posts"
        if activity is not None:
            found[activity.id] = replace(activity, n_posts=fact.body.post.number)
    judged.facts += facts
    seq = facts[-1].seq
    judged.answered.append(
        Answered(
            account=account,
            command=command.id,
            op=command.op,
            stream=stream,
            body_hash=body_hash,
            result=decided.result,
            seq=seq,
        )
    )
    return Done(id=command.id, result=decided.result, seq=seq)
