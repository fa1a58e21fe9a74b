"""What is known of a stream's grounds, and when it is known no more."""

from __future__ import annotations

from dataclasses import replace

from msgspec import structs

from protocol.account import Role
from protocol.classroom import Member
from protocol.ids import Millis, Seq, StreamId
from server.grounds import MOST_MEMBERS, MOST_STREAMS, Grounds
from server.hub.prepared import Prepared
from server.store.posts import Ground, Wish
from server.store.situations import Situation
from tests.core.making import CLASSROOM, NOW, a_classroom, account, an_activity

STREAM = StreamId(CLASSROOM)
ACTIVITY = replace(an_activity("discussion"), n_posts=3)
SITUATION = Situation(now=NOW, answered=None, role="student", name="甲", classroom=a_classroom())
WISH = Wish(account=account(1), command="c", activity=ACTIVITY.id, is_reply=False)


def known() -> Grounds:
    """One student has posted: event 7, judged at 6."""
    grounds = Grounds()
    grounds.keep(STREAM, Seq(6), Seq(7), {account(1): SITUATION}, {ACTIVITY.id: ACTIVITY})
    return grounds


def posted(seq: int) -> Prepared:
    return Prepared(seq=Seq(seq), frames={}, post=(ACTIVITY.id, 4))


def test_who_posted_is_known() -> None:
    assert known().of(STREAM, [WISH, WISH]) == [Ground(situation=SITUATION, head=Seq(7), activity=ACTIVITY)] * 2


def test_a_stranger_another_activity_and_a_reply_are_not_known() -> None:
    grounds = known()
    for wish in (
        structs.replace(WISH, account=account(2)),
        structs.replace(WISH, activity="other"),
        structs.replace(WISH, is_reply=True),
    ):
        assert grounds.of(STREAM, [WISH, wish]) is None
    assert grounds.of(StreamId("another"), [WISH]) is None


def test_others_posts_change_nothing_of_it_even_if_some_were_not_heard() -> None:
    grounds = known()
    grounds.hear(STREAM, [posted(7), posted(9)])
    found = grounds.of(STREAM, [WISH])
    assert found == [Ground(situation=SITUATION, head=Seq(7), activity=ACTIVITY)]


def test_anything_else_ends_it_unless_it_was_before() -> None:
    grounds = known()
    grounds.hear(STREAM, [Prepared(seq=Seq(7), frames={})])
    assert grounds.of(STREAM, [WISH]) is not None
    grounds.hear(STREAM, [posted(8), Prepared(seq=Seq(9), frames={})])
    assert grounds.of(STREAM, [WISH]) is None


def test_what_is_written_after_nothing_but_posts_is_known_too() -> None:
    grounds = known()
    later = replace(ACTIVITY, n_posts=9)
    grounds.keep(STREAM, Seq(7), Seq(12), {account(2): SITUATION}, {ACTIVITY.id: later})
    ground = Ground(situation=SITUATION, head=Seq(12), activity=later)
    assert grounds.of(STREAM, [WISH, structs.replace(WISH, account=account(2))]) == [ground, ground]


def test_what_is_written_after_anything_else_is_all_that_is_known_then() -> None:
    grounds = known()
    grounds.keep(STREAM, Seq(8), Seq(12), {account(2): SITUATION}, {ACTIVITY.id: ACTIVITY})
    assert grounds.of(STREAM, [WISH]) is None
    assert grounds.of(STREAM, [structs.replace(WISH, account=account(2))]) is not None
    grounds.forget(STREAM)
    assert grounds.of(STREAM, [structs.replace(WISH, account=account(2))]) is None


NEWCOMER = structs.replace(WISH, account=account(2))


def a_member(number: int, name: str, role: Role) -> Member:
    return Member(account=account(number), name=name, role=role, joined_at=Millis(0))


def test_members_are_worth_to_be_known_when_only_who_posts_is_not() -> None:
    grounds = known()
    assert [grounds.lacks_members(STREAM, [WISH, each]) for each in (WISH, NEWCOMER)] == [False, True]
    assert not grounds.lacks_members(STREAM, [structs.replace(NEWCOMER, activity="other")])
    assert not grounds.lacks_members(StreamId("another"), [NEWCOMER])


def test_the_members_of_a_very_large_classroom_are_not_read_at_once() -> None:
    for n_members, is_worth_it in ((MOST_MEMBERS, True), (MOST_MEMBERS + 1, False)):
        grounds = Grounds()
        situation = structs.replace(SITUATION, classroom=replace(a_classroom(), n_members=n_members))
        grounds.keep(STREAM, Seq(6), Seq(7), {account(1): situation}, {ACTIVITY.id: ACTIVITY})
        assert grounds.lacks_members(STREAM, [NEWCOMER]) is is_worth_it


def test_all_members_are_known_as_they_were_read_and_only_once() -> None:
    grounds = known()
    grounds.keep_members(STREAM, Seq(7), [a_member(1, "又名", "teacher"), a_member(2, "乙", "assistant")])
    newcomer = structs.replace(SITUATION, name="乙", role="assistant")
    assert grounds.of(STREAM, [WISH, NEWCOMER]) == [
        Ground(situation=each, head=Seq(7), activity=ACTIVITY) for each in (SITUATION, newcomer)
    ]
    stranger = structs.replace(WISH, account=account(3))
    assert (grounds.of(STREAM, [stranger]), grounds.lacks_members(STREAM, [stranger])) == (None, False)


def test_members_read_after_something_else_came_end_what_was_known() -> None:
    grounds = known()
    grounds.keep_members(STREAM, Seq(8), [a_member(2, "乙", "student")])
    assert grounds.of(STREAM, [WISH]) is None
    grounds.keep_members(STREAM, Seq(8), [a_member(2, "乙", "student")])
    assert grounds.of(STREAM, [NEWCOMER]) is None


def test_so_many_streams_are_known_and_no_more() -> None:
    grounds = known()
    for number in range(MOST_STREAMS):
        grounds.keep(StreamId(str(number)), Seq(1), Seq(2), {account(1): SITUATION}, {ACTIVITY.id: ACTIVITY})
    assert grounds.of(STREAM, [WISH]) is None
    assert grounds.of(StreamId("0"), [WISH]) is not None
