"""The commands on a classroom's stream about itself, its members and its sessions."""

from __future__ import annotations

from protocol.classroom import (
    CloseCode,
    EndSession,
    KickMember,
    LeaveClassroom,
    LinkClassroom,
    OpenCode,
    RenameClassroom,
    RenameMember,
    ResetCode,
    SetRole,
    ShowMember,
    StartSession,
)
from protocol.errors import Code, Refused
from protocol.ids import AccountId, SessionId
from server.core import classroom, membership, session
from server.core.closing import closes_with_session
from server.core.fact import Decided
from server.core.state import Answers, StoredActivity
from server.ids import draw_id
from server.store import accounts, activities, classrooms, memberships
from server.ways.accounts import draw_codes
from server.ways.activities import select_answers
from server.ways.step import Step


async def rename(step: Step, command: RenameClassroom) -> Decided:
    return classroom.rename(step.classroom, command)


async def link(step: Step, command: LinkClassroom) -> Decided:
    taught = None if command.run is None else await classrooms.select_taught_run(step.tx, command.run, step.account)
    return classroom.link(step.classroom, command, taught=taught)


async def reset_code(step: Step, command: ResetCode) -> Decided:
    drawn = await classrooms.select_free_code(step.tx, draw_codes())
    if drawn is None:
        raise Refused(Code.OVERLOADED, "no free code drawn")
    return classroom.reset_code(step.classroom, drawn=drawn)


async def open_code(step: Step, command: OpenCode) -> Decided:
    return classroom.open_code(step.classroom)


async def close_code(step: Step, command: CloseCode) -> Decided:
    return classroom.close_code(step.classroom)


async def leave(step: Step, command: LeaveClassroom) -> Decided:
    member = await memberships.select_member(step.tx, step.classroom.id, step.account)
    if member is None:
        raise Refused(Code.NOT_FOUND)
    return membership.leave(step.classroom, member, n_teachers=await count_teachers(step))


async def kick(step: Step, command: KickMember) -> Decided:
    await stop_answers(step)
    member = await memberships.select_member(step.tx, step.classroom.id, command.account)
    return membership.kick(step.classroom, step.actor, member, n_teachers=await count_teachers(step))


async def set_role(step: Step, command: SetRole) -> Decided:
    await stop_answers(step)
    member = await memberships.select_member(step.tx, step.classroom.id, command.account)
    return membership.set_role(step.classroom, member, command, n_teachers=await count_teachers(step))


async def rename_member(step: Step, command: RenameMember) -> Decided:
    member = await memberships.select_member(step.tx, step.classroom.id, command.account)
    if member is not None and await accounts.select_name(step.tx, member.account) is None:
        raise Refused(Code.ACCOUNT_CLOSED)
    return membership.rename(step.classroom, step.actor, member, command)


async def show_member(step: Step, command: ShowMember) -> Decided:
    shown = await memberships.select_shown(step.tx, step.classroom.id, command.account)
    if shown is None:
        raise Refused(Code.NOT_A_MEMBER)
    return membership.show(step.classroom, AccountId(command.account), shown.name, has_posts=shown.has_posts)


async def start(step: Step, command: StartSession) -> Decided:
    return session.start(step.classroom, now=step.now, drawn=SessionId(draw_id()))


async def end(step: Step, command: EndSession) -> Decided:
    running: list[tuple[StoredActivity, Answers]] = []
    for activity in await activities.lock_published(step.tx, step.classroom.id):
        if closes_with_session(activity):
            running.append((activity, await select_answers(step.tx, activity)))
    # The clock again: the lock may have waited for answers, and nobody may have answered after the close.
    return session.end(step.classroom, running, now=await activities.select_now(step.tx))


async def stop_answers(step: Step) -> None:
    """Answers do not lock the stream but share their activity: holding it makes this change a clean cut for them."""
    await activities.lock_published(step.tx, step.classroom.id)


async def count_teachers(step: Step) -> int:
    return await memberships.count_teachers(step.tx, step.classroom.id)
