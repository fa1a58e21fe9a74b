"""Posts in a discussion: adding and removing."""

from __future__ import annotations

from datetime import datetime

from protocol.activity import AddPost, Post, PostAdded, PostRemoved
from protocol.errors import Code, Refused
from protocol.ids import PostId, StreamId
from server.core.access import is_staff
from server.core.activities.registry import kind_of
from server.core.activity import here, must_be
from server.core.fact import Decided, New
from server.core.moment import millis
from server.core.state import Actor, Classroom, StoredActivity


def add(
    classroom: Classroom,
    activity: StoredActivity | None,
    command: AddPost,
    *,
    actor: Actor,
    now: datetime,
    drawn: PostId,
    replied: Post | None,
) -> Decided:
    """Result: `{post}`. `replied` is the post of the same activity that `command.reply_to` names."""
    found = here(classroom, activity)
    if actor.account is None or not kind_of(found.kind).takes_posts:
        raise Refused(Code.BAD_PHASE)
    must_be(found, "published")
    text = command.text.strip()
    if not text:
        raise Refused(Code.BAD_FIELD, "blank", data={"field": "text"})
    if command.reply_to is not None and (replied is None or replied.removed_by is not None):
        raise Refused(Code.NOT_FOUND)
    post = Post(
        id=drawn,
        number=found.n_posts + 1,
        author=actor.account,
        author_name=actor.name,
        is_staff=is_staff(actor),
        at=millis(now),
        text=text,
        reply_to=None if replied is None else replied.id,
    )
    return Decided(events=(_new(classroom, PostAdded(activity=found.id, post=post)),), result={"post": drawn})


def remove(classroom: Classroom, activity: StoredActivity | None, post: Post | None, *, actor: Actor) -> Decided:
    """One's own, or anybody's as staff; also after the close. `post` is one of this activity."""
    found = here(classroom, activity)
    if post is None or post.removed_by is not None:
        raise Refused(Code.NOT_FOUND)
    is_own = post.author == actor.account
    if not is_own and not is_staff(actor):
        raise Refused(Code.FORBIDDEN)
    removed = PostRemoved(activity=found.id, post=post.id, removed_by="author" if is_own else "staff")
    return Decided(events=(_new(classroom, removed),))


def _new(classroom: Classroom, body: PostAdded | PostRemoved) -> New:
    return New(stream=StreamId(classroom.id), body=body)
