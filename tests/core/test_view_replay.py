"""Whoever folds the events sees what a fresh snapshot shows: for each audience, for random walks of commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.activity import (
    ActOnActivity,
    AddPost,
    CorrectResponse,
    DraftActivity,
    ExtendActivity,
)
from protocol.client.fold import State, fold
from protocol.envelopes import Audience, Body
from protocol.errors import Refused
from protocol.ids import ActivityId, PostId
from protocol.limits import POSTS_IN_SNAPSHOT
from server.core import activity, closing, post, response, session
from server.core.activities.registry import KINDS
from server.core.fact import Decided
from server.core.state import StoredActivity
from server.core.view import view_event
from tests.core.book import Book
from tests.core.making import ANSWERS, COMPLETE, NOW, SECOND, account, an_activity, an_actor

Step = tuple[str, int]
AUDIENCES: tuple[Audience, ...] = ("staff", "student", "screen")
CORRECTIONS: Mapping[str, Body] = {"check_in": {"status": "excused"}, "exercise": {"points": {"0": 0.5}}}


def config_of(kind: str) -> Body:
    return {**COMPLETE[kind], "time_limit_s": 60} if KINDS[kind].may_be_timed else COMPLETE[kind]


def drafting(book: Book, found: StoredActivity, n: int) -> Decided:
    kind = sorted(COMPLETE)[n % len(COMPLETE)]
    drawn = ActivityId(f"activity{book.seq:08}")
    command = DraftActivity(kind=kind, title="Title", config=config_of(kind))
    return activity.draft(book.classroom, None, command, now=at(book), drawn=drawn, n_drafts=0)


def redrafting(book: Book, found: StoredActivity, n: int) -> Decided:
    command = DraftActivity(kind=found.kind, title=f"Title {n}", config=config_of(found.kind), activity=found.id)
    return activity.draft(book.classroom, found, command, now=at(book), drawn=found.id, n_drafts=0)


def publishing(book: Book, found: StoredActivity, n: int) -> Decided:
    return activity.publish(book.classroom, found, now=at(book), n_published=0, files={})


def extending(book: Book, found: StoredActivity, n: int) -> Decided:
    command = ExtendActivity(activity=found.id, extra_s=60)
    return activity.extend(book.classroom, found, command, now=found.published_at or NOW)


def closing_it(book: Book, found: StoredActivity, n: int) -> Decided:
    return closing.close(book.classroom, found, now=at(book), answers=book.answers_to(found))


def acting(book: Book, found: StoredActivity, n: int) -> Decided:
    verbs = sorted(KINDS[found.kind].verbs) or ["send"]
    command = ActOnActivity(activity=found.id, verb=verbs[n % len(verbs)])
    return activity.act(book.classroom, found, command, now=at(book))


def posting(book: Book, found: StoredActivity, n: int) -> Decided:
    posts = book.posts.get(found.id, [])
    replied = posts[n % len(posts)] if posts and n % 2 else None
    command = AddPost(activity=found.id, text=f"Post {n}", reply_to=None if replied is None else replied.id)
    drawn = PostId(f"post{book.seq:012}")
    actor = an_actor("student", 8)
    return post.add(book.classroom, found, command, actor=actor, now=at(book), drawn=drawn, replied=replied)


def removing(book: Book, found: StoredActivity, n: int) -> Decided:
    posts = book.posts.get(found.id, [])
    return post.remove(book.classroom, found, posts[n % len(posts)] if posts else None, actor=an_actor())


def correcting(book: Book, found: StoredActivity, n: int) -> Decided:
    correction = CORRECTIONS.get(found.kind, {})
    command = CorrectResponse(activity=found.id, account=account(1), correction=correction, reason="Seen")
    answers = book.answers_to(found)
    return response.correct(book.classroom, found, command, actor=an_actor(), now=at(book), answers=answers)


def answering(book: Book, found: StoredActivity, n: int) -> Decided:
    book.answer(n % 3 + 1, found, ANSWERS.get(found.kind, {}))
    return Decided()


def ending(book: Book, found: StoredActivity, n: int) -> Decided:
    running = [each for each in book.activities.values() if closing.closes_with_session(each)]
    return session.end(book.classroom, [(each, book.answers_to(each)) for each in running], now=at(book))


STEPS: Mapping[str, Callable[[Book, StoredActivity, int], Decided]] = {
    "draft": drafting,
    "redraft": redrafting,
    "publish": publishing,
    "extend": extending,
    "close": closing_it,
    "act": acting,
    "post": posting,
    "remove": removing,
    "correct": correcting,
    "answer": answering,
    "end": ending,
}
WALKS = st.lists(st.tuples(st.sampled_from(sorted(set(STEPS) - {"end"})), st.integers(0, 30)), min_size=10, max_size=40)


def at(book: Book) -> datetime:
    return NOW + book.seq * SECOND


class Watching:
    """A client of each audience, from the first snapshot on."""

    def __init__(self) -> None:
        self.book = Book()
        self.states: dict[Audience, State] = {audience: self.book.snapshot(audience) for audience in AUDIENCES}

    def step(self, name: str, n: int) -> None:
        """What is refused changes nothing."""
        found = list(self.book.activities.values())
        if not found and name not in ("draft", "end"):
            return
        try:
            decided = STEPS[name](self.book, found[n % len(found)] if found else an_activity(), n)
        except Refused:
            decided = Decided()
        self.take(decided)

    def take(self, decided: Decided) -> None:
        for fact in self.book.write(decided):
            for audience in AUDIENCES:
                seen = view_event(fact.body, audience)
                self.states[audience] = self.states[audience] if seen is None else fold(self.states[audience], seen)
        assert self.states == {audience: self.book.snapshot(audience) for audience in AUDIENCES}


@settings(max_examples=40, deadline=None)
@given(WALKS)
def test_the_folded_events_are_the_snapshot(walk: list[Step]) -> None:
    watching = Watching()
    for n in range(len(COMPLETE)):
        watching.step("draft", n)
        watching.step("publish", n)
    watching.step("draft", 1)
    for name, n in walk:
        watching.step(name, n)
    watching.step("end", 0)
    assert watching.book.classroom.session is None


def test_a_long_discussion_folds_to_its_last_hundred_posts() -> None:
    watching = Watching()
    watching.step("draft", sorted(COMPLETE).index("discussion"))
    watching.step("publish", 0)
    for n in range(POSTS_IN_SNAPSHOT + 2):
        watching.step("post", 2 * n)
    watching.step("remove", 1)
    watching.step("remove", 5)
    [discussion] = watching.book.snapshot("student").activities
    assert (discussion.n_posts, len(discussion.posts)) == (POSTS_IN_SNAPSHOT + 2, POSTS_IN_SNAPSHOT)
