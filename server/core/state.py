"""The rows that decisions are made from, as the store reads them. Current state, not history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec

from protocol.account import Role
from protocol.activity import Phase
from protocol.courses import RunId
from protocol.envelopes import Body
from protocol.ids import AccountId, ActivityId, ClassroomId, SessionId

ResponsePhase = Literal["none", "saved", "submitted"]


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who wishes. `role` is the role in the stream's classroom, None for an outsider; `account` None is the system."""

    account: AccountId | None
    name: str
    role: Role | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    id: SessionId
    number: int
    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Classroom:
    id: ClassroomId
    name: str
    code: str
    is_code_open: bool
    n_members: int
    n_sessions: int
    session: OpenSession | None
    run: RunId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredActivity:
    """A row of `activity`: with answer keys; never leaves the server as it is."""

    id: ActivityId
    classroom: ClassroomId
    session: SessionId | None
    kind: str
    title: str
    config: Body
    state: Body
    phase: Phase
    updated_at: datetime
    published_at: datetime | None
    deadline_at: datetime | None
    closed_at: datetime | None
    n_posts: int
    tally: Body | None


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `response`. `value` is None for anonymous surveys."""

    activity: ActivityId
    account: AccountId
    phase: ResponsePhase
    value: Body | None
    saved_at: datetime
    submitted_at: datetime | None
    is_auto: bool
    correction: Body | None
    rev: int


class Student(msgspec.Struct, frozen=True, kw_only=True):
    """A student member, as tallies list them."""

    account: AccountId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a tally is counted from. `values` are those of an anonymous survey, in no order that means anything."""

    responses: Sequence[Response] = ()
    values: Sequence[Body] = ()
    students: Sequence[Student] = ()  # joined now
