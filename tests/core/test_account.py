"""Names."""

from __future__ import annotations

import pytest

from protocol.account import AccountRenamed, RenameAccount
from protocol.errors import Code
from protocol.ids import StreamId
from server.core.account import clean_name, rename
from server.core.fact import Decided, New
from tests.core.making import account, refuses


def test_a_new_name_is_an_event_of_the_own_stream() -> None:
    decided = rename(account(1), "小李", RenameAccount(name=" 李  明\n"))
    assert decided == Decided(events=(New(stream=StreamId(account(1)), body=AccountRenamed(name="李 明")),))


def test_the_same_name_again_changes_nothing() -> None:
    assert rename(account(1), "小李", RenameAccount(name="小李 ")) == Decided()


@pytest.mark.parametrize("name", ["", "  ", "a\u202eb", "a\u0000b", "\u200b"])
def test_a_name_that_shows_nothing_or_lies_is_refused(name: str) -> None:
    with refuses(Code.BAD_FIELD, field="name"):
        clean_name(name)
