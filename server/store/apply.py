"""The tables follow the events: which event changes which rows, said once. Nothing else writes what an event says,
but `posts.append_posts` and `inbox.insert_items`, which write many posts and items together with their events.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from protocol.account import AccountRenamed, MembershipBegun, MembershipChanged, MembershipEnded
from protocol.activity import (
    ActivityChanged,
    ActivityClosed,
    ActivityDiscarded,
    ActivityDrafted,
    ActivityExtended,
    ActivityPublished,
    PostRemoved,
    ResponseCorrected,
)
from protocol.classroom import (
    ClassroomLinked,
    ClassroomRenamed,
    CodeChanged,
    MemberChanged,
    MemberJoined,
    MemberLeft,
    MemberShown,
    SessionEnded,
    SessionStarted,
)
from protocol.inbox import InboxAllRead, InboxRead
from server.core.fact import Fact
from server.store import accounts, activities, classrooms, inbox, memberships, posts, responses, sessions
from server.store.pool import Tx

Event = TypeVar("Event", bound=msgspec.Struct)
Applied = Callable[[Tx, Fact], Awaitable[None]]


def to(
    event: type[Event], change: Callable[[Tx, Fact, Event], Awaitable[None]]
) -> tuple[type[msgspec.Struct], Applied]:
    async def apply_to(tx: Tx, fact: Fact) -> None:
        assert isinstance(fact.body, event), "the table is keyed by the body's type"
        await change(tx, fact, fact.body)

    return event, apply_to


async def told_elsewhere(tx: Tx, fact: Fact, body: msgspec.Struct) -> None:
    """The account's own stream repeats what the classroom's event, in the same transaction, writes down."""


TABLE: dict[type[msgspec.Struct], Applied] = dict(
    [
        to(AccountRenamed, accounts.apply_renamed),
        to(MembershipBegun, told_elsewhere),
        to(MembershipChanged, told_elsewhere),
        to(MembershipEnded, told_elsewhere),
        to(InboxRead, inbox.apply_read),
        to(InboxAllRead, inbox.apply_all_read),
        to(ClassroomRenamed, classrooms.apply_renamed),
        to(ClassroomLinked, classrooms.apply_linked),
        to(CodeChanged, classrooms.apply_code_changed),
        to(MemberJoined, memberships.apply_joined),
        to(MemberChanged, memberships.apply_changed),
        to(MemberLeft, memberships.apply_left),
        to(MemberShown, memberships.apply_shown),
        to(SessionStarted, sessions.apply_started),
        to(SessionEnded, sessions.apply_ended),
        to(ActivityDrafted, activities.apply_drafted),
        to(ActivityDiscarded, activities.apply_discarded),
        to(ActivityPublished, activities.apply_published),
        to(ActivityExtended, activities.apply_extended),
        to(ActivityChanged, activities.apply_changed),
        to(ActivityClosed, activities.apply_closed),
        to(PostRemoved, posts.apply_removed),
        to(ResponseCorrected, responses.apply_corrected),
    ]
)


async def apply(tx: Tx, fact: Fact) -> None:
    """Change the tables as `fact` says."""
    await TABLE[type(fact.body)](tx, fact)
