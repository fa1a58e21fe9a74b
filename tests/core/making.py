"""Makers of what decisions are made from. Whatever a test does not say is the plainest there is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec
import pytest

from protocol.account import Role
from protocol.activity import Phase, Post
from protocol.envelopes import Body
from protocol.errors import Code, Refused
from protocol.ids import AccountId, ActivityId, ClassroomId, PostId, SessionId, StreamId
from server.core.activities.registry import KINDS, kind_of
from server.core.fact import Decided
from server.core.moment import millis
from server.core.state import Actor, Answers, Classroom, OpenSession, Response, StoredActivity, Student

E = TypeVar("E", bound=msgspec.Struct)

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MILLISECOND = timedelta(milliseconds=1)
CLASSROOM = ClassroomId("c" * 16)
SESSION = SessionId("s" * 16)
ACTIVITY = ActivityId("a" * 16)
POST = PostId("p" * 16)
FILE = "f" * 16

# The smallest config of each kind that may be published.
COMPLETE: dict[str, Body] = {
    "check_in": {},
    "exercise": {"questions": [{"type": "true_false", "text": "2 > 1", "key": True}]},
    "survey": {"questions": [{"type": "rating", "text": "How was it?"}]},
    "discussion": {},
    "announcement": {"text": "No class on Friday."},
    "lesson_plan": {"markdown": "# Primes"},
}
# An answer to it, where the kind takes answers.
ANSWERS: dict[str, Body] = {"check_in": {}, "exercise": {"answers": [True]}, "survey": {"answers": [4]}}


def account(number: int) -> AccountId:
    return AccountId(f"student{number:09d}")


def an_actor(role: Role | None = "teacher", number: int = 99) -> Actor:
    return Actor(account=account(number), name="Lin", role=role)


def a_student(number: int) -> Student:
    return Student(account=account(number), name=f"Student {number}")


def a_classroom(*, in_session: bool = True) -> Classroom:
    session = OpenSession(id=SESSION, number=3, started_at=NOW - 60 * SECOND)
    return Classroom(
        id=CLASSROOM,
        name="Algebra",
        code="ABC234",
        is_code_open=True,
        n_members=3,
        n_sessions=3,
        session=session if in_session else None,
    )


def a_draft(kind: str = "exercise", config: Body | None = None, title: str = "Title") -> StoredActivity:
    return StoredActivity(
        id=ACTIVITY,
        classroom=CLASSROOM,
        session=None,
        kind=kind,
        title=title,
        config=kind_of(kind).check_draft(COMPLETE[kind] if config is None else config),
        state={},
        phase="draft",
        updated_at=NOW,
        published_at=None,
        deadline_at=None,
        closed_at=None,
        n_posts=0,
        tally=None,
    )


def an_activity(kind: str = "exercise", config: Body | None = None, phase: Phase = "published") -> StoredActivity:
    """In any phase; published NOW. A closed one has the tally of no answers at all."""
    draft = a_draft(kind, config)
    if phase == "draft":
        return draft
    found = kind_of(kind)
    published = replace(
        draft,
        phase="published",
        session=SESSION,
        published_at=NOW,
        state=found.begin(draft.config),
        deadline_at=found.deadline(draft.config, NOW),
    )
    if phase != "closed":
        return replace(published, phase=phase)
    closed = replace(published, phase="closed", closed_at=NOW + 600 * SECOND)
    return replace(closed, tally=found.count(closed, Answers()) if found.count else None)


def a_response(
    activity: StoredActivity, number: int, value: Body | None = None, *, after_s: float = 10, saved: bool = False
) -> Response:
    """A submitted one, or only saved, `after_s` after publishing. `value` is as a client sends it."""
    accept = KINDS[activity.kind].accept
    assert accept is not None, "this kind takes answers"
    at = NOW + after_s * SECOND
    return Response(
        activity=activity.id,
        account=account(number),
        phase="saved" if saved else "submitted",
        value=accept(activity, ANSWERS[activity.kind] if value is None else value),
        saved_at=at,
        submitted_at=None if saved else at,
        is_auto=False,
        correction=None,
        rev=1,
    )


def a_post(number: int = 1, author: int = 1, **changes: object) -> Post:
    post = Post(
        id=POST,
        number=number,
        author=account(author),
        author_name=f"Student {author}",
        is_staff=False,
        at=millis(NOW),
        text="Hello",
    )
    return msgspec.structs.replace(post, **changes)


def the_event(decided: Decided, expected: type[E]) -> E:
    """The only event, which is of this type."""
    [event] = decided.events
    assert event.stream == StreamId(CLASSROOM)
    assert isinstance(event.body, expected)
    return event.body


@contextmanager
def refuses(code: Code, **data: str) -> Iterator[None]:
    """`with refuses(Code.BAD_FIELD, field="questions.0"):` what is inside must be refused exactly so."""
    with pytest.raises(Refused) as raised:
        yield
    assert (raised.value.code, raised.value.data) == (code, data or None)
