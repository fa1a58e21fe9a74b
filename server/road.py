"""THE ROAD: a command comes in, is authorised, locks its streams, is decided, and is written in one transaction; then
the bell rings. Nothing else writes events. Answers of students turn off to `answering.py`, which does not lock.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

import msgspec

from protocol.account import JoinClassroom
from protocol.classroom import KickMember, SetRole
from protocol.codec import fingerprint, to_struct
from protocol.envelopes import Command, Done
from protocol.errors import Code, Refused
from protocol.ids import AccountId, DeviceId, StreamId
from protocol.registry import COMMANDS
from server.answering import ANSWERS, Answering
from server.core.access import authorise, check_op
from server.core.fact import Alarm, Fact
from server.core.state import Actor
from server.echo import Echo
from server.frames import prepare
from server.guesses import Guesses
from server.hub.prepared import Prepared
from server.posting import POST, Posting
from server.store import commands
from server.store.apply import apply
from server.store.commands import Answered
from server.store.events import append
from server.store.pool import Database, Tx
from server.store.situations import select_situation
from server.store.streams import lock_streams
from server.telling import Told
from server.turns import Turns
from server.ways.entry import again, number, standing
from server.ways.step import Step
from server.ways.table import WAYS

log = logging.getLogger("shangke.road")


class Bell(Protocol):
    """Where committed events are rung. Must neither wait nor raise."""

    def publish_events(self, stream: StreamId, events: Sequence[Prepared]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """One per process. `enqueue` rings an alarm when it is due; it must not raise."""

    db: Database
    bell: Bell
    answering: Answering
    posting: Posting
    echo: Echo
    guesses: Guesses
    turns: Turns
    enqueue: Callable[[Alarm], None]

    async def travel(self, account: AccountId | None, device: DeviceId | None, command: Command) -> Done:
        """Carry out a command that passed the checks of size and shape; `account` None: the system.

        Answers after commit. The same command again is answered the same, without a second effect (I5).
        Raises: Refused.
        """
        check_op(command.op)
        if command.op in ANSWERS:
            if account is None:
                raise Refused(Code.FORBIDDEN, "the system does not answer")
            return await self.answering.answer(account, command)
        if command.op == POST:
            if account is None:
                raise Refused(Code.FORBIDDEN, "the system does not post")
            return await self.posting.post(account, command, self._ring)
        body = to_struct(command.body, COMMANDS[command.op])
        began = perf_counter()
        outcome = "fault"
        try:
            done = await self._decide(account, device, command, body)
            outcome = "done"
            return done
        except Refused as refused:
            outcome = refused.code
            raise
        finally:
            log.info(
                "stream=%s device=%s command=%s ms=%.1f outcome=%s",
                command.stream,
                "system" if account is None else device or "-",
                command.op,
                (perf_counter() - began) * 1000,
                outcome,
            )

    def travel_soon(self, account: AccountId, command: Command, told: Told) -> bool:
        """An answer or a post, without a task of its own; False: another command, which has to travel.

        `told` is told once, in the loop, what became of it after commit; perhaps before this returns. It must neither
        wait nor raise.
        """
        if command.op == POST:
            self.posting.post_soon(account, command, self._ring, told)
            return True
        return self.answering.answer_soon(account, command, told)

    def hear_events(self, stream: StreamId, events: Sequence[Prepared]) -> None:
        """What was rung, by this process or another."""
        self.posting.grounds.hear(stream, events)

    async def _decide(
        self, account: AccountId | None, device: DeviceId | None, command: Command, body: msgspec.Struct
    ) -> Done:
        streams = await self._streams(account, device, command, body)
        async with self.turns.of(streams[0]), self.db.transaction() as tx:
            done, facts, alarms = await _write(tx, streams, account, command, body)
        self._ring(facts)
        for alarm in alarms:
            self.enqueue(alarm)
        return done

    async def _streams(
        self, account: AccountId | None, device: DeviceId | None, command: Command, body: msgspec.Struct
    ) -> tuple[StreamId, ...]:
        """What the command must lock; a classroom first, as the lock does, so that turns cannot deadlock either."""
        own = StreamId(command.stream)
        match body:
            case JoinClassroom() if account is not None:
                if await commands.select_answered(self.db, account, command.id) is not None:
                    return (own,)
                return (StreamId(await self.guesses.classroom(self.db, account, device, body.code)), own)
            case KickMember() | SetRole():
                return (own, StreamId(body.account))
            case _ if command.op == "classroom.leave" and account is not None:
                return (own, StreamId(account))
            case _:
                return (own,)

    def _ring(self, facts: Sequence[Fact]) -> None:
        by_stream: dict[StreamId, list[Prepared]] = {}
        for fact in facts:
            by_stream.setdefault(fact.stream, []).append(prepare(fact))
        for stream, events in by_stream.items():
            self.bell.publish_events(stream, events)
        self.echo.follow(facts)


async def _write(
    tx: Tx, streams: Sequence[StreamId], account: AccountId | None, command: Command, body: msgspec.Struct
) -> tuple[Done, list[Fact], tuple[Alarm, ...]]:
    locked = await lock_streams(tx, streams)
    situation = await select_situation(tx, account, command.id, StreamId(command.stream))
    body_hash = fingerprint([command.op, command.stream, command.body])
    if situation.answered is not None:
        return again(situation.answered, command, body_hash), [], ()
    authorise(command.op, standing(account, command, situation))
    step = Step(
        tx=tx,
        locked=locked,
        stream=StreamId(command.stream),
        actor=Actor(account=account, name=situation.name, role=situation.role),
        now=situation.now,
        found=situation.classroom,
    )
    decided = await WAYS[command.op](step, body)
    facts = number(decided.events, {id: each.head for id, each in step.locked.items()}, account, situation)
    last = next((fact.seq for fact in reversed(facts) if fact.stream == command.stream), None)
    answered = []
    if account is not None:
        answered.append(
            Answered(
                account=account,
                command=command.id,
                op=command.op,
                stream=StreamId(command.stream),
                body_hash=body_hash,
                result=decided.result,
                seq=last,
            )
        )
    if facts or answered:
        await append(tx, step.locked, facts, answered)
    for fact in facts:
        await apply(tx, fact)
    return Done(id=command.id, result=decided.result, seq=last), facts, decided.alarms
