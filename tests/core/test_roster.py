"""A roster's rows and headings, in every way that offices write them."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import Refused
from protocol.schools import RowError
from server.core.roster import (
    CODE_ALPHABET,
    CheckedRow,
    Columns,
    RawRow,
    armed,
    check_row,
    clean_code,
    clean_name,
    clean_number,
    disarmed,
    draw_code,
    find_columns,
)


@pytest.mark.parametrize(
    ("cells", "columns"),
    [
        (("学号", "姓名", "认证码"), Columns(number=0, name=1, code=2)),
        (("认证码", "班级", "学生姓名 *", "学号（必填）"), Columns(number=3, name=2, code=0)),
        (("Student Number", "Name"), Columns(number=0, name=1, code=None)),
        (("ＮＡＭＥ", "学 号:"), Columns(number=1, name=0, code=None)),
        (("学号", "班级"), None),
        (("2026 级学生名单",), None),
        ((), None),
    ],
)
def test_headings_are_found_in_any_order(cells: tuple[str, ...], columns: Columns | None) -> None:
    assert find_columns(cells) == columns


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (RawRow(2, " ", "甲", ""), "number_missing"),
        (RawRow(2, "2.02412E+11", "甲", ""), "number_as_figure"),
        (RawRow(2, "20240000000000010000", "甲", "", True), "number_as_figure"),
        (RawRow(2, "12 3", "甲", ""), "number_bad"),
        (RawRow(2, "=1+1", "甲", ""), "number_bad"),
        (RawRow(2, "9" * 33, "甲", ""), "number_bad"),
        (RawRow(2, "1", "　", ""), "name_missing"),
        (RawRow(2, "1", "x" * 41, ""), "name_bad"),
        (RawRow(2, "1", "a\x00b", ""), "name_bad"),
        (RawRow(2, "1", "甲", "abc"), "code_bad"),
    ],
)
def test_a_row_that_is_wrong_says_what_about_it(raw: RawRow, error: RowError) -> None:
    assert check_row(raw).error == error


def test_a_row_comes_out_clean() -> None:
    assert check_row(RawRow(7, " ００ａ7 ", " 林  小满 ", "Ａbc-1 ")) == CheckedRow(7, "00A7", "林 小满", "Abc-1", None)
    assert check_row(RawRow(8, "1", "'=甲", "")) == CheckedRow(8, "1", "=甲", None, None)


@given(st.text(), st.text(), st.text())
def test_no_row_keeps_what_postgres_cannot(number: str, name: str, code: str) -> None:
    checked = check_row(RawRow(1, number, name, code))
    for text in (checked.number, checked.name, checked.code or ""):
        assert "\0" not in text
        assert len(text) <= 64


@given(st.text(min_size=1))
def test_no_cell_of_an_export_begins_like_a_formula_and_all_come_back(text: str) -> None:
    """Security C 80."""
    assert armed(text)[0] not in "=+-@\t\r\n"
    if not text.startswith("'"):
        assert disarmed(armed(text)) == text


def test_a_drawn_code_is_one_that_can_be_given() -> None:
    code = draw_code(Random(1))
    assert clean_code(code) == code
    assert set(code) <= set(CODE_ALPHABET)


@pytest.mark.parametrize(("clean", "text"), [(clean_number, ""), (clean_name, ""), (clean_code, "a b c d")])
def test_what_cannot_be_cleaned_is_refused(clean: object, text: str) -> None:
    assert callable(clean)
    with pytest.raises(Refused):
        clean(text)
