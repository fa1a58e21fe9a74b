"""Every event does to a state what the server does to its tables."""

from __future__ import annotations

import msgspec
import pytest

from protocol.account import (
    AccountRenamed,
    AccountState,
    Membership,
    MembershipBegun,
    MembershipChanged,
    MembershipEnded,
)
from protocol.activity import (
    Activity,
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
from protocol.client.fold import fold
from protocol.courses import CourseId, RunId
from protocol.ids import AccountId, ActivityId, ClassroomId, Millis, PostId, SessionId
from protocol.inbox import Inbox, InboxAdded, InboxAllRead, InboxItem, InboxRead, ItemId, ItemKind
from protocol.registry import EVENTS
from tests.protocol.makers import QUIZ, ROOM, a_classroom, a_quiz, an_account

LI, WANG = AccountId("L" * 16), AccountId("W" * 16)
OTHER = ClassroomId("O" * 16)
LESSON = Session(id=SessionId("S" * 16), number=3, started_at=Millis(9))
NEW_QUIZ = ActivityId("N" * 16)


def a_member(account: AccountId, name: str = "李华", joined_at: int = 1) -> Member:
    return Member(account=account, name=name, role="student", joined_at=Millis(joined_at))


def a_draft(id: ActivityId, title: str = "") -> Draft:
    return Draft(id=id, kind="survey", title=title, config={}, updated_at=Millis(2))


def a_post(number: int, text: str | None = "好", by: AccountId = LI, name: str = "李华") -> Post:
    return Post(
        id=PostId(f"P{number:015}"),
        number=number,
        author=by,
        author_name=name,
        is_staff=False,
        at=Millis(3),
        text=text,
        removed_by=None if text else "staff",
    )


def an_item(number: int, kind: ItemKind = "reply", *, is_read: bool = False) -> InboxItem:
    return InboxItem(
        id=ItemId(f"I{number:015}"), kind=kind, title="标题", text="", source=None, at=Millis(number), is_read=is_read
    )


def an_account_with(unread: dict[str, int], items: list[InboxItem]) -> AccountState:
    return msgspec.structs.replace(an_account(), inbox=Inbox(unread=unread, items=items))


def begun(room: str, role: str = "student") -> Membership:
    return msgspec.convert({"classroom": room, "role": role}, Membership)


ACCOUNT_CASES: dict[str, tuple[AccountState, msgspec.Struct, AccountState]] = {
    "a new name": (
        an_account(),
        AccountRenamed(name="小红"),
        msgspec.structs.replace(an_account(), name="小红"),
    ),
    "a first classroom": (an_account(), MembershipBegun(membership=begun(ROOM)), an_account(ROOM)),
    "a classroom joined again comes last": (
        an_account(ROOM, OTHER),
        MembershipBegun(membership=begun(ROOM)),
        an_account(OTHER, ROOM),
    ),
    "a new role": (
        an_account(ROOM, OTHER),
        MembershipChanged(membership=begun(ROOM, "assistant")),
        msgspec.structs.replace(an_account(), memberships=[begun(ROOM, "assistant"), begun(OTHER)]),
    ),
    "a first item": (
        an_account(),
        InboxAdded(item=an_item(1)),
        an_account_with({"reply": 1}, [an_item(1)]),
    ),
    "a twenty-first item pushes the oldest out, not its count": (
        an_account_with({"reply": 20}, [an_item(n) for n in range(20, 0, -1)]),
        InboxAdded(item=an_item(21, "comment")),
        an_account_with({"reply": 20, "comment": 1}, [an_item(21, "comment"), *(an_item(n) for n in range(20, 1, -1))]),
    ),
    "some items read, one of them long gone from the list": (
        an_account_with({"reply": 4}, [an_item(3), an_item(2)]),
        InboxRead(items=[an_item(2).id, an_item(1).id], unread={"reply": 2}),
        an_account_with({"reply": 2}, [an_item(3), an_item(2, is_read=True)]),
    ),
    "all of a kind read": (
        an_account_with({"reply": 1, "comment": 1}, [an_item(2, "comment"), an_item(1)]),
        InboxAllRead(kind="comment", unread={"reply": 1}),
        an_account_with({"reply": 1}, [an_item(2, "comment", is_read=True), an_item(1)]),
    ),
    "all read": (
        an_account_with({"reply": 1, "comment": 1}, [an_item(2, "comment"), an_item(1)]),
        InboxAllRead(kind=None, unread={}),
        an_account_with({}, [an_item(2, "comment", is_read=True), an_item(1, is_read=True)]),
    ),
    "an end": (an_account(ROOM, OTHER), MembershipEnded(classroom=ROOM, how="kicked"), an_account(OTHER)),
}

LINKED = LinkedRun(run=RunId("R" * 16), number=2, course=CourseId("C" * 16), title="线性代数")

CLASSROOM_CASES: dict[str, tuple[ClassroomState, msgspec.Struct, ClassroomState]] = {
    "a new name": (a_classroom(), ClassroomRenamed(name="代数"), a_classroom(name="代数")),
    "linked to a run": (a_classroom(), ClassroomLinked(linked=LINKED), a_classroom(linked=LINKED)),
    "linked no more": (a_classroom(linked=LINKED), ClassroomLinked(linked=None), a_classroom()),
    "the code closed": (
        a_classroom(code="ABCDEF"),
        CodeChanged(code=None, is_code_open=False),
        a_classroom(is_code_open=False),
    ),
    "somebody joins, as staff sees it": (
        a_classroom(members=[a_member(LI)]),
        MemberJoined(member=a_member(WANG), n_members=2),
        a_classroom(members=[a_member(LI), a_member(WANG)], n_members=2),
    ),
    "somebody joins again": (
        a_classroom(members=[a_member(LI), a_member(WANG)], n_members=2),
        MemberJoined(member=a_member(LI, joined_at=7), n_members=2),
        a_classroom(members=[a_member(WANG), a_member(LI, joined_at=7)], n_members=2),
    ),
    "somebody joins, as a student sees it": (
        a_classroom(),
        MemberJoined(member=None, n_members=2),
        a_classroom(n_members=2),
    ),
    "somebody changes": (
        a_classroom(members=[a_member(LI), a_member(WANG)]),
        MemberChanged(member=a_member(LI, "李明"), role_before="student", n_members=1),
        a_classroom(members=[a_member(LI, "李明"), a_member(WANG)]),
    ),
    "a student becomes an assistant, as a student sees it": (
        a_classroom(n_members=2),
        MemberChanged(member=None, role_before=None, n_members=1),
        a_classroom(),
    ),
    "somebody leaves, as staff sees it": (
        a_classroom(members=[a_member(LI), a_member(WANG)], n_members=2),
        MemberLeft(account=LI, how="left", n_members=1),
        a_classroom(members=[a_member(WANG)]),
    ),
    "somebody leaves, as a student sees it": (
        a_classroom(n_members=2),
        MemberLeft(account=None, how="kicked", n_members=1),
        a_classroom(),
    ),
    "somebody is named no more": (
        a_classroom(members=[a_member(LI), a_member(WANG)], activities=[a_quiz(posts=[a_post(1), a_post(2, by=WANG)])]),
        MemberShown(account=LI, name="已注销用户", has_posts=True),
        a_classroom(
            members=[a_member(LI, "已注销用户"), a_member(WANG)],
            activities=[a_quiz(posts=[a_post(1, name="已注销用户"), a_post(2, by=WANG)])],
        ),
    ),
    "a session starts": (a_classroom(), SessionStarted(session=LESSON), a_classroom(session=LESSON)),
    "a session ends": (
        a_classroom(session=LESSON, activities=[a_quiz()], drafts=[a_draft(NEW_QUIZ)]),
        SessionEnded(session=LESSON.id),
        a_classroom(drafts=[a_draft(NEW_QUIZ)]),
    ),
    "a draft is made": (
        a_classroom(drafts=[a_draft(QUIZ)]),
        ActivityDrafted(draft=a_draft(NEW_QUIZ)),
        a_classroom(drafts=[a_draft(QUIZ), a_draft(NEW_QUIZ)]),
    ),
    "a draft that is changed comes last": (
        a_classroom(drafts=[a_draft(QUIZ), a_draft(NEW_QUIZ)]),
        ActivityDrafted(draft=a_draft(QUIZ, "改")),
        a_classroom(drafts=[a_draft(NEW_QUIZ), a_draft(QUIZ, "改")]),
    ),
    "a draft is thrown away": (
        a_classroom(drafts=[a_draft(QUIZ), a_draft(NEW_QUIZ)]),
        ActivityDiscarded(activity=QUIZ),
        a_classroom(drafts=[a_draft(NEW_QUIZ)]),
    ),
    "a draft is published": (
        a_classroom(drafts=[a_draft(NEW_QUIZ)], activities=[a_quiz()]),
        ActivityPublished(activity=a_quiz(id=NEW_QUIZ)),
        a_classroom(activities=[a_quiz(), a_quiz(id=NEW_QUIZ)]),
    ),
}

ACTIVITY_CASES: dict[str, tuple[Activity, msgspec.Struct, Activity]] = {
    "more time": (
        a_quiz(deadline_at=10),
        ActivityExtended(activity=QUIZ, deadline_at=Millis(20)),
        a_quiz(deadline_at=20),
    ),
    "a verb": (
        a_quiz(),
        ActivityChanged(activity=QUIZ, kind="exercise", verb="send", phase="sent", state={"x": 1}),
        a_quiz(phase="sent", state={"x": 1}),
    ),
    "a verb that hides the tally": (
        a_quiz(phase="closed", closed_at=9, tally={"n": 1}),
        ActivityChanged(activity=QUIZ, kind="exercise", verb="hide", phase="closed", state={"x": 1}, tally=None),
        a_quiz(phase="closed", closed_at=9, state={"x": 1}),
    ),
    "the close": (
        a_quiz(),
        ActivityClosed(
            activity=QUIZ, kind="exercise", state={"x": 1}, closed_at=Millis(9), tally={"n": 1}, config={"key": 2}
        ),
        a_quiz(phase="closed", closed_at=9, tally={"n": 1}, config={"key": 2}, state={"x": 1}),
    ),
    "a post": (
        a_quiz(posts=[a_post(1)], n_posts=1),
        PostAdded(activity=QUIZ, post=a_post(2)),
        a_quiz(posts=[a_post(1), a_post(2)], n_posts=2),
    ),
    "the hundred and first post": (
        a_quiz(posts=[a_post(number) for number in range(1, 101)], n_posts=100),
        PostAdded(activity=QUIZ, post=a_post(101)),
        a_quiz(posts=[a_post(number) for number in range(2, 102)], n_posts=101),
    ),
    "a post removed": (
        a_quiz(posts=[a_post(1), a_post(2)], n_posts=2),
        PostRemoved(activity=QUIZ, post=a_post(1).id, removed_by="staff"),
        a_quiz(posts=[a_post(1, None), a_post(2)], n_posts=2),
    ),
    "a post removed that is not among the last hundred": (
        a_quiz(posts=[a_post(2)], n_posts=2),
        PostRemoved(activity=QUIZ, post=a_post(1).id, removed_by="staff"),
        a_quiz(posts=[a_post(2)], n_posts=2),
    ),
    "a correction while it runs": (
        a_quiz(),
        ResponseCorrected(
            activity=QUIZ, kind="exercise", state={}, account=LI, correction={}, reason="", by=WANG, tally=None
        ),
        a_quiz(),
    ),
    "a correction after the close": (
        a_quiz(phase="closed", tally={"n": 1}),
        ResponseCorrected(
            activity=QUIZ, kind="exercise", state={}, account=LI, correction={}, reason="", by=WANG, tally={"n": 2}
        ),
        a_quiz(phase="closed", tally={"n": 2}),
    ),
}


@pytest.mark.parametrize("case", ACCOUNT_CASES)
def test_an_event_changes_an_account(case: str) -> None:
    before, event, after = ACCOUNT_CASES[case]
    assert fold(before, event) == after


@pytest.mark.parametrize("case", CLASSROOM_CASES)
def test_an_event_changes_a_classroom(case: str) -> None:
    before, event, after = CLASSROOM_CASES[case]
    assert fold(before, event) == after


@pytest.mark.parametrize("case", ACTIVITY_CASES)
def test_an_event_changes_one_activity_and_no_other(case: str) -> None:
    before, event, after = ACTIVITY_CASES[case]
    other = a_quiz(id=NEW_QUIZ)
    assert fold(a_classroom(activities=[other, before]), event) == a_classroom(activities=[other, after])
    assert fold(a_classroom(activities=[other]), event) == a_classroom(activities=[other])


def test_every_event_is_folded() -> None:
    cases = [*ACCOUNT_CASES.values(), *CLASSROOM_CASES.values(), *ACTIVITY_CASES.values()]
    assert {type(event) for _, event, _ in cases} == set(EVENTS.values())


def test_an_event_of_another_stream_or_a_later_version_changes_nothing() -> None:
    assert fold(an_account(ROOM), SessionStarted(session=LESSON)) == an_account(ROOM)
    assert fold(a_classroom(), Draft(id=QUIZ, kind="x", title="", config={}, updated_at=Millis(1))) == a_classroom()
