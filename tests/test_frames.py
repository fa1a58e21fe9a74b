"""Facts become frames: encoded once per audience (I8), blank for who may not see them (I9); cuts and recasts."""

from __future__ import annotations

import msgspec
import pytest

from protocol.account import AccountRenamed, AccountState, Role
from protocol.activity import ActivityDiscarded, PostRemoved
from protocol.classroom import ClassroomRenamed, Member, MemberChanged, MemberLeft
from protocol.codec import decode_server, to_body
from protocol.envelopes import Event, Gauge, Snapshot
from protocol.ids import AccountId, Seq, StreamId
from protocol.inbox import Inbox
from server.core.closing import tally
from server.core.fact import Fact
from server.core.moment import millis
from server.core.state import Answers
from server.core.view import view_mine
from server.frames import prepare, prepare_mine, prepare_snapshot, prepare_tally
from tests.core.book import Book
from tests.core.making import ACTIVITY, CLASSROOM, NOW, POST, a_response, a_student, account, an_activity

STREAM = StreamId(CLASSROOM)
AT = millis(NOW)


def a_fact(body: msgspec.Struct) -> Fact:
    return Fact(stream=STREAM, seq=Seq(7), at=NOW, actor=account(99), body=body)


def a_change(before: Role, after: Role) -> MemberChanged:
    member = Member(account=account(1), name="Lin", role=after, joined_at=AT)
    return MemberChanged(member=member, role_before=before, n_members=3)


def test_audiences_that_see_the_same_share_the_bytes() -> None:
    prepared = prepare(a_fact(ClassroomRenamed(name="Algebra")))
    expected = Event(stream=STREAM, seq=Seq(7), at=AT, name="classroom.renamed", body={"name": "Algebra"})
    assert prepared.seq == 7
    assert set(prepared.frames) == {"staff", "student", "screen"}
    assert len({id(frame) for frame in prepared.frames.values()}) == 1
    assert decode_server(prepared.frames["student"]) == [expected]
    assert (prepared.lost, prepared.recast, prepared.forgets) == ((), (), False)


def test_an_audience_that_may_not_see_an_event_gets_a_blank_that_counts() -> None:
    prepared = prepare(a_fact(ActivityDiscarded(activity=ACTIVITY)))
    blank = Event(stream=STREAM, seq=Seq(7), at=AT)
    assert decode_server(prepared.frames["student"]) == [blank]
    assert decode_server(prepared.frames["screen"]) == [blank]
    assert decode_server(prepared.frames["staff"]) == [
        Event(stream=STREAM, seq=Seq(7), at=AT, name="activity.discarded", body={"activity": ACTIVITY})
    ]


def test_an_accounts_event_is_for_itself_alone() -> None:
    assert set(prepare(a_fact(AccountRenamed(name="Lin"))).frames) == {"self"}


def test_who_leaves_is_lost_to_the_stream() -> None:
    assert prepare(a_fact(MemberLeft(account=account(1), how="kicked", n_members=2))).lost == (account(1),)
    assert prepare(a_fact(MemberLeft(account=None, how="kicked", n_members=2))).lost == ()


@pytest.mark.parametrize(
    ("before", "after", "recast"),
    [
        ("student", "assistant", (account(1),)),
        ("teacher", "student", (account(1),)),
        ("assistant", "teacher", ()),
        ("student", "student", ()),
    ],
)
def test_who_changes_audience_is_recast(before: Role, after: Role, recast: tuple[AccountId, ...]) -> None:
    assert prepare(a_fact(a_change(before, after))).recast == recast


def test_a_removed_post_is_forgotten() -> None:
    assert prepare(a_fact(PostRemoved(activity=ACTIVITY, post=POST, removed_by="author"))).forgets


def test_a_tally_has_a_frame_for_each_audience_that_may_see_something_of_it() -> None:
    check_in = an_activity("check_in")
    counted = tally(check_in, Answers(students=[a_student(1)]))
    assert counted is not None
    gauge = prepare_tally(check_in, counted, 3)
    assert (gauge.name, gauge.key, gauge.rev, set(gauge.frames)) == ("tally", ACTIVITY, 3, {"staff", "screen"})
    assert decode_server(gauge.frames["staff"]) == [
        Gauge(stream=STREAM, name="tally", key=ACTIVITY, rev=3, value=counted)
    ]
    assert decode_server(gauge.frames["screen"]) == [
        Gauge(stream=STREAM, name="tally", key=ACTIVITY, rev=3, value={**counted, "lists": None})
    ]


def test_the_own_response_goes_to_its_account_alone() -> None:
    survey = an_activity("survey")
    mine = view_mine(survey, account(1), msgspec.structs.replace(a_response(survey, 1), rev=5))
    assert mine is not None
    gauge = prepare_mine(STREAM, ACTIVITY, 5, {account(1): mine})
    assert (gauge.frames, set(gauge.private)) == ({}, {account(1)})
    assert decode_server(gauge.private[account(1)]) == [
        Gauge(stream=STREAM, name="mine", key=ACTIVITY, rev=5, value=to_body(mine))
    ]


def test_a_snapshot_says_of_what_it_is_and_for_whom() -> None:
    state = Book().snapshot("student")
    assert decode_server(prepare_snapshot(STREAM, Seq(7), "student", state)) == [
        Snapshot(stream=STREAM, seq=Seq(7), kind="classroom", audience="student", state=to_body(state))
    ]
    own = AccountState(id=account(1), name="Lin", memberships=[], inbox=Inbox())
    assert decode_server(prepare_snapshot(StreamId(account(1)), Seq(2), "self", own)) == [
        Snapshot(stream=StreamId(account(1)), seq=Seq(2), kind="account", audience="self", state=to_body(own))
    ]
