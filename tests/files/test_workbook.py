"""A long workbook is written by a process of its own, which is gone afterwards, whatever happened."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from server.files import workbook
from server.files.workbook import Begin, WriteFailed, write_aside

BEGIN = Begin(title="名单", headings=("学号", "姓名"), widths=(20, 16))


async def pages(*given: Sequence[Sequence[str]]) -> AsyncIterator[Sequence[Sequence[str]]]:
    for each in given:
        yield each


async def broken() -> AsyncIterator[Sequence[Sequence[str]]]:
    yield [["001", "李明"]]
    raise LookupError("the book is away")


def children() -> list[str]:
    """The writers that this process has."""
    own = Path("/proc/self/task")
    ids = [id for task in own.iterdir() for id in (task / "children").read_text().split()]
    lines = [Path(f"/proc/{id}/cmdline").read_text().replace("\0", " ") for id in ids]
    return [line for line in lines if workbook.__name__ in line]


async def test_all_pages_come_out_as_text_in_their_order() -> None:
    content = await write_aside(BEGIN, pages([["001", "李明"], ["002", ""]], [["003", "2026-01-01"]]))
    sheet = load_workbook(BytesIO(content)).worksheets[0]
    assert sheet.title == "名单"
    assert list(sheet.iter_rows(values_only=True)) == [
        ("学号", "姓名"),
        ("001", "李明"),
        ("002", None),
        ("003", "2026-01-01"),
    ]
    assert children() == []


async def test_a_reader_that_breaks_off_leaves_no_process() -> None:
    with pytest.raises(LookupError, match="the book is away"):
        await write_aside(BEGIN, broken())
    assert children() == []


async def test_a_writer_that_cannot_is_told_of() -> None:
    """Here because no sheet may have that title."""
    with pytest.raises(WriteFailed, match="it ended with 1"):
        await write_aside(Begin(title="a/b", headings=("学号",), widths=(20,)), pages([["001"]]))
    assert children() == []
