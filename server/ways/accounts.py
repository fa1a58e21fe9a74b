"""The commands on one's own stream: a new name, a new classroom, joining one."""

from __future__ import annotations

import secrets

from protocol.account import CreateClassroom, JoinClassroom, RenameAccount
from protocol.errors import Code, Refused
from protocol.ids import ClassroomId, StreamId
from server.core import account as accounts_core
from server.core import classroom as classroom_core
from server.core import membership
from server.core.fact import Decided
from server.ids import draw_id
from server.store import accounts, classrooms, memberships, streams
from server.ways.step import Step

# A drawn code is taken once in thousands of classrooms; eight in a row never are.
CODES_DRAWN = 8


def draw_codes() -> list[str]:
    letters = classroom_core.CODE_ALPHABET
    return ["".join(secrets.choice(letters) for _ in range(classroom_core.CODE_LENGTH)) for _ in range(CODES_DRAWN)]


async def rename(step: Step, command: RenameAccount) -> Decided:
    return accounts_core.rename(step.account, await account_name(step), command)


async def create(step: Step, command: CreateClassroom) -> Decided:
    drawn = ClassroomId(draw_id())
    n_classrooms = await memberships.count_of_account(step.tx, step.account)
    taught = None if command.run is None else await classrooms.select_taught_run(step.tx, command.run, step.account)
    decided = classroom_core.create(
        step.account,
        await account_name(step),
        command,
        drawn=drawn,
        at=step.at,
        n_classrooms=n_classrooms,
        taught=taught,
    )
    stream = StreamId(drawn)
    step.locked[stream] = await streams.insert_stream(step.tx, stream, "classroom")
    name = accounts_core.clean_name(command.name)
    if await classrooms.insert_classroom(step.tx, drawn, name, draw_codes()) is None:
        raise Refused(Code.OVERLOADED, "no free code drawn")
    return decided


async def join(step: Step, command: JoinClassroom) -> Decided:
    """The classroom was found by its code before the lock, and is the locked stream that is not the account's."""
    code = classroom_core.read_code(command.code) or ""
    found = next((ClassroomId(each) for each in step.locked if each != step.stream), None)
    if found is None:
        raise Refused(Code.CODE_UNKNOWN)
    newcomer = await memberships.select_newcomer(step.tx, found, step.account)
    if newcomer is None:
        raise Refused(Code.UNAUTHENTICATED, "the account is closed")
    return membership.join(
        await classrooms.select_classroom(step.tx, found),
        step.account,
        newcomer.name,
        code=code,
        is_member=newcomer.is_member,
        at=step.at,
        n_classrooms=newcomer.n_classrooms,
    )


async def account_name(step: Step) -> str:
    name = await accounts.select_name(step.tx, step.account)
    if name is None:
        raise Refused(Code.UNAUTHENTICATED, "the account is closed")
    return name
