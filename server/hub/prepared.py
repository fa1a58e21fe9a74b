"""What is ready for the wire: encoded once per audience (I8), before any connection is looked at."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from protocol.envelopes import Audience
from protocol.ids import AccountId, ActivityId, Seq


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """One event. `frames` holds an encoded msgpack envelope for every audience of the stream: an audience that may not
    see the event has a blank there (it still counts).

    `lost`: accounts whose membership ends with this event; their connections are cut from the stream instead of being
    sent it. `recast`: accounts whose audience changes with it; they get a fresh snapshot instead. `forgets`: something
    said before must be told no more (I9), so frames kept in memory from before this event are thrown away. `post`: it
    adds this post of an activity, by number, and changes nothing else.
    """

    seq: Seq
    frames: Mapping[Audience, bytes]
    lost: tuple[AccountId, ...] = ()
    recast: tuple[AccountId, ...] = ()
    forgets: bool = False
    post: tuple[ActivityId, int] | None = None


class PreparedGauge(msgspec.Struct, frozen=True, kw_only=True):
    """The latest value of (name, key). An audience without a frame gets nothing. `private` goes to single accounts."""

    name: str
    key: str
    rev: int
    frames: Mapping[Audience, bytes] = msgspec.field(default_factory=dict)
    private: Mapping[AccountId, bytes] = msgspec.field(default_factory=dict)
