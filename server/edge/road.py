"""The road as the edge sees it. Declared here so that sockets can be tested on any."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from protocol.envelopes import Command, Done
from protocol.errors import Refused
from protocol.ids import AccountId, DeviceId, StreamId
from server.hub.prepared import Prepared


class Road(Protocol):
    """Where commands go, as the edge sees it."""

    async def travel(self, account: AccountId, device: DeviceId, command: Command, /) -> Done:
        """Carry it out. Raises Refused."""

    def travel_soon(self, account: AccountId, command: Command, told: Callable[[Done | Refused], None], /) -> bool:
        """Carry it out without a task of its own, if it is one of those; `told` may come before this returns."""

    def hear_events(self, stream: StreamId, events: Sequence[Prepared], /) -> None:
        """What was rung on a stream, by whomever. Must neither wait nor raise."""


class Late(Protocol):
    """Has a command under way, and is told when that took too long."""

    def expire(self) -> None: ...
