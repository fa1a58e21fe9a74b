"""The whole table: every standing × every op."""

from __future__ import annotations

from typing import get_args

import pytest

from protocol.account import Role
from protocol.errors import Code, Refused
from protocol.registry import COMMANDS
from server.core.access import ALLOWED, SELF, Standing, authorise, check_op, is_staff
from tests.core.making import an_actor

STANDINGS: tuple[Standing | None, ...] = ("teacher", "assistant", "student", "self", "system", None)

# What each may do on a classroom's stream, spelled out once more and otherwise than in the table.
ANY_MEMBER = {"classroom.leave", "member.rename", "activity.post", "activity.remove_post"}
STUDENTS_ALONE = {"response.save", "response.submit"}
TEACHERS_ALONE = {
    "classroom.rename",
    "classroom.link",
    "classroom.reset_code",
    "classroom.open_code",
    "classroom.close_code",
    "member.kick",
    "member.set_role",
    "response.correct",
}
SYSTEM_ALONE = {"member.show"}
OWN = {"account.rename", "classroom.create", "classroom.join", "inbox.read", "inbox.read_all"}


def expected(op: str, standing: Standing | None) -> Code | None:
    if standing is None:
        return Code.NOT_FOUND
    if op in OWN or standing == "self":
        return None if op in OWN and standing == "self" else Code.NOT_FOUND
    if standing == "system":
        return None if op in ("activity.close", *SYSTEM_ALONE) else Code.FORBIDDEN
    if op in SYSTEM_ALONE:
        return Code.FORBIDDEN
    may = op in ANY_MEMBER or (op in STUDENTS_ALONE) == (standing == "student")
    if op in TEACHERS_ALONE and standing != "teacher":
        may = False
    return None if may else Code.FORBIDDEN


def test_every_command_has_its_line() -> None:
    assert ALLOWED.keys() == COMMANDS.keys()


@pytest.mark.parametrize("op", ALLOWED)
@pytest.mark.parametrize("standing", STANDINGS)
def test_each_standing_may_do_what_it_may_and_no_more(op: str, standing: Standing | None) -> None:
    code = expected(op, standing)
    if code is None:
        authorise(op, standing)
        return
    with pytest.raises(Refused) as refused:
        authorise(op, standing)
    assert refused.value.code is code


def test_an_unknown_op_is_refused_whoever_asks() -> None:
    for standing in STANDINGS:
        with pytest.raises(Refused) as refused:
            authorise("classroom.explode", standing)
        assert refused.value.code is Code.UNKNOWN_COMMAND
    check_op("session.start")


def test_staff_are_teachers_and_assistants() -> None:
    assert [role for role in get_args(Role) if is_staff(an_actor(role))] == ["teacher", "assistant"]
    assert frozenset({"self"}) == SELF
