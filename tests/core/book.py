"""A book of one classroom, in memory: rows that follow events as the store's do. For walks through the pure rules.

The students are 1, 2 and 3. Student 8 writes posts; the teacher is 99.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import msgspec

from protocol.activity import (
    ActivityChanged,
    ActivityClosed,
    ActivityDiscarded,
    ActivityDrafted,
    ActivityExtended,
    ActivityPublished,
    Draft,
    Post,
    PostAdded,
    PostRemoved,
    ResponseCorrected,
)
from protocol.classroom import ClassroomState, LinkedRun, Member, SessionEnded
from protocol.envelopes import Audience, Body
from protocol.ids import AccountId, ActivityId, Seq
from protocol.limits import POSTS_IN_SNAPSHOT
from server.core import closing, response
from server.core.fact import Decided, Fact
from server.core.moment import instant, millis
from server.core.state import Answers, Classroom, Response, StoredActivity, Student
from server.core.view import view_classroom
from tests.core.making import CLASSROOM, NOW, a_classroom, a_student, account

STUDENTS: tuple[Student, ...] = tuple(a_student(number) for number in (1, 2, 3))
MEMBERS = [Member(account=each.account, name=each.name, role="student", joined_at=millis(NOW)) for each in STUDENTS]


@dataclass(slots=True)
class Book:
    classroom: Classroom = field(default_factory=a_classroom)
    activities: dict[ActivityId, StoredActivity] = field(default_factory=dict)
    posts: dict[ActivityId, list[Post]] = field(default_factory=dict)
    responses: dict[tuple[ActivityId, AccountId], Response] = field(default_factory=dict)
    said: dict[ActivityId, list[Body]] = field(default_factory=dict)
    linked: LinkedRun | None = None
    seq: int = 0

    def write(self, decided: Decided) -> list[Fact]:
        """The rows after these events, and the events as facts."""
        facts = []
        for event in decided.events:
            self.seq += 1
            assert event.stream == str(CLASSROOM)
            facts.append(Fact(stream=event.stream, seq=Seq(self.seq), at=NOW, actor=account(99), body=event.body))
            self._follow(event.body)
        return facts

    def answer(self, number: int, activity: StoredActivity, value: Body) -> Response:
        """A student's first and last answer."""
        stored = response.submit(activity, value, now=NOW, before=self.responses.get((activity.id, account(number))))
        is_anonymous = response.is_anonymous(activity)
        if is_anonymous:
            self.said.setdefault(activity.id, []).append(stored)
        made = Response(
            activity=activity.id,
            account=account(number),
            phase="submitted",
            value=None if is_anonymous else stored,
            saved_at=NOW,
            submitted_at=NOW,
            is_auto=False,
            correction=None,
            rev=1,
        )
        self.responses[activity.id, account(number)] = made
        return made

    def answers_to(self, activity: StoredActivity) -> Answers:
        responses = [each for each in self.responses.values() if each.activity == activity.id]
        return Answers(responses=responses, values=self.said.get(activity.id, ()), students=STUDENTS)

    def snapshot(self, audience: Audience) -> ClassroomState:
        rows = sorted(self.activities.values(), key=lambda each: each.published_at or each.updated_at)
        return view_classroom(
            self.classroom,
            members=[
                Member(account=each.account, name=each.name, role="student", joined_at=millis(NOW)) for each in STUDENTS
            ],
            activities=[each for each in rows if each.phase != "draft"] if self.classroom.session else [],
            posts={activity: posts[-POSTS_IN_SNAPSHOT:] for activity, posts in self.posts.items()},
            drafts=[each for each in rows if each.phase == "draft"],
            linked=self.linked,
            audience=audience,
        )

    def _follow(self, body: msgspec.Struct) -> None:
        match body:
            case ActivityDrafted():
                self._put(drafted(body.draft))
            case ActivityDiscarded():
                del self.activities[body.activity]
            case ActivityPublished():
                self._publish(body)
            case ActivityExtended():
                self._put(replace(self.activities[body.activity], deadline_at=instant(body.deadline_at)))
            case ActivityChanged():
                self._put(replace(self.activities[body.activity], phase=body.phase, state=body.state))
            case ActivityClosed():
                self._close(body)
            case PostAdded() | PostRemoved():
                self._post(body)
            case ResponseCorrected():
                self._correct(body)
            case SessionEnded():
                self.classroom = replace(self.classroom, session=None)
            case _:
                raise AssertionError(f"no such event in this book: {body}")

    def _publish(self, body: ActivityPublished) -> None:
        made = body.activity
        assert self.classroom.session is not None
        self._put(
            replace(
                self.activities[made.id],
                phase="published",
                session=self.classroom.session.id,
                state=made.state,
                published_at=instant(made.published_at),
                deadline_at=None if made.deadline_at is None else instant(made.deadline_at),
            )
        )

    def _close(self, body: ActivityClosed) -> None:
        at = instant(body.closed_at)
        self._put(replace(self.activities[body.activity], phase="closed", closed_at=at, tally=body.tally))
        for key, each in self.responses.items():
            if each.activity == body.activity:
                self.responses[key] = closing.hand_in(each, at)

    def _post(self, body: PostAdded | PostRemoved) -> None:
        posts = self.posts.get(body.activity, [])
        if isinstance(body, PostAdded):
            self.posts[body.activity] = [*posts, body.post]
            self._put(replace(self.activities[body.activity], n_posts=body.post.number))
        else:
            self.posts[body.activity] = [without(each, body) for each in posts]

    def _correct(self, body: ResponseCorrected) -> None:
        assert body.account is not None
        before = self.responses.get((body.activity, body.account))
        self.responses[body.activity, body.account] = (
            msgspec.structs.replace(before, correction=body.correction, rev=before.rev + 1)
            if before is not None
            else Response(
                activity=body.activity,
                account=body.account,
                phase="none",
                value=None,
                saved_at=NOW,
                submitted_at=None,
                is_auto=False,
                correction=body.correction,
                rev=1,
            )
        )
        if body.tally is not None:
            self._put(replace(self.activities[body.activity], tally=body.tally))

    def _put(self, row: StoredActivity) -> None:
        self.activities[row.id] = row


def drafted(draft: Draft) -> StoredActivity:
    return StoredActivity(
        id=draft.id,
        classroom=CLASSROOM,
        session=None,
        kind=draft.kind,
        title=draft.title,
        config=draft.config,
        state={},
        phase="draft",
        updated_at=instant(draft.updated_at),
        published_at=None,
        deadline_at=None,
        closed_at=None,
        n_posts=0,
        tally=None,
    )


def without(post: Post, removed: PostRemoved) -> Post:
    if post.id != removed.post:
        return post
    return msgspec.structs.replace(post, text=None, removed_by=removed.removed_by)
