"""Discussion (讨论): a topic, and posts that everybody reads at once (R82)."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from protocol.envelopes import Body
from protocol.limits import TEXT_CHARS
from server.core.activities import border
from server.core.activities.kind import Kind


class DiscussionConfig(msgspec.Struct, frozen=True, kw_only=True):
    """`text` says more about the topic, which is the title."""

    v: Literal[1] = 1
    text: Annotated[str, Meta(max_length=TEXT_CHARS)] = ""


class DiscussionState(msgspec.Struct, frozen=True, kw_only=True):
    v: Literal[1] = 1


def _check_draft(config: Body) -> Body:
    return border.body(border.config(config, DiscussionConfig))


def _begin(config: Body) -> Body:
    return border.body(DiscussionState())


DISCUSSION = Kind(
    name="discussion",
    config=DiscussionConfig,
    state=DiscussionState,
    takes_posts=True,
    check_draft=_check_draft,
    begin=_begin,
)
