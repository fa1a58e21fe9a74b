"""What a way has in hand: the transaction, the lock, and everything the road read on the way in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import msgspec

from protocol.errors import Code, Refused
from protocol.ids import AccountId, Millis, StreamId
from server.core.fact import Decided
from server.core.moment import millis
from server.core.state import Actor, Classroom
from server.store.pool import Tx
from server.store.streams import LockedStream

Body = TypeVar("Body", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command under the lock of its streams. A way that makes a stream adds it to `locked`."""

    tx: Tx
    locked: dict[StreamId, LockedStream]
    stream: StreamId
    actor: Actor
    now: datetime
    found: Classroom | None

    @property
    def classroom(self) -> Classroom:
        """The command's own classroom; only for commands on a classroom's stream, which were authorised there."""
        if self.found is None:
            raise Refused(Code.NOT_FOUND)
        return self.found

    @property
    def account(self) -> AccountId:
        """Who wishes; only for commands the system never gives."""
        assert self.actor.account is not None, "the system has no way here"
        return self.actor.account

    @property
    def at(self) -> Millis:
        return millis(self.now)


# Loads what the decision needs, and decides.
Way = Callable[[Step, msgspec.Struct], Awaitable[Decided]]


def way(body: type[Body], decide: Callable[[Step, Body], Awaitable[Decided]]) -> Way:
    """`decide` for any body, checked to be its own."""

    async def checked(step: Step, given: msgspec.Struct) -> Decided:
        assert isinstance(given, body), "the table is keyed by the op of the body"
        return await decide(step, given)

    return checked
