"""Who belongs to a classroom: joining, leaving, kicking, roles and names (R61–R67)."""

from __future__ import annotations

from protocol.account import EndedHow, Membership, MembershipBegun, MembershipChanged, MembershipEnded
from protocol.classroom import Member, MemberChanged, MemberJoined, MemberLeft, MemberShown, RenameMember, SetRole
from protocol.errors import Code, Refused
from protocol.ids import AccountId, Millis, StreamId
from server.core.account import clean_name
from server.core.classroom import check_room_for_one_more
from server.core.fact import Decided, New
from server.core.state import Actor, Classroom


def join(
    classroom: Classroom | None,
    account: AccountId,
    name: str,
    *,
    code: str,
    is_member: bool,
    at: Millis,
    n_classrooms: int,
) -> Decided:
    """Join as a student by the class code, also after having left or been kicked. Result: `{classroom}`.

    `classroom` is what `code` led to before the lock: unknown, closed and meanwhile reset are told alike, so that a
    guess learns nothing.
    """
    if classroom is None or not classroom.is_code_open or classroom.code != code:
        raise Refused(Code.CODE_UNKNOWN)
    if is_member:
        raise Refused(Code.ALREADY_MEMBER, data={"classroom": classroom.id})
    check_room_for_one_more(n_classrooms)
    student = Member(account=account, name=name, role="student", joined_at=at)
    membership = Membership(classroom=classroom.id, role="student")
    return Decided(
        events=(
            New(stream=StreamId(classroom.id), body=MemberJoined(member=student, n_members=classroom.n_members + 1)),
            New(stream=StreamId(account), body=MembershipBegun(membership=membership)),
        ),
        result={"classroom": classroom.id},
    )


def leave(classroom: Classroom, member: Member, *, n_teachers: int) -> Decided:
    """Only out of session (R65)."""
    if classroom.session is not None:
        raise Refused(Code.IN_SESSION)
    return _ended(classroom, member, "left", n_teachers)


def kick(classroom: Classroom, actor: Actor, member: Member | None, *, n_teachers: int) -> Decided:
    """Also in session (R66). `member` is the one to go. Oneself one cannot kick: that is leaving."""
    if member is None:
        raise Refused(Code.NOT_A_MEMBER)
    if member.account == actor.account:
        raise Refused(Code.FORBIDDEN, "leave instead")
    return _ended(classroom, member, "kicked", n_teachers)


def set_role(classroom: Classroom, member: Member | None, command: SetRole, *, n_teachers: int) -> Decided:
    """The last teacher stays one. The role one has already is no event."""
    if member is None:
        raise Refused(Code.NOT_A_MEMBER)
    if member.role == command.role:
        return Decided()
    _check_teacher_stays(member, n_teachers)
    changed = Member(account=member.account, name=member.name, role=command.role, joined_at=member.joined_at)
    n_members = classroom.n_members + (command.role == "student") - (member.role == "student")
    membership = Membership(classroom=classroom.id, role=command.role)
    return Decided(
        events=(
            New(
                stream=StreamId(classroom.id),
                body=MemberChanged(member=changed, role_before=member.role, n_members=n_members),
            ),
            New(stream=StreamId(member.account), body=MembershipChanged(membership=membership)),
        )
    )


def rename(classroom: Classroom, actor: Actor, member: Member | None, command: RenameMember) -> Decided:
    """The name somebody goes by in this classroom: one's own, or anybody's for staff."""
    if command.account != actor.account and actor.role not in ("teacher", "assistant"):
        raise Refused(Code.FORBIDDEN)
    if member is None:
        raise Refused(Code.NOT_A_MEMBER)
    name = clean_name(command.name)
    if name == member.name:
        return Decided()
    renamed = Member(account=member.account, name=name, role=member.role, joined_at=member.joined_at)
    body = MemberChanged(member=renamed, role_before=member.role, n_members=classroom.n_members)
    return Decided(events=(New(stream=StreamId(classroom.id), body=body),))


def show(classroom: Classroom, account: AccountId, name: str, *, has_posts: bool) -> Decided:
    """Tell under which name somebody shows who closed their account or has it back (D15)."""
    body = MemberShown(account=account, name=name, has_posts=has_posts)
    return Decided(events=(New(stream=StreamId(classroom.id), body=body),))


def _ended(classroom: Classroom, member: Member, how: EndedHow, n_teachers: int) -> Decided:
    _check_teacher_stays(member, n_teachers)
    n_members = classroom.n_members - (member.role == "student")
    return Decided(
        events=(
            New(
                stream=StreamId(classroom.id),
                body=MemberLeft(account=member.account, how=how, n_members=n_members),
            ),
            New(stream=StreamId(member.account), body=MembershipEnded(classroom=classroom.id, how=how)),
        )
    )


def _check_teacher_stays(member: Member, n_teachers: int) -> None:
    if member.role == "teacher" and n_teachers <= 1:
        raise Refused(Code.LAST_TEACHER)
