"""Answers of students, hundreds within a second: they do not lock the stream but gather into batches.

Whatever waits while a batch is on its way is the next one, so that a lone answer waits for nobody and a rush costs a
handful of commits. Within a batch the rules judge each answer in order, against what those before it left.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from protocol.activity import SaveResponse, SubmitResponse
from protocol.codec import fingerprint, to_body, to_struct
from protocol.envelopes import Body, Command, Done
from protocol.errors import Code, Refused
from protocol.ids import AccountId, ActivityId, StreamId
from server.core import response as rules
from server.core.access import authorise
from server.core.state import Response, StoredActivity
from server.core.view import view_mine
from server.frames import prepare_mine_bodies
from server.hub.prepared import PreparedGauge
from server.store import activities, responses
from server.store.pool import Database, Tx
from server.store.responses import Put, Standing

BATCH = 500
MOST_WAITING = 20_000
WAIT_S = 20.0
AGAIN = 5  # times that two batches may meet over one student's row
# While one batch is with the database the other is judged.
LANES = 2
ANSWERS: Mapping[str, type[SaveResponse | SubmitResponse]] = {
    "response.save": SaveResponse,
    "response.submit": SubmitResponse,
}
STOPPING = Refused(Code.OVERLOADED, "stopping", retry_after_ms=1000)

log = logging.getLogger("shangke.answering")

Key = tuple[ActivityId, AccountId]
# Is told once, in the loop, what became of a command. Must neither wait nor raise.
Told = Callable[[Done | Refused], None]


class GaugeBell(Protocol):
    """Where gauges are rung. Must neither wait nor raise."""

    def publish_gauge(self, stream: StreamId, gauge: PreparedGauge) -> None: ...


class Marks(Protocol):
    """Who is told that an activity's tally is no longer what it was."""

    def mark(self, activity: ActivityId) -> None: ...


@dataclass(slots=True, eq=False)
class Waiting:
    """One answer under way. `since` is by the loop's clock; `n_tries` counts the batches it was in."""

    account: AccountId
    command: Command
    body: SaveResponse | SubmitResponse
    key: Key
    told: Told
    since: float
    n_tries: int = 0


@dataclass(slots=True)
class Row:
    """One student's response while a batch is judged: as it was read and as it shall be."""

    standing: Standing
    put: Put | None = None

    @property
    def response(self) -> Response | None:
        return self.put.response if self.put else self.standing.response

    @property
    def command(self) -> str | None:
        return self.put.command if self.put else self.standing.command

    @property
    def body_hash(self) -> bytes | None:
        return self.put.body_hash if self.put else self.standing.body_hash


@dataclass(slots=True)
class Judged:
    """What became of a batch, before anybody is told."""

    done: list[tuple[Waiting, Body]] = field(default_factory=list)
    refused: list[tuple[Waiting, Refused]] = field(default_factory=list)
    again: list[Waiting] = field(default_factory=list)
    # What the accounts' other devices should now show, by activity and rev.
    mine: dict[tuple[StreamId, ActivityId, int], dict[AccountId, Body]] = field(default_factory=dict)
    changed: set[ActivityId] = field(default_factory=set)


class Answering:
    """One per process; `run` belongs to the app."""

    def __init__(self, db: Database, bell: GaugeBell, marks: Marks) -> None:
        self._db = db
        self._bell = bell
        self._marks = marks
        self._waiting: deque[Waiting] = deque()
        self._has_waiting = asyncio.Event()
        self._is_stopped = False

    def answer_soon(self, account: AccountId, command: Command, told: Told) -> bool:
        """Take the command if it is an answer; False: it is another one.

        Told after commit: Done, whose result is the own `mine` gauge's value. Refusals of shape are told at once.
        """
        declaration = ANSWERS.get(command.op)
        if declaration is None:
            return False
        try:
            body = to_struct(command.body, declaration)
            if self._is_stopped:
                raise STOPPING
            if len(self._waiting) >= MOST_WAITING:
                raise Refused(Code.OVERLOADED, "answers", retry_after_ms=1000)
        except Refused as refused:
            told(refused)
            return True
        key = (ActivityId(body.activity), account)
        since = asyncio.get_running_loop().time()
        self._waiting.append(Waiting(account=account, command=command, body=body, key=key, told=told, since=since))
        # The limit is kept by `run`, for all who wait at once: a timer each would cost as much as the answer.
        self._has_waiting.set()
        return True

    async def answer(self, account: AccountId, command: Command) -> Done:
        """The same for who has a task to wait in; the command must be an answer. Raises: Refused."""
        reply: asyncio.Future[Done] = asyncio.get_running_loop().create_future()
        is_taken = self.answer_soon(account, command, lambda outcome: settle(reply, outcome))
        assert is_taken, f"{command.op} is no answer"
        return await reply

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as lanes:
                for _ in range(LANES):
                    lanes.create_task(self._drive())
        finally:
            # The app is stopping: whoever waits resends to another node.
            self._is_stopped = True
            refuse_all(self._waiting, STOPPING)

    async def _drive(self) -> None:
        while True:
            await self._has_waiting.wait()
            await self._settle(self._next())

    def _next(self) -> list[Waiting]:
        """Those who waited longest; who waited too long is told so, and may resend."""
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), BATCH))]
        if not self._waiting:
            self._has_waiting.clear()
        latest = asyncio.get_running_loop().time() - WAIT_S
        refuse_all(
            [each for each in batch if each.since < latest], Refused(Code.OVERLOADED, "answers", retry_after_ms=1000)
        )
        return [each for each in batch if each.since >= latest]

    async def _settle(self, batch: Sequence[Waiting]) -> None:
        """Everybody of the batch is told, once, or waits again."""
        left = [batch] if batch else []
        try:
            while left:
                outcome = await self._try(left[-1])
                part = left.pop()
                if isinstance(outcome, Judged):
                    self._tell(outcome)
                elif isinstance(outcome, Refused):
                    refuse_all(part, outcome)
                else:
                    left += outcome
        finally:
            # Cancelled: the app is stopping.
            for part in left:
                refuse_all(part, STOPPING)

    async def _try(self, batch: Sequence[Waiting]) -> Judged | Refused | list[Sequence[Waiting]]:
        """What became of the batch; or, after a fault of ours, its halves: one answer's must not be everybody's."""
        try:
            async with self._db.transaction() as tx:
                return await judge(tx, batch)
        except Refused as refused:
            return refused
        except Exception:
            if len(batch) == 1:
                log.exception("answer of command %s failed", batch[0].command.op)
                return Refused(Code.INTERNAL)
            log.warning("batch of %d answers failed, in halves now", len(batch))
            middle = len(batch) // 2
            return [batch[middle:], batch[:middle]]

    def _tell(self, judged: Judged) -> None:
        """Only after commit."""
        for waiting, mine in judged.done:
            waiting.told(Done(id=waiting.command.id, result=mine))
        for waiting, refused in judged.refused:
            waiting.told(refused)
        for (stream, activity, rev), each in judged.mine.items():
            self._bell.publish_gauge(stream, prepare_mine_bodies(stream, activity, rev, each))
        for activity in judged.changed:
            self._marks.mark(activity)
        self._waiting.extendleft(reversed(judged.again))
        if judged.again:
            self._has_waiting.set()


def refuse_all(batch: Iterable[Waiting], refused: Refused) -> None:
    for waiting in batch:
        waiting.told(refused)


def settle(reply: asyncio.Future[Done], outcome: Done | Refused) -> None:
    """Whoever waited may have gone."""
    if reply.done():
        return
    if isinstance(outcome, Refused):
        reply.set_exception(outcome)
    else:
        reply.set_result(outcome)


async def judge(tx: Tx, batch: Sequence[Waiting]) -> Judged:
    """Share the activities, so that none closes under us; read where everybody stands; decide; write."""
    found = {each.id: each for each in await activities.share_activities(tx, sorted({each.key[0] for each in batch}))}
    keys = list(dict.fromkeys(each.key for each in batch))
    now, standings = await responses.select_standings(tx, [key[0] for key in keys], [key[1] for key in keys])
    rows = {key: Row(standing=standing) for key, standing in zip(keys, standings, strict=True)}
    judged = Judged()
    accepted: list[Waiting] = []
    for waiting in batch:
        try:
            change(found.get(waiting.key[0]), rows[waiting.key], waiting, now)
            accepted.append(waiting)
        except Refused as refused:
            judged.refused.append((waiting, refused))
    puts = [row.put for row in rows.values() if row.put]
    written = await responses.upsert_responses(tx, puts) if puts else set()
    lost = {key for key, row in rows.items() if row.put and key not in written}
    sort_out(judged, found, rows, accepted, lost)
    return judged


def change(activity: StoredActivity | None, row: Row, waiting: Waiting, now: datetime) -> None:
    """Judge one answer and keep in `row` what it changes. Raises Refused."""
    command, before = waiting.command, row.response
    if activity is None or activity.classroom != command.stream:
        raise Refused(Code.NOT_FOUND)
    is_submit = isinstance(waiting.body, SubmitResponse)
    is_answered = before is not None and before.phase == "submitted"
    is_anonymous = rules.is_anonymous(activity)
    # The anonymous answer's hash would let whoever reads the table try out what was said.
    body_hash = None if is_anonymous else fingerprint([command.op, command.stream, command.body])
    if is_submit and is_answered and row.command == command.id:
        if row.body_hash != body_hash:
            raise Refused(Code.ID_CONFLICT)
        return
    authorise(command.op, row.standing.role)
    if is_submit:
        value = rules.submit(activity, waiting.body.value, now=now, before=before)
    else:
        value = rules.save(activity, waiting.body.value, now=now)
        if is_answered:
            raise Refused(Code.ALREADY_ANSWERED)
    first = row.standing.response
    after = Response(
        activity=activity.id,
        account=waiting.account,
        phase="submitted" if is_submit else "saved",
        value=None if is_anonymous else value,
        saved_at=now,
        submitted_at=now if is_submit else None,
        is_auto=False,
        correction=None if first is None else first.correction,
        rev=1 if first is None else first.rev + 1,
    )
    row.put = Put(
        response=after,
        command=command.id if is_submit else None,
        body_hash=body_hash if is_submit else None,
        anonymous=value if is_anonymous and is_submit else None,
    )


def sort_out(
    judged: Judged,
    found: dict[ActivityId, StoredActivity],
    rows: dict[Key, Row],
    accepted: Sequence[Waiting],
    lost: set[Key],
) -> None:
    """Who is told what. Who lost the race for a row to another batch is judged again, by what that one wrote."""
    refused, judged.refused = judged.refused, []
    for waiting, why in refused:
        if waiting.key in lost:
            retry(judged, waiting)
            continue
        judged.refused.append((waiting, why))
        if why.code is Code.ALREADY_ANSWERED:
            # The second device learns what the first one said (I5: once).
            show(judged, found[waiting.key[0]], rows[waiting.key], waiting)
    for waiting in accepted:
        row = rows[waiting.key]
        if waiting.key in lost:
            retry(judged, waiting)
            continue
        mine = show(judged, found[waiting.key[0]], row, waiting)
        judged.done.append((waiting, mine))
        if row.put:
            judged.changed.add(waiting.key[0])


def retry(judged: Judged, waiting: Waiting) -> None:
    waiting.n_tries += 1
    if waiting.n_tries < AGAIN:
        judged.again.append(waiting)
    else:
        judged.refused.append((waiting, Refused(Code.OVERLOADED, "answered elsewhere at once", retry_after_ms=500)))


def show(judged: Judged, activity: StoredActivity, row: Row, waiting: Waiting) -> Body:
    """One's own response as one may see it; a submitted one is shown to all devices of the account."""
    response = row.response
    assert response is not None, "an accepted answer left a row"
    seen = view_mine(activity, waiting.account, response)
    assert seen is not None, "whoever has a response sees it"
    mine = to_body(seen)
    if isinstance(waiting.body, SubmitResponse):
        key = (StreamId(activity.classroom), activity.id, response.rev)
        judged.mine.setdefault(key, {})[waiting.account] = mine
    return mine
