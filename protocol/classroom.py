"""The classroom stream: the classroom itself, its members and its sessions."""

from __future__ import annotations

import msgspec

from protocol.account import EndedHow, Name, Role
from protocol.activity import Activity, Draft
from protocol.courses import CourseId, RunId
from protocol.ids import AccountId, ClassroomId, Id, Millis, SessionId


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A person in the classroom. `name` is the name they go by in this classroom."""

    account: AccountId
    name: str
    role: Role
    joined_at: Millis


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One lesson, from 上课 to 下课. `number` counts the classroom's sessions from 1."""

    id: SessionId
    number: int
    started_at: Millis


class LinkedRun(msgspec.Struct, frozen=True, kw_only=True):
    """The run of an online course that a classroom belongs to (R60). `title` is the course's, as it was when said."""

    run: RunId
    number: int
    course: CourseId
    title: str


class ClassroomState(msgspec.Struct, frozen=True, kw_only=True):
    """Snapshot of a classroom stream.

    `code` is null for students (they cannot hand the door on) and when the code is closed.
    `members` and `drafts` are empty for every audience but staff; `n_members` counts students, for everybody.
    `activities` are those of the session that is open, oldest first; empty when class is not in session.
    """

    id: ClassroomId
    name: str
    code: str | None
    is_code_open: bool
    n_members: int
    members: list[Member]
    session: Session | None
    activities: list[Activity]
    drafts: list[Draft]
    linked: LinkedRun | None = None


# Events


class ClassroomRenamed(msgspec.Struct, frozen=True, kw_only=True):
    name: str


class ClassroomLinked(msgspec.Struct, frozen=True, kw_only=True):
    """The classroom belongs to this run of an online course from here on, or to none (R60)."""

    linked: LinkedRun | None


class CodeChanged(msgspec.Struct, frozen=True, kw_only=True):
    """The class code was reset, opened or closed. `code` as in `ClassroomState`."""

    code: str | None
    is_code_open: bool


class MemberJoined(msgspec.Struct, frozen=True, kw_only=True):
    """Students see only the count (`member` is null for them)."""

    member: Member | None
    n_members: int


class MemberChanged(msgspec.Struct, frozen=True, kw_only=True):
    """A new role or a new name. `role_before` is the role until now: the same, when the name changed.

    Students see only the count, and that only when a role changed (`member` and `role_before` are null for them).
    """

    member: Member | None
    role_before: Role | None
    n_members: int


class MemberLeft(msgspec.Struct, frozen=True, kw_only=True):
    """`account` is null for students."""

    account: AccountId | None
    how: EndedHow
    n_members: int


class MemberShown(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is or was a member closed their account, or support restored it (D15): from here on `name` stands
    in the list of members and at every post of theirs.

    Students and the screen see it only when something of theirs is on their page (`has_posts`).
    """

    account: AccountId
    name: str
    has_posts: bool


class SessionStarted(msgspec.Struct, frozen=True, kw_only=True):
    session: Session


class SessionEnded(msgspec.Struct, frozen=True, kw_only=True):
    """Every open activity was closed by events of its own just before. The client clears `session` and `activities`."""

    session: SessionId


# Commands


class RenameClassroom(msgspec.Struct, frozen=True, kw_only=True):
    name: Name


class LinkClassroom(msgspec.Struct, frozen=True, kw_only=True):
    """Join the classroom's records with those of a run of a course that one teaches, or part them (`run` null; R60)."""

    run: Id | None


class ResetCode(msgspec.Struct, frozen=True, kw_only=True):
    """The old code stops working at once. Result: `{code}`."""


class OpenCode(msgspec.Struct, frozen=True, kw_only=True):
    """The code lets people in again."""


class CloseCode(msgspec.Struct, frozen=True, kw_only=True):
    """Nobody can join by the code until it is opened again."""


class LeaveClassroom(msgspec.Struct, frozen=True, kw_only=True):
    """Only out of session (R65)."""


class KickMember(msgspec.Struct, frozen=True, kw_only=True):
    """Teacher; also in session (R66). The member loses the stream at once, on every node (R67)."""

    account: Id


class SetRole(msgspec.Struct, frozen=True, kw_only=True):
    """Teacher: make a member teacher, assistant or student. The last teacher cannot be changed."""

    account: Id
    role: Role


class RenameMember(msgspec.Struct, frozen=True, kw_only=True):
    """The name somebody goes by in this classroom: one's own, or anybody's for staff."""

    account: Id
    name: Name


class ShowMember(msgspec.Struct, frozen=True, kw_only=True):
    """The system's alone: tell a classroom under which name an account shows now (D15)."""

    account: Id


class StartSession(msgspec.Struct, frozen=True, kw_only=True):
    """上课. Result: `{session}`. Refused when one is open (R69)."""


class EndSession(msgspec.Struct, frozen=True, kw_only=True):
    """下课. Closes every open activity of the session first (D10)."""


# Gauge


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """Gauge `delivery`, staff only: of `n_online` student devices, `n_have` have applied event `seq`."""

    seq: int
    n_online: int
    n_have: int
