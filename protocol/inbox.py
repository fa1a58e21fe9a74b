"""The message centre: what its items are, on the account's stream and over REST, and pushes to many."""

from __future__ import annotations

from typing import Annotated, Literal, NewType

import msgspec
from msgspec import Meta

from protocol.ids import AccountId, Id, Millis

ItemId = NewType("ItemId", str)
PushId = NewType("PushId", str)

ItemKind = Literal["course_announcement", "courseware_update", "platform_push", "reply", "comment", "account"]
SourceKind = Literal["school", "course", "run", "unit", "announcement", "topic", "assessment", "account"]
PushTo = Literal["all", "school", "course", "run"]
PushTargetKind = Literal["school", "course"]
PushState = Literal["sending", "sent", "stopped"]
Title = Annotated[str, Meta(min_length=1, max_length=120)]
Text = Annotated[str, Meta(max_length=2000)]
# How many of each kind wait to be read; kinds without any are left out.
Unread = dict[str, int]


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """What an item opens. `course` and `run`: where that is, as far as there is such a place."""

    kind: SourceKind
    id: Id
    course: Id | None = None
    run: Id | None = None


class InboxItem(msgspec.Struct, frozen=True, kw_only=True):
    """One entry. On the stream `text` is the beginning of what the list over REST tells whole."""

    id: ItemId
    kind: ItemKind
    title: str
    text: str
    source: Source | None
    at: Millis
    is_read: bool


class Inbox(msgspec.Struct, frozen=True, kw_only=True):
    """As the account's snapshot shows it: the newest items, newest first."""

    unread: Unread = {}
    items: list[InboxItem] = []


# Events of the account's stream


class InboxAdded(msgspec.Struct, frozen=True, kw_only=True):
    """A new item, unread."""

    item: InboxItem


class InboxRead(msgspec.Struct, frozen=True, kw_only=True):
    """These are read. `unread`: what is left."""

    items: list[ItemId]
    unread: Unread


class InboxAllRead(msgspec.Struct, frozen=True, kw_only=True):
    """All of one kind are read; `kind` null: of every kind. `unread`: what is left."""

    kind: ItemKind | None
    unread: Unread


# Commands on the account's own stream


class ReadItems(msgspec.Struct, frozen=True, kw_only=True):
    """What is read already, or nobody's, changes nothing."""

    items: Annotated[list[Id], Meta(min_length=1, max_length=50)]


class ReadAllItems(msgspec.Struct, frozen=True, kw_only=True):
    kind: ItemKind | None = None


# REST


class InboxPage(msgspec.Struct, frozen=True, kw_only=True):
    """Newest first, with their whole texts. `next`: the `after` of the next page; null: that was all."""

    items: list[InboxItem]
    unread: Unread
    next: str | None


class NewPush(msgspec.Struct, frozen=True, kw_only=True):
    """`to_id`: the school, course or run; null when it is for all."""

    to_kind: PushTo
    to_id: Id | None = None
    title: Title
    text: Text = ""
    source: Source | None = None


class Push(msgspec.Struct, frozen=True, kw_only=True):
    """One message to many and how far it got. `n_told`: who has it already. `to_name`: of the school or course.

    `n_all`: how many it was for when it began, with closed accounts, who are left out.
    """

    id: PushId
    author: AccountId | None
    to_kind: PushTo
    to_id: str | None
    to_name: str | None = None
    kind: ItemKind
    title: str
    text: str
    source: Source | None
    state: PushState
    n_told: int
    n_all: int | None = None
    created_at: Millis


class PushTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A school, or a course with its school's name."""

    id: Id
    name: str
    school_name: str | None


class PushTargets(msgspec.Struct, frozen=True, kw_only=True):
    """The first that fit."""

    targets: list[PushTarget]


class Pushes(msgspec.Struct, frozen=True, kw_only=True):
    """Newest first."""

    pushes: list[Push]
    next: str | None


# What clients write; everything else here is written by the server.
REQUESTS: tuple[type[msgspec.Struct], ...] = (NewPush,)
