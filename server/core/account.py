"""The account itself, as its owner changes it."""

from __future__ import annotations

from protocol.account import AccountRenamed, RenameAccount
from protocol.errors import Code, Refused
from protocol.ids import AccountId, StreamId
from server.core.fact import Decided, New


def rename(account: AccountId, before: str, command: RenameAccount) -> Decided:
    """The name in classrooms stays what it is there. The same name again is no event."""
    name = clean_name(command.name)
    if name == before:
        return Decided()
    return Decided(events=(New(stream=StreamId(account), body=AccountRenamed(name=name)),))


def clean_name(name: str) -> str:
    """A name for people or classrooms: one line, no blanks around it or in rows within. Raises Refused(BAD_FIELD)."""
    cleaned = " ".join(name.split())
    if not cleaned or not cleaned.isprintable():
        raise Refused(Code.BAD_FIELD, "name", data={"field": "name"})
    return cleaned
