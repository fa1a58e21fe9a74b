"""R82: posts to a discussion, replies, and taking them away."""

from __future__ import annotations

import pytest

from protocol.account import Role
from protocol.activity import AddPost, Post, PostAdded, PostRemoved
from protocol.errors import Code
from protocol.ids import PostId
from server.core.fact import Decided
from server.core.moment import millis
from server.core.post import add, remove
from server.core.state import StoredActivity
from tests.core.making import (
    ACTIVITY,
    NOW,
    POST,
    a_classroom,
    a_post,
    account,
    an_activity,
    an_actor,
    refuses,
    the_event,
)

DISCUSSION = an_activity("discussion")
DRAWN = PostId("q" * 16)


def added(
    text: str = " Hi ", reply_to: str | None = None, replied: Post | None = None, to: StoredActivity = DISCUSSION
) -> Decided:
    command = AddPost(activity=ACTIVITY, text=text, reply_to=reply_to)
    return add(a_classroom(), to, command, actor=an_actor("student", 1), now=NOW, drawn=DRAWN, replied=replied)


def test_a_post_is_numbered_and_told_to_all() -> None:
    decided = added()
    post = Post(id=DRAWN, number=1, author=account(1), author_name="Lin", is_staff=False, at=millis(NOW), text="Hi")
    assert the_event(decided, PostAdded) == PostAdded(activity=ACTIVITY, post=post)
    assert decided.result == {"post": DRAWN}


@pytest.mark.parametrize(("role", "is_staff"), [("teacher", True), ("assistant", True), ("student", False)])
def test_posts_of_staff_are_marked(role: Role, is_staff: bool) -> None:
    command = AddPost(activity=ACTIVITY, text="Hi")
    decided = add(a_classroom(), DISCUSSION, command, actor=an_actor(role), now=NOW, drawn=DRAWN, replied=None)
    assert the_event(decided, PostAdded).post.is_staff is is_staff


def test_a_reply_names_a_post_of_the_same_discussion_that_is_still_there() -> None:
    assert the_event(added(reply_to=POST, replied=a_post()), PostAdded).post.reply_to == POST
    for replied in (None, a_post(text=None, removed_by="author")):
        with refuses(Code.NOT_FOUND):
            added(reply_to=POST, replied=replied)


def test_a_blank_post_is_refused() -> None:
    with refuses(Code.BAD_FIELD, field="text"):
        added(text=" \n")


def test_only_an_open_discussion_takes_posts() -> None:
    with refuses(Code.ACTIVITY_CLOSED):
        added(to=an_activity("discussion", phase="closed"))
    with refuses(Code.BAD_PHASE):
        added(to=an_activity("survey"))


@pytest.mark.parametrize("phase", ["published", "closed"])
def test_an_author_removes_the_own_post_and_staff_anybodys(phase: str) -> None:
    where = DISCUSSION if phase == "published" else an_activity("discussion", phase="closed")
    own = remove(a_classroom(), where, a_post(author=1), actor=an_actor("student", 1))
    assert the_event(own, PostRemoved) == PostRemoved(activity=ACTIVITY, post=POST, removed_by="author")
    theirs = remove(a_classroom(), where, a_post(author=1), actor=an_actor("assistant", 2))
    assert the_event(theirs, PostRemoved) == PostRemoved(activity=ACTIVITY, post=POST, removed_by="staff")
    teachers = remove(a_classroom(), where, a_post(author=2), actor=an_actor("teacher", 2))
    assert the_event(teachers, PostRemoved).removed_by == "author"


def test_a_student_does_not_remove_the_post_of_another() -> None:
    with refuses(Code.FORBIDDEN):
        remove(a_classroom(), DISCUSSION, a_post(author=1), actor=an_actor("student", 2))


def test_a_post_that_is_not_there_or_not_any_more_is_not_found() -> None:
    for post in (None, a_post(text=None, removed_by="staff")):
        with refuses(Code.NOT_FOUND):
            remove(a_classroom(), DISCUSSION, post, actor=an_actor())
