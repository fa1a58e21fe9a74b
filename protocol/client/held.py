"""One stream as a client holds it: the state at a position, and the latest gauges. Says when there is a gap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from protocol.account import AccountState
from protocol.activity import Mine
from protocol.classroom import ClassroomState, Delivery
from protocol.client.fold import State, fold
from protocol.codec import to_struct
from protocol.envelopes import Audience, Body, Event, Gauge, Snapshot
from protocol.ids import ActivityId, Seq, StreamId
from protocol.registry import EVENTS

GaugeKey = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    stream: StreamId
    audience: Audience
    seq: Seq
    state: State
    # By name and key; one whose value was taken back stays, so that an older one cannot return.
    gauges: Mapping[GaugeKey, Gauge] = field(default_factory=dict)

    @property
    def classroom(self) -> ClassroomState:
        assert isinstance(self.state, ClassroomState), "the stream is a classroom's"
        return self.state

    @property
    def account(self) -> AccountState:
        assert isinstance(self.state, AccountState), "the stream is an account's"
        return self.state

    def mine(self, activity: ActivityId) -> Mine | None:
        """The own response to the activity."""
        value = self._value("mine", activity)
        return None if value is None else to_struct(value, Mine)

    def tally(self, activity: ActivityId) -> Body | None:
        """The running count of the activity; the final one is in the activity itself."""
        return self._value("tally", activity)

    @property
    def delivery(self) -> Delivery | None:
        """How many students have what; staff only. The newest, whatever its key."""
        latest = [gauge for (name, _), gauge in self.gauges.items() if name == "delivery" and gauge.value is not None]
        return to_struct(max(latest, key=lambda gauge: gauge.rev).value, Delivery) if latest else None

    def _value(self, name: str, key: str) -> Body | None:
        gauge = self.gauges.get((name, key))
        return None if gauge is None else gauge.value


def take_snapshot(before: Held | None, snapshot: Snapshot) -> Held:
    """The snapshot replaces the state. Gauges of what it still shows stay: theirs come only when they change."""
    state: State = (
        to_struct(snapshot.state, AccountState)
        if snapshot.kind == "account"
        else to_struct(snapshot.state, ClassroomState)
    )
    gauges: Mapping[GaugeKey, Gauge] = {}
    if before is not None and before.audience == snapshot.audience:
        gauges = _shown(before.gauges, state)
    return Held(stream=snapshot.stream, audience=snapshot.audience, seq=snapshot.seq, state=state, gauges=gauges)


def take_event(held: Held, event: Event) -> Held | Literal["known", "gap"]:
    """The next event, applied. `known`: an old one, to be ignored. `gap`: one or more before it are missing."""
    if event.seq <= held.seq:
        return "known"
    if event.seq > held.seq + 1:
        return "gap"
    declaration = EVENTS.get(event.name)
    if declaration is None or event.body is None:
        # A blank, or of a later version: it only counts.
        return replace(held, seq=event.seq)
    state = fold(held.state, to_struct(event.body, declaration))
    return replace(held, seq=event.seq, state=state, gauges=_still_true(held, event, state))


def take_gauge(held: Held, gauge: Gauge) -> Held:
    """The gauge, unless a newer one is held."""
    key = (gauge.name, gauge.key)
    before = held.gauges.get(key)
    if before is not None and before.rev >= gauge.rev:
        return held
    return replace(held, gauges={**held.gauges, key: gauge})


def _still_true(held: Held, event: Event, state: State) -> Mapping[GaugeKey, Gauge]:
    if event.name in {"session.started", "session.ended"}:
        return _shown(held.gauges, state)
    if event.name == "activity.changed" and held.audience != "staff" and event.body is not None:
        # It may have hidden the results; if it did not, the next tally is on its way.
        hidden = ("tally", event.body.get("activity"))
        return {key: gauge for key, gauge in held.gauges.items() if key != hidden}
    return held.gauges


def _shown(gauges: Mapping[GaugeKey, Gauge], state: State) -> Mapping[GaugeKey, Gauge]:
    if isinstance(state, AccountState):
        return gauges
    shown = {activity.id for activity in state.activities}
    return {
        (name, key): gauge for (name, key), gauge in gauges.items() if name not in {"tally", "mine"} or key in shown
    }
