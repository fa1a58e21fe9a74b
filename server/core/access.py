"""Who may do what: one table for everybody who has to ask. Whose post or whose name it is, the rules ask themselves.

Whoever has no place in a stream is told that it does not exist, whatever they ask for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from protocol.account import Role
from protocol.errors import Code, Refused
from server.core.state import Actor

# `self`: on the stream of one's own account. `system`: a deadline.
Standing = Role | Literal["self", "system"]

SELF: frozenset[Standing] = frozenset({"self"})
TEACHER: frozenset[Standing] = frozenset({"teacher"})
STAFF: frozenset[Standing] = frozenset({"teacher", "assistant"})
STUDENT: frozenset[Standing] = frozenset({"student"})
MEMBER: frozenset[Standing] = frozenset({"teacher", "assistant", "student"})
SYSTEM: frozenset[Standing] = frozenset({"system"})
STAFF_OR_SYSTEM: frozenset[Standing] = STAFF | SYSTEM

ALLOWED: Mapping[str, frozenset[Standing]] = {
    "account.rename": SELF,
    "classroom.create": SELF,
    "classroom.join": SELF,
    "inbox.read": SELF,
    "inbox.read_all": SELF,
    "classroom.rename": TEACHER,
    "classroom.link": TEACHER,
    "classroom.reset_code": TEACHER,
    "classroom.open_code": TEACHER,
    "classroom.close_code": TEACHER,
    "classroom.leave": MEMBER,
    "member.kick": TEACHER,
    "member.set_role": TEACHER,
    "member.rename": MEMBER,  # others: staff
    "member.show": SYSTEM,
    "session.start": STAFF,
    "session.end": STAFF,
    "activity.draft": STAFF,
    "activity.discard": STAFF,
    "activity.publish": STAFF,
    "activity.extend": STAFF,
    "activity.close": STAFF_OR_SYSTEM,
    "activity.act": STAFF,
    "activity.post": MEMBER,
    "activity.remove_post": MEMBER,  # others': staff
    "response.save": STUDENT,
    "response.submit": STUDENT,
    "response.correct": TEACHER,
}


def check_op(op: str) -> None:
    """Raises Refused(UNKNOWN_COMMAND)."""
    if op not in ALLOWED:
        raise Refused(Code.UNKNOWN_COMMAND, op)


def authorise(op: str, standing: Standing | None) -> None:
    """`standing` is what the actor is to the command's stream; None: nothing.

    Raises Refused(NOT_FOUND) for somebody without a place there, FORBIDDEN for a place that is not enough.
    """
    check_op(op)
    if standing is None:
        raise Refused(Code.NOT_FOUND)
    if standing not in ALLOWED[op]:
        # An account's commands mean nothing on a classroom's stream and the other way round.
        is_elsewhere = (standing == "self") != (ALLOWED[op] == SELF)
        raise Refused(Code.NOT_FOUND if is_elsewhere else Code.FORBIDDEN, op)


def is_staff(actor: Actor) -> bool:
    return actor.role in STAFF
