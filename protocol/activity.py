"""Activities as every kind shares them.

What `config`, `state`, `value` and `tally` hold belongs to the kind (server/core/activities).
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from protocol.envelopes import Body
from protocol.ids import AccountId, ActivityId, Id, Millis, PostId
from protocol.limits import TEXT_CHARS

Phase = Literal["draft", "published", "closed", "sent"]
Title = Annotated[str, Meta(max_length=120)]
PostText = Annotated[str, Meta(min_length=1, max_length=TEXT_CHARS)]


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """One contribution to a discussion, numbered from 1 in its activity. Removed, it keeps its place, without text."""

    id: PostId
    number: int
    author: AccountId
    author_name: str
    is_staff: bool
    at: Millis
    text: str | None
    reply_to: PostId | None = None
    removed_by: Literal["author", "staff"] | None = None


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """A published activity as one audience may see it.

    `config`: for students and the screen without answer keys until `closed`.
    `state`: what the kind changes while it runs (for instance whether results are shown).
    `posts`: the last 100; `n_posts` counts all. `tally`: the final one, from the close on.
    """

    id: ActivityId
    kind: str
    title: str
    config: Body
    phase: Phase
    state: Body
    published_at: Millis
    deadline_at: Millis | None = None
    closed_at: Millis | None = None
    n_posts: int = 0
    posts: list[Post] = []
    tally: Body | None = None


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """An activity being prepared; staff only. `config` may be incomplete until it is published."""

    id: ActivityId
    kind: str
    title: str
    config: Body
    updated_at: Millis


# Events


class ActivityDrafted(msgspec.Struct, frozen=True, kw_only=True):
    """A draft was made or changed; staff only."""

    draft: Draft


class ActivityDiscarded(msgspec.Struct, frozen=True, kw_only=True):
    """A draft was thrown away; staff only."""

    activity: ActivityId


class ActivityPublished(msgspec.Struct, frozen=True, kw_only=True):
    """The draft of the same id, if any, is gone with it."""

    activity: Activity


class ActivityExtended(msgspec.Struct, frozen=True, kw_only=True):
    activity: ActivityId
    deadline_at: Millis


class ActivityChanged(msgspec.Struct, frozen=True, kw_only=True):
    """The kind's own verb was applied: the new phase and the whole new `state`.

    `tally`: once closed, the final one as it may be seen from now on (null again when the verb hid it).
    """

    activity: ActivityId
    kind: str
    verb: str
    phase: Phase
    state: Body
    tally: Body | None = None


class ActivityClosed(msgspec.Struct, frozen=True, kw_only=True):
    """No more answers. Carries the final tally (I6) and the config as it may now be seen, with any answer keys."""

    activity: ActivityId
    kind: str
    state: Body
    closed_at: Millis
    tally: Body | None
    config: Body


class PostAdded(msgspec.Struct, frozen=True, kw_only=True):
    activity: ActivityId
    post: Post


class PostRemoved(msgspec.Struct, frozen=True, kw_only=True):
    activity: ActivityId
    post: PostId
    removed_by: Literal["author", "staff"]


class ResponseCorrected(msgspec.Struct, frozen=True, kw_only=True):
    """A teacher corrected one student's response: the audit entry. `tally` is the new final one, once closed.

    Students and the screen are told the new tally, if they may see it, and nothing else: `account`, `correction` and
    `by` are null and `reason` is empty for them.
    """

    activity: ActivityId
    kind: str
    state: Body
    account: AccountId | None
    correction: Body | None
    reason: str
    by: AccountId | None
    tally: Body | None


# Commands


class DraftActivity(msgspec.Struct, frozen=True, kw_only=True):
    """Make a draft (`activity` null) or change one. Result: `{activity}`. Allowed in and out of session."""

    kind: Annotated[str, Meta(max_length=32)]
    title: Title
    config: Body
    activity: Id | None = None


class DiscardActivity(msgspec.Struct, frozen=True, kw_only=True):
    activity: Id


class PublishActivity(msgspec.Struct, frozen=True, kw_only=True):
    """Publish a draft in the running session (R71). Refused with `bad_field` when the draft is incomplete."""

    activity: Id


class ExtendActivity(msgspec.Struct, frozen=True, kw_only=True):
    """Give a timed exercise more time."""

    activity: Id
    extra_s: Annotated[int, Meta(ge=1, le=7200)]


class CloseActivity(msgspec.Struct, frozen=True, kw_only=True):
    activity: Id


class ActOnActivity(msgspec.Struct, frozen=True, kw_only=True):
    """A verb of the kind, for instance `send` of a lesson plan (发给学生) or `show_results` of a survey."""

    activity: Id
    verb: Annotated[str, Meta(max_length=32)]
    value: Body = {}


class AddPost(msgspec.Struct, frozen=True, kw_only=True):
    """Result: `{post}`."""

    activity: Id
    text: PostText
    reply_to: Id | None = None


class RemovePost(msgspec.Struct, frozen=True, kw_only=True):
    """One's own, or anybody's for staff."""

    activity: Id
    post: Id


class SaveResponse(msgspec.Struct, frozen=True, kw_only=True):
    """Keep what is typed so far (D7). The last save before the deadline is what the server submits at zero."""

    activity: Id
    value: Body


class SubmitResponse(msgspec.Struct, frozen=True, kw_only=True):
    """Answer. Once; a second device is refused with `already_answered`. Result: one's own `mine` gauge value."""

    activity: Id
    value: Body = {}


class CorrectResponse(msgspec.Struct, frozen=True, kw_only=True):
    """Teacher: correct one student's response as the kind allows (a check-in status, the points of a short text)."""

    activity: Id
    account: Id
    correction: Body
    reason: Annotated[str, Meta(max_length=200)] = ""


# Gauges


class Mine(msgspec.Struct, frozen=True, kw_only=True):
    """Gauge `mine`, to the account's own devices: the own response. `result` is the kind's, once it may be seen.

    Phase `none`: nothing was answered, and yet there is a result (absent, or excused by the teacher).
    """

    phase: Literal["none", "saved", "submitted"]
    value: Body | None
    saved_at: Millis | None
    submitted_at: Millis | None
    is_auto: bool
    result: Body | None
