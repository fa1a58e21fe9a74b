"""Writes an .xlsx of one sheet whose cells are all text, row by row. Blocks: for threads.

What a spreadsheet would take for a formula is the caller's to disarm: see `server.core.roster.armed`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell
from openpyxl.styles import Font

BOLD = Font(bold=True)


class TextSheet:
    """Rows go to a temporary file of the library's as they are added: memory stays flat until `finish`."""

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
