"""Joining, leaving, kicking, roles and names: R61-R67, D9, D12."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocol.account import Membership, MembershipBegun, MembershipChanged, MembershipEnded, Role
from protocol.classroom import Member, MemberChanged, MemberJoined, MemberLeft, MemberShown, RenameMember, SetRole
from protocol.errors import Code
from protocol.ids import StreamId
from server.core import membership
from server.core.fact import Decided, New
from server.core.moment import millis
from server.core.state import Classroom
from tests.core.making import CLASSROOM, NOW, a_classroom, account, an_actor, refuses, the_event

IN_SESSION = replace(a_classroom(), code="ABC234", is_code_open=True, n_members=5)
OUT_OF_SESSION = replace(a_classroom(in_session=False), code="ABC234", is_code_open=True, n_members=5)
AT = millis(NOW)


def a_member(role: Role = "student", number: int = 1) -> Member:
    return Member(account=account(number), name="小明", role=role, joined_at=AT)


def join(room: Classroom | None, *, code: str = "ABC234", is_member: bool = False, n_classrooms: int = 0) -> Decided:
    return membership.join(room, account(1), "小明", code=code, is_member=is_member, at=AT, n_classrooms=n_classrooms)


@pytest.mark.parametrize("room", [IN_SESSION, OUT_OF_SESSION])
def test_joining_tells_the_classroom_and_the_account(room: Classroom) -> None:
    assert join(room) == Decided(
        events=(
            New(stream=StreamId(CLASSROOM), body=MemberJoined(member=a_member(), n_members=6)),
            New(
                stream=StreamId(account(1)),
                body=MembershipBegun(membership=Membership(classroom=CLASSROOM, role="student")),
            ),
        ),
        result={"classroom": CLASSROOM},
    )


def test_unknown_closed_and_meanwhile_reset_codes_are_told_alike() -> None:
    for room in (None, replace(IN_SESSION, is_code_open=False), replace(IN_SESSION, code="ZZZZZZ")):
        with refuses(Code.CODE_UNKNOWN):
            join(room)


def test_nobody_joins_twice_or_too_many() -> None:
    with refuses(Code.ALREADY_MEMBER, classroom=IN_SESSION.id):
        join(IN_SESSION, is_member=True)
    with refuses(Code.TOO_MANY_CLASSROOMS):
        join(IN_SESSION, n_classrooms=199)


@pytest.mark.parametrize(("role", "n_members"), [("student", 4), ("assistant", 5), ("teacher", 5)])
def test_leaving_out_of_session_counts_students_alone(role: Role, n_members: int) -> None:
    decided = membership.leave(OUT_OF_SESSION, a_member(role), n_teachers=2)
    assert decided.events == (
        New(stream=StreamId(CLASSROOM), body=MemberLeft(account=account(1), how="left", n_members=n_members)),
        New(stream=StreamId(account(1)), body=MembershipEnded(classroom=CLASSROOM, how="left")),
    )


@pytest.mark.parametrize("role", ["student", "assistant", "teacher"])
def test_nobody_leaves_in_session(role: Role) -> None:
    with refuses(Code.IN_SESSION):
        membership.leave(IN_SESSION, a_member(role), n_teachers=2)


@pytest.mark.parametrize("room", [IN_SESSION, OUT_OF_SESSION])
def test_kicking_always_works(room: Classroom) -> None:
    decided = membership.kick(room, an_actor(), a_member(), n_teachers=1)
    assert decided.events == (
        New(stream=StreamId(CLASSROOM), body=MemberLeft(account=account(1), how="kicked", n_members=4)),
        New(stream=StreamId(account(1)), body=MembershipEnded(classroom=CLASSROOM, how="kicked")),
    )


def test_nobody_kicks_oneself_or_who_is_not_there() -> None:
    with refuses(Code.FORBIDDEN):
        membership.kick(IN_SESSION, an_actor(number=1), a_member("teacher"), n_teachers=2)
    with refuses(Code.NOT_A_MEMBER):
        membership.kick(IN_SESSION, an_actor(), None, n_teachers=1)


def test_the_last_teacher_stays() -> None:
    with refuses(Code.LAST_TEACHER):
        membership.leave(OUT_OF_SESSION, a_member("teacher"), n_teachers=1)
    with refuses(Code.LAST_TEACHER):
        membership.kick(OUT_OF_SESSION, an_actor(), a_member("teacher"), n_teachers=1)
    with refuses(Code.LAST_TEACHER):
        membership.set_role(
            OUT_OF_SESSION, a_member("teacher"), SetRole(account=account(1), role="student"), n_teachers=1
        )


@pytest.mark.parametrize(
    ("before", "after", "n_members"),
    [
        ("student", "assistant", 4),
        ("student", "teacher", 4),
        ("assistant", "student", 6),
        ("assistant", "teacher", 5),
        ("teacher", "assistant", 5),
        ("teacher", "student", 6),
    ],
)
def test_a_role_changes_for_the_classroom_and_the_account(before: Role, after: Role, n_members: int) -> None:
    decided = membership.set_role(IN_SESSION, a_member(before), SetRole(account=account(1), role=after), n_teachers=2)
    assert decided.events == (
        New(
            stream=StreamId(CLASSROOM),
            body=MemberChanged(member=a_member(after), role_before=before, n_members=n_members),
        ),
        New(
            stream=StreamId(account(1)),
            body=MembershipChanged(membership=Membership(classroom=CLASSROOM, role=after)),
        ),
    )


@pytest.mark.parametrize("role", ["student", "assistant", "teacher"])
def test_the_role_one_has_is_no_change(role: Role) -> None:
    command = SetRole(account=account(1), role=role)
    assert membership.set_role(IN_SESSION, a_member(role), command, n_teachers=1) == Decided()
    with refuses(Code.NOT_A_MEMBER):
        membership.set_role(IN_SESSION, None, command, n_teachers=1)


@pytest.mark.parametrize(("role", "number"), [("student", 1), ("assistant", 9), ("teacher", 9)])
def test_oneself_and_staff_change_names(role: Role, number: int) -> None:
    decided = membership.rename(
        IN_SESSION, an_actor(role, number), a_member(), RenameMember(account=account(1), name=" 大明 ")
    )
    renamed = Member(account=account(1), name="大明", role="student", joined_at=AT)
    assert the_event(decided, MemberChanged) == MemberChanged(member=renamed, role_before="student", n_members=5)


def test_students_do_not_rename_others_and_the_same_name_is_no_change() -> None:
    command = RenameMember(account=account(1), name="小明")
    with refuses(Code.FORBIDDEN):
        membership.rename(IN_SESSION, an_actor("student", 2), a_member(), command)
    with refuses(Code.NOT_A_MEMBER):
        membership.rename(IN_SESSION, an_actor(), None, command)
    assert membership.rename(IN_SESSION, an_actor(), a_member(), command) == Decided()


def test_d15_everybody_is_told_under_which_name_somebody_shows() -> None:
    decided = membership.show(IN_SESSION, account(1), "已注销用户", has_posts=True)
    assert the_event(decided, MemberShown) == MemberShown(account=account(1), name="已注销用户", has_posts=True)
