"""The classroom itself: its making, its name and its class code (R62, D12)."""

from __future__ import annotations

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
from protocol.errors import Code, Refused
from protocol.ids import AccountId, ClassroomId, Millis, StreamId
from server.core.account import clean_name
from server.core.fact import Decided, New
from server.core.state import Classroom

CODE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 6
# One connection follows 200 streams, of which one is the account's own.
MOST_CLASSROOMS = 199


def create(
    account: AccountId,
    name: str,
    command: CreateClassroom,
    *,
    drawn: ClassroomId,
    at: Millis,
    n_classrooms: int,
    taught: LinkedRun | None,
) -> Decided:
    """The classroom `drawn` begins with its creator as its teacher. `name` is the creator's, `taught` the run that the
    command names, if the creator teaches its course. Result: `{classroom}`.
    """
    clean_name(command.name)
    check_room_for_one_more(n_classrooms)
    if command.run is not None and taught is None:
        raise Refused(Code.NOT_FOUND)
    teacher = Member(account=account, name=name, role="teacher", joined_at=at)
    own, begun = StreamId(drawn), MembershipBegun(membership=Membership(classroom=drawn, role="teacher"))
    link = () if taught is None else (New(stream=own, body=ClassroomLinked(linked=taught)),)
    return Decided(
        events=(
            New(stream=own, body=MemberJoined(member=teacher, n_members=0)),
            *link,
            New(stream=StreamId(account), body=begun),
        ),
        result={"classroom": drawn},
    )


def check_room_for_one_more(n_classrooms: int) -> None:
    """Raises Refused(TOO_MANY_CLASSROOMS): one phone could not follow them all (D13)."""
    if n_classrooms >= MOST_CLASSROOMS:
        raise Refused(Code.TOO_MANY_CLASSROOMS)


def rename(classroom: Classroom, command: RenameClassroom) -> Decided:
    name = clean_name(command.name)
    if name == classroom.name:
        return Decided()
    return _changed(classroom, ClassroomRenamed(name=name))


def link(classroom: Classroom, command: LinkClassroom, *, taught: LinkedRun | None) -> Decided:
    """R60. `taught`: the run that the command names, if the actor teaches its course; else it is as missing as none."""
    if command.run is not None and taught is None:
        raise Refused(Code.NOT_FOUND)
    if command.run == classroom.run:
        return Decided()
    return _changed(classroom, ClassroomLinked(linked=taught))


def reset_code(classroom: Classroom, *, drawn: str) -> Decided:
    """The old code stops working, the new one lets people in, also where the old one was closed. Result: `{code}`."""
    event = CodeChanged(code=drawn, is_code_open=True)
    return Decided(events=(New(stream=StreamId(classroom.id), body=event),), result={"code": drawn})


def open_code(classroom: Classroom) -> Decided:
    if classroom.is_code_open:
        return Decided()
    return _changed(classroom, CodeChanged(code=classroom.code, is_code_open=True))


def close_code(classroom: Classroom) -> Decided:
    if not classroom.is_code_open:
        return Decided()
    return _changed(classroom, CodeChanged(code=None, is_code_open=False))


def read_code(typed: str) -> str | None:
    """A class code as people type it; None for what no code looks like. O and 0, I and 1 are not among its letters."""
    code = "".join(typed.split()).upper()
    return code if len(code) == CODE_LENGTH and set(code) <= set(CODE_ALPHABET) else None


def _changed(classroom: Classroom, body: ClassroomRenamed | ClassroomLinked | CodeChanged) -> Decided:
    return Decided(events=(New(stream=StreamId(classroom.id), body=body),))
