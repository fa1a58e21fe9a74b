"""Answers of students, hundreds within a second: they do not lock the stream but gather into batches.

Whatever waits while a batch is on its way is the next one, so that a lone answer waits for nobody and a rush costs a
handful of commits. Within a batch the rules judge each answer in order, against what those before it left.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from protocol.activity import SaveResponse, SubmitResponse
from protocol.codec import pack_stored, to_struct
from protocol.envelopes import Command, Done
from protocol.errors import Code, Refused
from protocol.ids import AccountId, ActivityId, StreamId
from server.frames import prepare_mine_frames
from server.hub.prepared import PreparedGauge
from server.judging import Judged, Waiting, Word, judge
from server.judging_crowds import NotAlikeError, judge_crowds
from server.store.pool import Database
from server.telling import Told, settle

BATCH = 500
MOST_WAITING = 20_000
WAIT_S = 20.0
# While one batch is with the database the other is judged.
LANES = 2
# A batch of more than so many is a rush; the next one then gathers so long, since each costs six round trips.
FEW = 8
GATHER_S = 0.05
# Unless nobody came for so long: then nobody is waited for.
QUIET_S = 0.005
# A class says what it has to say within about this; counting before would cost the answers a tenth of their time.
RUSH_TALLY_S = 0.5
# After a batch that was not a class as one, so long no other is taken for it.
SINGLY_S = 1.0
ANSWERS: Mapping[str, type[SaveResponse | SubmitResponse]] = {
    "response.save": SaveResponse,
    "response.submit": SubmitResponse,
}
STOPPING = Refused(Code.OVERLOADED, "stopping", retry_after_ms=1000)

log = logging.getLogger("shangke.answering")


class GaugeBell(Protocol):
    """Where gauges are rung. Must neither wait nor raise."""

    def publish_gauge(self, stream: StreamId, gauge: PreparedGauge) -> None: ...


class Marks(Protocol):
    """Who is told that an activity's tally is no longer what it was."""

    def mark(self, activity: ActivityId, wait_s: float = 0.0) -> None: ...


class Answering:
    """One per process; `run` belongs to the app."""

    def __init__(self, db: Database, bell: GaugeBell, marks: Marks) -> None:
        self._db = db
        self._bell = bell
        self._marks = marks
        self._waiting: deque[Waiting] = deque()
        # Of those who wait, by op, stream and body.
        self._words: dict[tuple[str, str, str], Word] = {}
        self._has_waiting = asyncio.Event()
        self._gathers_until = 0.0
        self._singly_until = 0.0
        self._is_stopped = False

    def answer_soon(self, account: AccountId, command: Command, told: Told) -> bool:
        """Take the command if it is an answer; False: it is another one.

        Told after commit: Done, whose result is the own `mine` gauge's value. Refusals of shape are told at once.
        """
        if command.op not in ANSWERS:
            return False
        try:
            word = self._word(command)
            if self._is_stopped:
                raise STOPPING
            if len(self._waiting) >= MOST_WAITING:
                raise Refused(Code.OVERLOADED, "answers", retry_after_ms=1000)
        except Refused as refused:
            told(refused)
            return True
        self._waiting.append(Waiting(account, command, word, told, asyncio.get_running_loop().time()))
        # The limit is kept by `run`, for all who wait at once: a timer each would cost as much as the answer.
        self._has_waiting.set()
        return True

    def _word(self, command: Command) -> Word:
        """A class says few different things: each is looked at once for all who wait. Raises Refused."""
        key = (command.op, command.stream, pack_stored(command.body))
        word = self._words.get(key)
        if word is None:
            body = to_struct(command.body, ANSWERS[command.op])
            is_submit = isinstance(body, SubmitResponse)
            word = Word(
                activity=ActivityId(body.activity), stream=command.stream, value=body.value, is_submit=is_submit
            )
            self._words[key] = word
        return word

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
        clock = asyncio.get_running_loop().time
        while True:
            await self._has_waiting.wait()
            while len(self._waiting) < BATCH and self._gathers_until > clock():
                n_before = len(self._waiting)
                await asyncio.sleep(QUIET_S)
                if len(self._waiting) == n_before:
                    break
            await self._settle(self._next(clock()))

    def _next(self, now: float) -> list[Waiting]:
        """Those who waited longest; who waited too long is told so, and may resend."""
        self._words.clear()
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), BATCH))]
        if not self._waiting:
            self._has_waiting.clear()
        if len(batch) > FEW:
            self._gathers_until = now + GATHER_S
        late = [each for each in batch if each.since < now - WAIT_S]
        if not late:
            return batch
        refuse_all(late, Refused(Code.OVERLOADED, "answers", retry_after_ms=1000))
        return [each for each in batch if each.since >= now - WAIT_S]

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
        """What became of the batch; or, after a fault of ours, its halves, which are to be tried instead: one answer's
        must not be everybody's.
        """
        try:
            judged = await self._judge_crowds(batch) if self._is_a_class(batch) else None
            if judged is not None:
                return judged
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

    def _is_a_class(self, batch: Sequence[Waiting]) -> bool:
        """Whether it seems that all of them answer for the first time."""
        return (
            len(batch) > FEW
            and asyncio.get_running_loop().time() >= self._singly_until
            and all(waiting.word.is_submit for waiting in batch)
        )

    async def _judge_crowds(self, batch: Sequence[Waiting]) -> Judged | None:
        """None: not all of them do, and nothing was written. So it will be with the next. Raises Refused."""
        try:
            async with self._db.transaction() as tx:
                return await judge_crowds(tx, batch)
        except NotAlikeError:
            pass
        except Refused as refused:
            if refused.code is not Code.ALREADY_ANSWERED:
                raise
        self._singly_until = asyncio.get_running_loop().time() + SINGLY_S
        return None

    def _tell(self, judged: Judged) -> None:
        """Only after commit."""
        for waiting, mine in judged.done:
            waiting.told(Done(id=waiting.command.id, result=mine))
        for waiting, refused in judged.refused:
            waiting.told(refused)
        for (stream, activity, rev), each in judged.mine.items():
            self._bell.publish_gauge(stream, prepare_mine_frames(activity, rev, each))
        # In a rush the answers come first.
        wait_s = RUSH_TALLY_S if len(judged.done) > FEW else 0.0
        for activity in judged.changed:
            self._marks.mark(activity, wait_s)
        self._waiting.extendleft(reversed(judged.again))
        if judged.again:
            self._has_waiting.set()


def refuse_all(batch: Iterable[Waiting], refused: Refused) -> None:
    for waiting in batch:
        waiting.told(refused)
