"""Bodies of the REST layer about the discussion board of a run (讨论区): topics, replies, comments."""

from __future__ import annotations

from typing import Annotated, NewType

import msgspec
from msgspec import Meta

from protocol.courses import CourseTitle, RunId
from protocol.ids import Id, Millis

TopicId = NewType("TopicId", str)
ReplyId = NewType("ReplyId", str)


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """`title` is empty and `text` null once it was removed, although somebody replied. `may_remove`: by the caller."""

    id: TopicId
    run: RunId
    title: str
    text: str | None
    author_name: str
    is_teacher: bool
    at: Millis
    replied_at: Millis
    n_replies: int
    may_remove: bool


class Topics(msgspec.Struct, frozen=True, kw_only=True):
    topics: list[Topic]
    next: str | None


class TopicReply(msgspec.Struct, frozen=True, kw_only=True):
    """`parent`: the reply it comments on; null: it replies to the topic."""

    id: ReplyId
    parent: ReplyId | None
    text: str | None
    author_name: str
    is_teacher: bool
    at: Millis
    may_remove: bool


class TopicReplies(msgspec.Struct, frozen=True, kw_only=True):
    """Oldest first."""

    replies: list[TopicReply]
    next: str | None


class WriteTopic(msgspec.Struct, frozen=True, kw_only=True):
    title: CourseTitle
    text: Annotated[str, Meta(min_length=1, max_length=5_000)]


class WriteReply(msgspec.Struct, frozen=True, kw_only=True):
    text: Annotated[str, Meta(min_length=1, max_length=5_000)]
    parent: Id | None = None


REQUESTS: tuple[type[msgspec.Struct], ...] = (WriteTopic, WriteReply)
