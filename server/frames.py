"""From facts and views to frames: encoded once per audience (I8). Shows nobody what core/view.py does not (I9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from protocol.account import AccountState
from protocol.activity import Mine, PostAdded, PostRemoved
from protocol.classroom import ClassroomState, MemberChanged, MemberLeft
from protocol.codec import encode, to_body
from protocol.envelopes import Audience, Body, Event, Gauge, Snapshot
from protocol.ids import AccountId, ActivityId, Seq, StreamId
from protocol.registry import EVENT_TYPES
from server.core.fact import Fact
from server.core.moment import millis
from server.core.state import StoredActivity
from server.core.view import audiences, view_event, view_tally
from server.hub.prepared import Prepared, PreparedGauge

STAFF_ROLES = frozenset({"teacher", "assistant"})


def prepare(fact: Fact) -> Prepared:
    """One event for every audience of its stream. Audiences that see the same share the bytes."""
    frames: dict[Audience, bytes] = {}
    encoded: list[tuple[msgspec.Struct | None, bytes]] = []
    for audience in audiences(fact.body):
        view = view_event(fact.body, audience)
        frame = next((frame for seen, frame in encoded if seen is view or seen == view), None)
        if frame is None:
            frame = _event(fact, view)
            encoded.append((view, frame))
        frames[audience] = frame
    return Prepared(
        seq=fact.seq,
        frames=frames,
        lost=_lost(fact.body),
        recast=_recast(fact.body),
        forgets=isinstance(fact.body, PostRemoved),
        post=(fact.body.activity, fact.body.post.number) if isinstance(fact.body, PostAdded) else None,
    )


def prepare_tally(activity: StoredActivity, tally: Body, rev: int) -> PreparedGauge:
    """Staff's tally of an activity for all who may see something of it."""
    stream = StreamId(activity.classroom)
    frames: dict[Audience, bytes] = {}
    for audience in ("staff", "student", "screen"):
        seen = view_tally(activity, tally, audience)
        if seen is not None:
            frames[audience] = encode(Gauge(stream=stream, name="tally", key=activity.id, rev=rev, value=seen))
    return PreparedGauge(name="tally", key=activity.id, rev=rev, frames=frames)


def prepare_mine(stream: StreamId, activity: ActivityId, rev: int, mine: Mapping[AccountId, Mine]) -> PreparedGauge:
    """Own responses of one `rev`, each to its own account."""
    return prepare_mine_frames(
        activity, rev, {account: encode_mine(stream, activity, rev, to_body(each)) for account, each in mine.items()}
    )


def prepare_mine_frames(activity: ActivityId, rev: int, mine: Mapping[AccountId, bytes]) -> PreparedGauge:
    """The same of what `encode_mine` made."""
    return PreparedGauge(name="mine", key=activity, rev=rev, private=mine)


def encode_mine(stream: StreamId, activity: ActivityId, rev: int, mine: Body) -> bytes:
    """One's own response; nothing in it says whose."""
    return encode(Gauge(stream=stream, name="mine", key=activity, rev=rev, value=mine))


def prepare_snapshot(stream: StreamId, seq: Seq, audience: Audience, state: ClassroomState | AccountState) -> bytes:
    """The whole state of a stream, already viewed for this audience."""
    kind: Literal["classroom", "account"] = "classroom" if isinstance(state, ClassroomState) else "account"
    return encode(Snapshot(stream=stream, seq=seq, kind=kind, audience=audience, state=to_body(state)))


def _event(fact: Fact, view: msgspec.Struct | None) -> bytes:
    at = millis(fact.at)
    if view is None:
        return encode(Event(stream=fact.stream, seq=fact.seq, at=at))
    name = EVENT_TYPES[type(view)]
    return encode(Event(stream=fact.stream, seq=fact.seq, at=at, name=name, body=to_body(view)))


def _lost(body: msgspec.Struct) -> tuple[AccountId, ...]:
    """Whose membership ends with this event (I11)."""
    return (body.account,) if isinstance(body, MemberLeft) and body.account is not None else ()


def _recast(body: msgspec.Struct) -> tuple[AccountId, ...]:
    """Whose audience changes with this event."""
    if not isinstance(body, MemberChanged) or body.member is None:
        return ()
    was_staff, is_staff = body.role_before in STAFF_ROLES, body.member.role in STAFF_ROLES
    return (body.member.account,) if was_staff != is_staff else ()
