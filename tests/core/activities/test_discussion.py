"""R82: a topic. The posts are in test_post.py."""

from __future__ import annotations

from protocol.errors import Code
from server.core.activities.discussion import DISCUSSION
from tests.core.making import an_activity, refuses


def test_a_discussion_needs_no_more_than_its_title() -> None:
    assert DISCUSSION.check_draft({}) == {"v": 1, "text": ""}
    DISCUSSION.check({"v": 1, "text": ""})
    assert an_activity("discussion").state == {"v": 1}


def test_the_topic_is_bounded() -> None:
    with refuses(Code.BAD_FIELD, field="text"):
        DISCUSSION.check_draft({"text": "x" * 2_001})
