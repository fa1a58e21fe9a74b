"""The account stream: which classrooms a person is in, and the message centre. Read by their own devices only."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from protocol.ids import AccountId, ClassroomId, Id
from protocol.inbox import Inbox

Role = Literal["teacher", "assistant", "student"]
EndedHow = Literal["left", "kicked"]
Name = Annotated[str, Meta(min_length=1, max_length=40)]


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """One classroom the account is in. Its name and state are in the classroom's own stream."""

    classroom: ClassroomId
    role: Role


class AccountState(msgspec.Struct, frozen=True, kw_only=True):
    """Snapshot of an account stream. `memberships` in the order of joining."""

    id: AccountId
    name: str
    memberships: list[Membership]
    inbox: Inbox


# Events


class AccountRenamed(msgspec.Struct, frozen=True, kw_only=True):
    name: str


class MembershipBegun(msgspec.Struct, frozen=True, kw_only=True):
    """The account is now in the classroom; attach to its stream."""

    membership: Membership


class MembershipChanged(msgspec.Struct, frozen=True, kw_only=True):
    membership: Membership


class MembershipEnded(msgspec.Struct, frozen=True, kw_only=True):
    classroom: ClassroomId
    how: EndedHow


# Commands (stream: the account's own id)


class RenameAccount(msgspec.Struct, frozen=True, kw_only=True):
    name: Name


class CreateClassroom(msgspec.Struct, frozen=True, kw_only=True):
    """Result: `{classroom}`. The creator becomes its teacher. `run`: as `LinkClassroom` says."""

    name: Name
    run: Id | None = None


class JoinClassroom(msgspec.Struct, frozen=True, kw_only=True):
    """Join as a student by the 6-character class code, case-insensitive (D12). Result: `{classroom}`."""

    code: Annotated[str, Meta(min_length=1, max_length=16)]
