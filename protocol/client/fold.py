"""What an event does to the state a snapshot gave: `fold(snapshot, events)` is what a fresh snapshot would be.

The same for every audience: what an audience may not see is not in its events. Knows nothing of positions or gauges.
web/client/fold.ts is its twin; both run the vectors in tests/vectors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

import msgspec
from msgspec.structs import replace

from protocol.account import (
    AccountRenamed,
    AccountState,
    MembershipBegun,
    MembershipChanged,
    MembershipEnded,
)
from protocol.activity import (
    Activity,
    ActivityChanged,
    ActivityClosed,
    ActivityDiscarded,
    ActivityDrafted,
    ActivityExtended,
    ActivityPublished,
    Post,
    PostAdded,
    PostRemoved,
    ResponseCorrected,
)
from protocol.classroom import (
    ClassroomLinked,
    ClassroomRenamed,
    ClassroomState,
    CodeChanged,
    MemberChanged,
    MemberJoined,
    MemberLeft,
    MemberShown,
    SessionEnded,
    SessionStarted,
)
from protocol.inbox import Inbox, InboxAdded, InboxAllRead, InboxItem, InboxRead
from protocol.limits import ITEMS_IN_SNAPSHOT, POSTS_IN_SNAPSHOT

State = AccountState | ClassroomState


class HasId(Protocol):
    @property
    def id(self) -> str: ...


Entry = TypeVar("Entry")
Known = TypeVar("Known", bound=HasId)


def fold(state: State, event: msgspec.Struct) -> State:
    """The state after the event. An event this version does not know changes nothing."""
    if isinstance(state, AccountState):
        return _fold_account(state, event)
    return _fold_members(_fold_session(_fold_activities(state, event), event), event)


def _fold_account(state: AccountState, event: msgspec.Struct) -> AccountState:
    match event:
        case AccountRenamed(name=name):
            return replace(state, name=name)
        case MembershipBegun(membership=begun):
            others = [each for each in state.memberships if each.classroom != begun.classroom]
            return replace(state, memberships=[*others, begun])
        case MembershipChanged(membership=changed):
            same = [changed if each.classroom == changed.classroom else each for each in state.memberships]
            return replace(state, memberships=same)
        case MembershipEnded(classroom=classroom):
            return replace(state, memberships=[each for each in state.memberships if each.classroom != classroom])
    return replace(state, inbox=_fold_inbox(state.inbox, event))


def _fold_inbox(inbox: Inbox, event: msgspec.Struct) -> Inbox:
    match event:
        case InboxAdded(item=item):
            unread = {**inbox.unread, item.kind: inbox.unread.get(item.kind, 0) + 1}
            return Inbox(unread=unread, items=[item, *_without(inbox.items, item.id)][:ITEMS_IN_SNAPSHOT])
        case InboxRead(items=read, unread=unread):
            return Inbox(unread=unread, items=[_read(each) if each.id in read else each for each in inbox.items])
        case InboxAllRead(kind=kind, unread=unread):
            return Inbox(
                unread=unread, items=[_read(each) if kind in (None, each.kind) else each for each in inbox.items]
            )
    return inbox


def _read(item: InboxItem) -> InboxItem:
    return replace(item, is_read=True)


def _fold_members(state: ClassroomState, event: msgspec.Struct) -> ClassroomState:
    match event:
        case MemberJoined(member=None, n_members=n_members):
            return replace(state, n_members=n_members)
        case MemberJoined(member=joined, n_members=n_members) if joined is not None:
            others = [each for each in state.members if each.account != joined.account]
            return replace(state, members=[*others, joined], n_members=n_members)
        case MemberChanged(member=None, n_members=n_members):
            return replace(state, n_members=n_members)
        case MemberChanged(member=changed, n_members=n_members) if changed is not None:
            same = [changed if each.account == changed.account else each for each in state.members]
            return replace(state, members=same, n_members=n_members)
        case MemberLeft(account=account, n_members=n_members):
            return replace(
                state, members=[each for each in state.members if each.account != account], n_members=n_members
            )
        case MemberShown(account=account, name=name):
            members = [replace(each, name=name) if each.account == account else each for each in state.members]
            return replace(
                state, members=members, activities=[_named(each, account, name) for each in state.activities]
            )
    return state


def _named(activity: Activity, author: str, name: str) -> Activity:
    posts = [replace(each, author_name=name) if each.author == author else each for each in activity.posts]
    return replace(activity, posts=posts)


def _fold_session(state: ClassroomState, event: msgspec.Struct) -> ClassroomState:
    match event:
        case ClassroomRenamed(name=name):
            return replace(state, name=name)
        case ClassroomLinked(linked=linked):
            return replace(state, linked=linked)
        case CodeChanged(code=code, is_code_open=is_code_open):
            return replace(state, code=code, is_code_open=is_code_open)
        case SessionStarted(session=session):
            return replace(state, session=session, activities=[])
        case SessionEnded():
            return replace(state, session=None, activities=[])
    return state


def _fold_activities(state: ClassroomState, event: msgspec.Struct) -> ClassroomState:
    match event:
        case ActivityDrafted(draft=draft):
            return replace(state, drafts=[*_without(state.drafts, draft.id), draft])
        case ActivityDiscarded(activity=id):
            return replace(state, drafts=_without(state.drafts, id))
        case ActivityPublished(activity=activity):
            published = [*_without(state.activities, activity.id), activity]
            return replace(state, drafts=_without(state.drafts, activity.id), activities=published)
        case (
            ActivityExtended(activity=id)
            | ActivityChanged(activity=id)
            | ActivityClosed(activity=id)
            | PostAdded(activity=id)
            | PostRemoved(activity=id)
            | ResponseCorrected(activity=id)
        ):
            return replace(state, activities=_changed(state.activities, id, lambda each: _fold_activity(each, event)))
    return state


def _fold_activity(activity: Activity, event: msgspec.Struct) -> Activity:
    match event:
        case ActivityExtended(deadline_at=deadline_at):
            return replace(activity, deadline_at=deadline_at)
        case ActivityChanged(phase=phase, state=state, tally=tally):
            return replace(activity, phase=phase, state=state, tally=tally)
        case ActivityClosed(closed_at=closed_at, tally=tally, config=config, state=state):
            return replace(activity, phase="closed", closed_at=closed_at, tally=tally, config=config, state=state)
        case PostAdded(post=post):
            posts = [*_without(activity.posts, post.id), post][-POSTS_IN_SNAPSHOT:]
            return replace(activity, posts=posts, n_posts=max(activity.n_posts, post.number))
        case PostRemoved(post=id, removed_by=removed_by):
            return replace(activity, posts=_changed(activity.posts, id, lambda post: _without_text(post, removed_by)))
        case ResponseCorrected(tally=tally) if tally is not None:
            return replace(activity, tally=tally)
    return activity


def _without_text(post: Post, removed_by: str) -> Post:
    return replace(post, text=None, removed_by=removed_by)


def _without(entries: Sequence[Known], id: str) -> list[Known]:
    return [each for each in entries if each.id != id]


def _changed(entries: Sequence[Known], id: str, change: Callable[[Known], Known]) -> list[Known]:
    return [change(each) if each.id == id else each for each in entries]
