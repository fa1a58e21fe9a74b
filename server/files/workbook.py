"""Writes an .xlsx of one sheet whose cells are all text, row by row. What a spreadsheet would take for a formula is the
caller's to disarm: see `server.core.roster.armed`.

A long one takes seconds of Python, which in a thread would hold up the loop of the hub: `write_aside` has a process of
its own do it, which is this module (`python -m server.files.workbook`).
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterable, Sequence
from io import BytesIO

import msgspec
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell
from openpyxl.styles import Font

BOLD = Font(bold=True)
# Behind everybody who waits for an answer.
NICENESS = 10
LONGEST_S = 120.0
LINE_BYTES = 1 << 20


class WriteFailed(Exception):
    """The process that should have written it did not."""


class Begin(msgspec.Struct, frozen=True, kw_only=True):
    """The first line; each further one is a list of rows."""

    title: str
    headings: Sequence[str]
    widths: Sequence[int]


class TextSheet:
    """Blocks. Rows go to a temporary file of the library's as they are added: memory stays flat until `finish`."""

    def __init__(self, title: str, headings: Sequence[str], widths: Sequence[int]) -> None:
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet(title)
        for number, width in enumerate(widths):
            column = self._sheet.column_dimensions["ABCDEFGH"[number]]
            column.width = width
            column.number_format = "@"
        cells = [self._cell(each) for each in headings]
        for cell in cells:
            cell.font = BOLD
        self._sheet.append(cells)

    def add(self, rows: Iterable[Sequence[str]]) -> None:
        for row in rows:
            self._sheet.append([self._cell(each) for each in row])

    def finish(self) -> bytes:
        written = BytesIO()
        self._book.save(written)
        return written.getvalue()

    def _cell(self, text: str) -> Cell:
        cell: Cell = WriteOnlyCell(self._sheet, value=text or None)
        cell.number_format = "@"
        return cell


async def write_aside(begin: Begin, pages: AsyncIterator[Sequence[Sequence[str]]]) -> bytes:
    """The file. Raises: WriteFailed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        __name__,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LINE_BYTES,
    )
    assert process.stdin is not None, "it is a pipe"
    assert process.stdout is not None, "it is a pipe"
    try:
        async with asyncio.timeout(LONGEST_S):
            process.stdin.write(msgspec.json.encode(begin) + b"\n")
            async for rows in pages:
                process.stdin.write(msgspec.json.encode(rows) + b"\n")
                await process.stdin.drain()
            process.stdin.close()
            content = await process.stdout.read()
            code = await process.wait()
    except (BrokenPipeError, ConnectionResetError, TimeoutError) as error:
        raise WriteFailed(type(error).__name__) from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if code != 0:
        raise WriteFailed(f"it ended with {code}")
    return content


def main() -> None:
    os.nice(NICENESS)
    begin = msgspec.json.decode(sys.stdin.buffer.readline(), type=Begin)
    sheet = TextSheet(begin.title, begin.headings, begin.widths)
    for line in sys.stdin.buffer:
        sheet.add(msgspec.json.decode(line, type=list[list[str]]))
    sys.stdout.buffer.write(sheet.finish())


if __name__ == "__main__":
    main()
