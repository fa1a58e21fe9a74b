"""What every command meets on its way, whichever it takes: its earlier answer, where its sender stands, the numbers of
its events.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from protocol.envelopes import Command, Done
from protocol.errors import Code, Refused
from protocol.ids import AccountId, Seq, StreamId
from server.core.access import Standing
from server.core.fact import Fact, New
from server.store.commands import Answered
from server.store.situations import Situation


def again(answered: Answered, command: Command, body_hash: bytes) -> Done:
    """The earlier answer. Raises: Refused(ID_CONFLICT), when that was to something else."""
    if answered.body_hash != body_hash:
        raise Refused(Code.ID_CONFLICT)
    return Done(id=command.id, result=answered.result, seq=answered.seq)


def standing(account: AccountId | None, command: Command, situation: Situation) -> Standing | None:
    if account is None:
        return "system" if situation.classroom is not None else None
    if account == command.stream:
        return "self"
    return situation.role


def number(
    events: Sequence[New], heads: Mapping[StreamId, Seq], account: AccountId | None, situation: Situation
) -> list[Fact]:
    """Each event continues its stream (I2)."""
    last = dict(heads)
    facts: list[Fact] = []
    for event in events:
        seq = last[event.stream] = Seq(last[event.stream] + 1)
        facts.append(Fact(stream=event.stream, seq=seq, at=situation.now, actor=account, body=event.body))
    return facts
