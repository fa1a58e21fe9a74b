"""What each audience is told of an event and finds in a snapshot (I9). Random lives are in test_view_secrets.py."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from protocol.account import AccountRenamed, Membership, MembershipBegun, MembershipChanged, MembershipEnded
from protocol.activity import (
    Activity,
    ActivityChanged,
    ActivityClosed,
    ActivityDiscarded,
    ActivityDrafted,
    ActivityExtended,
    ActivityPublished,
    Draft,
    PostAdded,
    PostRemoved,
    ResponseCorrected,
)
from protocol.classroom import (
    ClassroomLinked,
    ClassroomRenamed,
    ClassroomState,
    CodeChanged,
    LinkedRun,
    Member,
    MemberChanged,
    MemberJoined,
    MemberLeft,
    MemberShown,
    Session,
    SessionEnded,
    SessionStarted,
)
from protocol.courses import CourseId, RunId
from protocol.envelopes import Audience
from protocol.ids import AccountId
from protocol.inbox import InboxAdded, InboxAllRead, InboxItem, InboxRead, ItemId
from protocol.registry import EVENTS
from protocol.rest import StaffResponse
from server.core.activities.registry import kind_of
from server.core.closing import tally
from server.core.moment import millis
from server.core.state import Answers, StoredActivity
from server.core.view import (
    OF_ACCOUNTS,
    OF_CLASSROOMS,
    audiences,
    is_in_record,
    view_classroom,
    view_event,
    view_mine_at_close,
    view_responses,
)
from tests.core.making import (
    ACTIVITY,
    CLASSROOM,
    NOW,
    POST,
    SECOND,
    SESSION,
    a_classroom,
    a_post,
    a_response,
    a_student,
    account,
    an_activity,
)

AT = millis(NOW)
MEMBER = Member(account=account(1), name="Student 1", role="student", joined_at=AT)
EXERCISE = an_activity("exercise")
HIDDEN = kind_of("exercise").view(EXERCISE.config, "published", "student")
CHECK_IN = an_activity("check_in", phase="closed")
WHOLE = {**(CHECK_IN.tally or {})}
COUNTS = {**WHOLE, "lists": None}

Views = tuple[msgspec.Struct | None, msgspec.Struct | None, msgspec.Struct | None]


def published(found: StoredActivity) -> Activity:
    return Activity(
        id=found.id,
        kind=found.kind,
        title=found.title,
        config=found.config,
        phase=found.phase,
        state=found.state,
        published_at=AT,
    )


def to_all(event: msgspec.Struct) -> tuple[msgspec.Struct, Views]:
    return event, (event, event, event)


def to_staff(event: msgspec.Struct) -> tuple[msgspec.Struct, Views]:
    return event, (event, None, None)


LINKED = LinkedRun(run=RunId("R" * 16), number=2, course=CourseId("C" * 16), title="线性代数")
CODE = CodeChanged(code="ABC234", is_code_open=True)
NO_CODE = CodeChanged(code=None, is_code_open=True)
CLOSED_CODE = CodeChanged(code="ABC234", is_code_open=False)
JOINED, SOMEBODY_JOINED = MemberJoined(member=MEMBER, n_members=4), MemberJoined(member=None, n_members=4)
LEFT, SOMEBODY_LEFT = (MemberLeft(account=each, how="kicked", n_members=2) for each in (account(1), None))
PROMOTED = MemberChanged(member=MEMBER, role_before="assistant", n_members=4)
SOMEBODY_PROMOTED = MemberChanged(member=None, role_before=None, n_members=4)
PUBLISHED = ActivityPublished(activity=published(EXERCISE))
PUBLISHED_HIDDEN = ActivityPublished(activity=msgspec.structs.replace(published(EXERCISE), config=HIDDEN))
CLOSED = ActivityClosed(activity=ACTIVITY, kind="check_in", state={"v": 1}, closed_at=AT, tally=WHOLE, config={"v": 1})
CORRECTED = ResponseCorrected(
    activity=ACTIVITY,
    kind="check_in",
    state={"v": 1},
    account=account(1),
    correction={"v": 1, "status": "late"},
    reason="Seen",
    by=account(99),
    tally=WHOLE,
)
CORRECTED_COUNTS = msgspec.structs.replace(CORRECTED, account=None, correction=None, reason="", by=None, tally=COUNTS)


@pytest.mark.parametrize(
    ("event", "views"),
    [
        to_all(ClassroomRenamed(name="Algebra")),
        to_all(ClassroomLinked(linked=LINKED)),
        (CODE, (CODE, NO_CODE, CODE)),
        (CLOSED_CODE, (msgspec.structs.replace(CLOSED_CODE, code=None),) * 3),
        (JOINED, (JOINED, SOMEBODY_JOINED, SOMEBODY_JOINED)),
        (PROMOTED, (PROMOTED, SOMEBODY_PROMOTED, SOMEBODY_PROMOTED)),
        to_staff(MemberChanged(member=MEMBER, role_before=MEMBER.role, n_members=4)),
        (LEFT, (LEFT, SOMEBODY_LEFT, SOMEBODY_LEFT)),
        to_all(MemberShown(account=account(1), name="已注销用户", has_posts=True)),
        to_staff(MemberShown(account=account(1), name="已注销用户", has_posts=False)),
        to_all(SessionStarted(session=Session(id=SESSION, number=3, started_at=AT))),
        to_all(SessionEnded(session=SESSION)),
        to_staff(ActivityDrafted(draft=Draft(id=ACTIVITY, kind="survey", title="", config={}, updated_at=AT))),
        to_staff(ActivityDiscarded(activity=ACTIVITY)),
        (PUBLISHED, (PUBLISHED, PUBLISHED_HIDDEN, PUBLISHED_HIDDEN)),
        to_all(ActivityExtended(activity=ACTIVITY, deadline_at=AT)),
        to_all(ActivityChanged(activity=ACTIVITY, kind="lesson_plan", verb="send", phase="sent", state={"v": 1})),
        (
            CLOSED,
            (
                CLOSED,
                msgspec.structs.replace(CLOSED, tally=None),
                msgspec.structs.replace(CLOSED, tally=COUNTS),
            ),
        ),
        to_all(PostAdded(activity=ACTIVITY, post=a_post())),
        to_all(PostRemoved(activity=ACTIVITY, post=POST, removed_by="staff")),
        (CORRECTED, (CORRECTED, None, CORRECTED_COUNTS)),
        to_staff(msgspec.structs.replace(CORRECTED, tally=None)),
    ],
    ids=lambda each: type(each).__name__,
)
def test_each_audience_is_told_what_it_may_see(event: msgspec.Struct, views: Views) -> None:
    assert audiences(event) == ("staff", "student", "screen")
    assert tuple(view_event(event, audience) for audience in audiences(event)) == views
    assert view_event(event, "self") is None


@pytest.mark.parametrize(
    "event",
    [
        AccountRenamed(name="Lin"),
        MembershipBegun(membership=Membership(classroom=CLASSROOM, role="student")),
        MembershipChanged(membership=Membership(classroom=CLASSROOM, role="teacher")),
        MembershipEnded(classroom=CLASSROOM, how="left"),
        InboxAdded(
            item=InboxItem(id=ItemId("I" * 16), kind="reply", title="标题", text="", source=None, at=AT, is_read=False)
        ),
        InboxRead(items=[ItemId("I" * 16)], unread={}),
        InboxAllRead(kind=None, unread={}),
    ],
    ids=lambda each: type(each).__name__,
)
def test_an_accounts_events_are_its_own(event: msgspec.Struct) -> None:
    assert audiences(event) == ("self",)
    assert view_event(event, "self") == event
    shared: tuple[Audience, ...] = ("staff", "student", "screen")
    assert [view_event(event, audience) for audience in shared] == [None] * 3


def test_every_event_that_travels_has_a_view() -> None:
    assert {*OF_ACCOUNTS, *OF_CLASSROOMS} == set(EVENTS.values())


def test_an_event_without_a_view_is_seen_by_nobody() -> None:
    assert view_event(Draft(id=ACTIVITY, kind="x", title="", config={}, updated_at=AT), "staff") is None


def snapshot(audience: Audience, *, in_session: bool = True) -> ClassroomState:
    drafted = replace(an_activity("survey", phase="draft"), updated_at=NOW)
    return view_classroom(
        a_classroom(in_session=in_session),
        members=[MEMBER],
        activities=[EXERCISE, CHECK_IN] if in_session else [],
        posts={EXERCISE.id: [a_post()]},
        drafts=[drafted],
        linked=LINKED,
        audience=audience,
    )


def test_staff_find_everything_in_their_snapshot() -> None:
    seen = snapshot("staff")
    assert (seen.id, seen.name, seen.code, seen.is_code_open, seen.n_members) == (
        CLASSROOM,
        "Algebra",
        "ABC234",
        True,
        3,
    )
    assert (seen.members, seen.linked) == ([MEMBER], LINKED)
    assert seen.session == Session(id=SESSION, number=3, started_at=millis(NOW - 60 * SECOND))
    assert [each.kind for each in seen.drafts] == ["survey"]
    assert [(each.kind, each.config, each.tally) for each in seen.activities] == [
        ("exercise", EXERCISE.config, None),
        ("check_in", CHECK_IN.config, WHOLE),
    ]
    assert seen.activities[0].posts == [a_post()]


@pytest.mark.parametrize(("audience", "code", "final"), [("student", None, None), ("screen", "ABC234", COUNTS)])
def test_students_and_the_screen_find_neither_members_nor_drafts_nor_keys(
    audience: Audience, code: str | None, final: object
) -> None:
    seen = snapshot(audience)
    assert (seen.code, seen.members, seen.drafts, seen.n_members) == (code, [], [], 3)
    assert [(each.config, each.tally) for each in seen.activities] == [(HIDDEN, None), (CHECK_IN.config, final)]


def test_out_of_session_there_is_none() -> None:
    assert snapshot("student", in_session=False).session is None


def test_the_close_changes_mine_of_those_handed_in_and_of_the_absent() -> None:
    exercise = replace(an_activity("exercise", phase="closed"))
    typed = msgspec.structs.replace(a_response(exercise, 1), is_auto=True)
    answers = Answers(responses=[typed, a_response(exercise, 2)], students=[a_student(1), a_student(2), a_student(3)])
    seen = view_mine_at_close(exercise, answers)
    assert [(who, mine.is_auto) for who, mine in seen.items()] == [(account(1), True)]
    check_in = an_activity("check_in", phase="closed")
    signed = Answers(responses=[a_response(check_in, 2)], students=[a_student(1), a_student(2)])
    check_in = replace(check_in, tally=tally(replace(check_in, tally=None), signed))
    absent = view_mine_at_close(check_in, signed)
    assert [(who, mine.phase, mine.result) for who, mine in absent.items()] == [
        (account(1), "none", {"v": 1, "status": "absent"})
    ]


def test_staff_read_everybodys_answers_and_those_of_who_left() -> None:
    answers = Answers(responses=[a_response(EXERCISE, 9)], students=[a_student(1)])
    silent, gone = view_responses(EXERCISE, answers)
    assert silent == StaffResponse(
        account=account(1), name="Student 1", phase="none", value=None, submitted_at=None, is_auto=False, result=None
    )
    assert (gone.account, gone.name, gone.value, gone.submitted_at) == (
        AccountId(account(9)),
        "",
        {"v": 1, "answers": [True]},
        AT + 10_000,
    )


@pytest.mark.parametrize("kind", ["check_in", "exercise", "survey", "discussion", "announcement"])
def test_the_record_shows_all_but_a_plan_that_was_not_sent(kind: str) -> None:
    assert is_in_record(an_activity(kind), "student")
