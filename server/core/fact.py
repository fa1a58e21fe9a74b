"""What a decision is made of: the events it adds, what the sender is told, and what falls due later."""

from __future__ import annotations

from datetime import datetime

import msgspec

from protocol.envelopes import Body
from protocol.ids import AccountId, Seq, StreamId


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One event as the book holds it: everything that happened, before any audience's view is taken."""

    stream: StreamId
    seq: Seq
    at: datetime
    actor: AccountId | None  # None: the system
    body: msgspec.Struct  # one of protocol.registry.EVENTS


class New(msgspec.Struct, frozen=True, kw_only=True):
    """An event about to be written; the road gives it its seq and time."""

    stream: StreamId
    body: msgspec.Struct


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """A job to enqueue after commit. Its `id` is deterministic (`close:{activity}:{deadline}`): two are one."""

    id: str
    job: str
    argument: str
    due: datetime


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """What a pure decision answers. `events` are written in this order, in one transaction."""

    events: tuple[New, ...] = ()
    result: Body | None = None
    alarms: tuple[Alarm, ...] = ()
