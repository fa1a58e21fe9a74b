"""What may be written about a course and where a node of courseware may hang."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import get_args

import pytest

from protocol.courses import TeacherRole, UnitContent, UnitLevel
from protocol.errors import Refused
from protocol.ids import AccountId
from server.core.course import (
    check_asks_to_teach,
    check_content,
    check_ends_teaching,
    check_unit,
    clean_text,
    clean_title,
)

LEVELS: tuple[UnitLevel, ...] = get_args(UnitLevel)
KINDS: tuple[UnitContent, ...] = get_args(UnitContent)


def test_titles_are_one_line() -> None:
    assert clean_title("  高等\n 数学 ") == "高等 数学"
    for wrong in ("", " \n", "a\x00b", "\u202eabc"):
        with pytest.raises(Refused):
            clean_title(wrong)


def test_texts_say_something_and_stay_as_they_are() -> None:
    assert clean_text(" a\n") == " a\n"
    with pytest.raises(Refused):
        clean_text(" \n")


def test_each_level_hangs_on_the_one_above_and_only_units_have_a_kind() -> None:
    fitting = []
    for level, parent, kind in product(LEVELS, (None, *LEVELS), (None, "pdf")):
        try:
            check_unit(level, parent, "pdf" if kind else None)
        except Refused:
            continue
        fitting.append((level, parent, kind))
    assert fitting == [("chapter", None, None), ("lesson", "chapter", None), ("unit", "lesson", "pdf")]


def test_a_unit_holds_what_its_kind_is() -> None:
    check_content("video", "video/mp4", None, 1_000, True)
    check_content("pdf", "application/pdf", None, None, True)
    check_content("rich_text", None, "text", None, True)
    for kind in (None, *KINDS):
        check_content(kind, None, None, None, False)
    check_content(None, None, None, None, True)


ROLES: dict[AccountId, TeacherRole] = {
    AccountId("own"): "owner",
    AccountId("one"): "teacher",
    AccountId("two"): "teacher",
}


@pytest.mark.parametrize(("actor", "code"), [("own", None), ("one", "forbidden"), ("none", "not_found")])
def test_the_owner_alone_asks_others_to_teach(actor: str, code: str | None) -> None:
    assert refusal(lambda: check_asks_to_teach(ROLES, AccountId(actor))) == code


def test_the_owner_lets_others_go_and_stays_and_others_may_go() -> None:
    everybody = ("own", "one", "two", "none")
    found = {
        (actor, teacher): refusal(lambda: check_ends_teaching(ROLES, AccountId(actor), AccountId(teacher)))  # noqa: B023
        for actor, teacher in product(everybody, repeat=2)
    }
    assert {pair for pair, code in found.items() if code is None} == {
        ("own", "one"), ("own", "two"), ("one", "one"), ("two", "two"),
    }  # fmt: skip
    assert {pair for pair, code in found.items() if code == "not_found"} == {pair for pair in found if "none" in pair}


def refusal(check: Callable[[], None]) -> str | None:
    try:
        check()
    except Refused as refused:
        return refused.code
    return None
