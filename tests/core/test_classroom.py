"""The classroom: its making, its name, its code."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocol.account import CreateClassroom, Membership, MembershipBegun
from protocol.classroom import (
    ClassroomLinked,
    ClassroomRenamed,
    CodeChanged,
    LinkClassroom,
    LinkedRun,
    Member,
    MemberJoined,
    RenameClassroom,
)
from protocol.courses import CourseId, RunId
from protocol.errors import Code
from protocol.ids import StreamId
from server.core import classroom
from server.core.classroom import MOST_CLASSROOMS
from server.core.fact import Decided, New
from server.core.moment import millis
from tests.core.making import CLASSROOM, NOW, a_classroom, account, refuses, the_event

OPEN = replace(a_classroom(), code="ABC234", is_code_open=True)
SHUT = replace(OPEN, is_code_open=False)
RUN = LinkedRun(run=RunId("R" * 16), number=2, course=CourseId("C" * 16), title="线性代数")


def test_whoever_makes_a_classroom_is_its_teacher() -> None:
    """R60."""
    decided = classroom.create(
        account(1), "王老师", CreateClassroom(name="高数"), drawn=CLASSROOM, at=millis(NOW), n_classrooms=0, taught=None
    )
    teacher = Member(account=account(1), name="王老师", role="teacher", joined_at=millis(NOW))
    assert decided == Decided(
        events=(
            New(stream=StreamId(CLASSROOM), body=MemberJoined(member=teacher, n_members=0)),
            New(
                stream=StreamId(account(1)),
                body=MembershipBegun(membership=Membership(classroom=CLASSROOM, role="teacher")),
            ),
        ),
        result={"classroom": CLASSROOM},
    )


def test_nobody_is_in_more_classrooms_than_a_phone_can_follow() -> None:
    with refuses(Code.TOO_MANY_CLASSROOMS):
        classroom.create(
            account(1),
            "王",
            CreateClassroom(name="x"),
            drawn=CLASSROOM,
            at=millis(NOW),
            n_classrooms=MOST_CLASSROOMS,
            taught=None,
        )


def test_a_classroom_is_linked_to_a_run_that_its_teacher_teaches() -> None:
    """R60: another's run is as missing as none, when the classroom is made and later."""
    command = CreateClassroom(name="高数", run=RUN.run)
    made = classroom.create(account(1), "王老师", command, drawn=CLASSROOM, at=millis(NOW), n_classrooms=0, taught=RUN)
    assert made.events[1] == New(stream=StreamId(CLASSROOM), body=ClassroomLinked(linked=RUN))
    with refuses(Code.NOT_FOUND):
        classroom.create(account(1), "王老师", command, drawn=CLASSROOM, at=millis(NOW), n_classrooms=0, taught=None)
    link, linked = LinkClassroom(run=RUN.run), replace(OPEN, run=RUN.run)
    assert the_event(classroom.link(OPEN, link, taught=RUN), ClassroomLinked) == ClassroomLinked(linked=RUN)
    with refuses(Code.NOT_FOUND):
        classroom.link(OPEN, link, taught=None)
    assert classroom.link(linked, link, taught=RUN) == Decided()
    parted = classroom.link(linked, LinkClassroom(run=None), taught=None)
    assert the_event(parted, ClassroomLinked) == ClassroomLinked(linked=None)
    assert classroom.link(OPEN, LinkClassroom(run=None), taught=None) == Decided()


def test_renaming_is_an_event_only_when_the_name_changes() -> None:
    decided = classroom.rename(OPEN, RenameClassroom(name="线代"))
    assert the_event(decided, ClassroomRenamed) == ClassroomRenamed(name="线代")
    assert classroom.rename(OPEN, RenameClassroom(name=OPEN.name)) == Decided()


@pytest.mark.parametrize("before", [OPEN, SHUT])
def test_a_reset_code_lets_people_in(before: object) -> None:
    room = OPEN if before is OPEN else SHUT
    decided = classroom.reset_code(room, drawn="XYZ789")
    assert the_event(decided, CodeChanged) == CodeChanged(code="XYZ789", is_code_open=True)
    assert decided.result == {"code": "XYZ789"}


def test_the_code_opens_and_closes_once() -> None:
    """All pairs of state and verb."""
    assert classroom.open_code(OPEN) == Decided()
    assert classroom.close_code(SHUT) == Decided()
    assert the_event(classroom.open_code(SHUT), CodeChanged) == CodeChanged(code="ABC234", is_code_open=True)
    assert the_event(classroom.close_code(OPEN), CodeChanged) == CodeChanged(code=None, is_code_open=False)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("ABC234", "ABC234"),
        (" abc 234 ", "ABC234"),
        ("ABC23", None),
        ("ABC2345", None),
        ("ABC230", None),
        ("ABCI34", None),
        ("ABC23É", None),
        ("", None),
    ],
)
def test_a_code_is_read_as_people_type_it(typed: str, read: str | None) -> None:
    assert classroom.read_code(typed) == read
