"""The message centre: what an item tells, and reading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from protocol.ids import AccountId, StreamId
from protocol.inbox import (
    Inbox,
    InboxAdded,
    InboxAllRead,
    InboxItem,
    InboxRead,
    ItemId,
    ItemKind,
    ReadAllItems,
    Source,
    Unread,
)
from server.core.fact import Decided, New
from server.core.moment import millis

# Streams carry so much of a text: a snapshot holds twenty items, and most are never opened.
EXCERPT_CHARS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What happened, as those are told whom it concerns.

    `id` is the id of what happened (a push, a reply, …): an account is told of it once, however often it is tried.
    What may be taken back later (a post's own words) must not be in `text`: say who did what where, and let `source`
    open it.
    """

    id: str
    kind: ItemKind
    title: str
    text: str = ""
    source: Source | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An unread item."""

    id: ItemId
    kind: ItemKind


def added(news: News, account: AccountId, drawn: ItemId, now: datetime) -> New:
    item = InboxItem(
        id=drawn,
        kind=news.kind,
        title=news.title,
        text=excerpt(news.text),
        source=news.source,
        at=millis(now),
        is_read=False,
    )
    return New(stream=StreamId(account), body=InboxAdded(item=item))


def view_inbox(unread: Unread, newest: Sequence[InboxItem]) -> Inbox:
    """For the snapshot: items as their events told them."""
    return Inbox(unread=unread, items=[replace(each, text=excerpt(each.text)) for each in newest])


def excerpt(text: str) -> str:
    return text if len(text) <= EXCERPT_CHARS else text[: EXCERPT_CHARS - 1] + "…"


def read(account: AccountId, waiting: Sequence[Waiting], unread: Unread) -> Decided:
    """`waiting`: those of the items asked about that are the account's and unread. `unread`: all that are."""
    if not waiting:
        return Decided()
    n_read: Counter[str] = Counter(each.kind for each in waiting)
    left = {kind: n - n_read[kind] for kind, n in unread.items() if n > n_read[kind]}
    return _one(account, InboxRead(items=[each.id for each in waiting], unread=left))


def read_all(account: AccountId, command: ReadAllItems, unread: Unread) -> Decided:
    left = {kind: n for kind, n in unread.items() if command.kind not in (None, kind)}
    if left == unread:
        return Decided()
    return _one(account, InboxAllRead(kind=command.kind, unread=left))


def _one(account: AccountId, body: InboxRead | InboxAllRead) -> Decided:
    return Decided(events=(New(stream=StreamId(account), body=body),))
