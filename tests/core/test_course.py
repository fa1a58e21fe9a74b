"""What may be written about a course and where a node of courseware may hang."""

from __future__ import annotations

from itertools import product
from typing import get_args

import pytest

from protocol.courses import UnitContent, UnitLevel
from protocol.errors import Refused
from server.core.course import check_content, check_unit, clean_text, clean_title

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
