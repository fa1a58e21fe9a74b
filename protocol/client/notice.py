"""What a client asks its shell to do, and what it has to tell."""

from __future__ import annotations

from dataclasses import dataclass

from protocol.envelopes import Done, Fault, Gone, RefusedReply, Signal
from protocol.ids import StreamId


@dataclass(frozen=True, slots=True)
class Open:
    """Open a socket; say `opened` or `closed`."""


@dataclass(frozen=True, slots=True)
class Send:
    data: bytes


@dataclass(frozen=True, slots=True)
class Shut:
    """Close the socket; what it still says is nobody's business, and `closed` is not to be said."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The command of this id is settled. `reply` None: it was given up unanswered, after its time."""

    id: str
    reply: Done | RefusedReply | None


@dataclass(frozen=True, slots=True)
class Changed:
    """What is held of this stream is not what it was."""

    stream: StreamId


@dataclass(frozen=True, slots=True)
class Lost:
    """The stream is not the reader's any more, or never was; its state is dropped."""

    gone: Gone


@dataclass(frozen=True, slots=True)
class Stopped:
    """The server said to stay away (close codes 4500-4999)."""

    code: int


Action = Open | Send | Shut
Notice = Answered | Changed | Lost | Stopped | Signal | Fault
