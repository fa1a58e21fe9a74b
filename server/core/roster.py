"""The roster (学生信息): what a row may hold, how a file's rows and headings are read. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from protocol.errors import Code, Refused
from protocol.schools import RowError

IMPORT_JOB = "import_roster"
LONGEST_KEPT = 64  # of a cell that is wrong, to show it
CODE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 8
HEADINGS_WITHIN = 10  # rows above the headings may be a title

_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z_./-]{0,31}")
_CODE = re.compile(r"[!-~]{4,32}")
# What a spreadsheet makes of a long number: the last digits are lost.
_FIGURE = re.compile(r"\d(\.\d+)?E\+?\d+")
_NOTE = re.compile(r"[(\[].*|[*:\s]")
# What a spreadsheet would run instead of show.
_FORMULA = re.compile(r"[=+\-@\t\r\n|%]")

HEADINGS = {
    "number": ("学号", "学生学号", "学籍号", "number", "studentnumber", "studentno", "studentid"),
    "name": ("姓名", "学生姓名", "真实姓名", "name", "studentname", "realname"),
    "code": ("认证码", "学生认证码", "学校认证码", "code", "certificationcode"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where in a row the three are; None: the file has no such column."""

    number: int
    name: int
    code: int | None


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as the file has it. `is_figure`: the number is a figure whose digits can no longer be trusted."""

    row: int
    number: str
    name: str
    code: str
    is_figure: bool = False


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """`code` None: whatever is there stays."""

    row: int
    number: str
    name: str
    code: str | None
    error: RowError | None


def clean_number(text: str) -> str:
    """学号 in half-width capitals, leading zeros kept. Raises Refused(BAD_FIELD)."""
    cleaned = unicodedata.normalize("NFKC", text).strip().upper()
    if not _NUMBER.fullmatch(cleaned):
        raise Refused(Code.BAD_FIELD, "number", data={"field": "number"})
    return cleaned


def clean_name(text: str) -> str:
    """Raises Refused(BAD_FIELD)."""
    cleaned = " ".join(unicodedata.normalize("NFKC", text).split())
    if not 0 < len(cleaned) <= 40 or not cleaned.isprintable():
        raise Refused(Code.BAD_FIELD, "name", data={"field": "name"})
    return cleaned


def clean_code(text: str) -> str:
    """认证码: 4 to 32 visible ASCII characters. Raises Refused(BAD_FIELD)."""
    cleaned = unicodedata.normalize("NFKC", text).strip()
    if not _CODE.fullmatch(cleaned):
        raise Refused(Code.BAD_FIELD, "code", data={"field": "code"})
    return cleaned


def draw_code(draw: Random) -> str:
    """A 认证码 that can be read out and typed: 32^8 of them."""
    return "".join(draw.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def find_columns(cells: Sequence[str]) -> Columns | None:
    """The columns that this row is the headings of, in any order; None: it is not."""
    named = [_NOTE.sub("", unicodedata.normalize("NFKC", cell)).lower() for cell in cells]
    found = {
        meaning: next((place for place, name in enumerate(named) if name in names), None)
        for meaning, names in HEADINGS.items()
    }
    if found["number"] is None or found["name"] is None:
        return None
    return Columns(number=found["number"], name=found["name"], code=found["code"])


def check_row(raw: RawRow) -> CheckedRow:
    """The row in its clean form, or as it came with what is wrong about it."""
    error = _error_of_number(raw)
    number = raw.number
    if error is None:
        number = clean_number(raw.number)
        error = _error_of_rest(raw)
    if error is not None:
        return CheckedRow(raw.row, visible(number), visible(raw.name), visible(raw.code) or None, error)
    name, code = clean_name(disarmed(raw.name)), raw.code.strip()
    return CheckedRow(raw.row, number, name, clean_code(disarmed(code)) if code else None, None)


def _error_of_number(raw: RawRow) -> RowError | None:
    text = unicodedata.normalize("NFKC", raw.number).strip().upper()
    if not text:
        return "number_missing"
    if raw.is_figure or _FIGURE.fullmatch(text):
        return "number_as_figure"
    return None if _NUMBER.fullmatch(text) else "number_bad"


def _error_of_rest(raw: RawRow) -> RowError | None:
    if not raw.name.strip():
        return "name_missing"
    try:
        clean_name(disarmed(raw.name))
    except Refused:
        return "name_bad"
    try:
        if raw.code.strip():
            clean_code(disarmed(raw.code.strip()))
    except Refused:
        return "code_bad"
    return None


def visible(text: str) -> str:
    """What of a wrong cell is kept to show it: no control characters (PostgreSQL takes no NUL), not all of 1 MB."""
    return "".join(each for each in text[:LONGEST_KEPT] if each.isprintable())


def armed(text: str) -> str:
    """A cell that a spreadsheet shows instead of running it; security C 80."""
    return f"'{text}" if _FORMULA.match(text) else text


def disarmed(text: str) -> str:
    """What `armed` was made from, so that an exported file can be imported again."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text
