"""The empty table that a school's admin fills in. Blocks: for threads."""

from __future__ import annotations

from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

HEADINGS = ("学号", "姓名", "认证码")
EXAMPLE = ("00123456", "张三", "")
ROWS = 200  # shaped as text, so that a spreadsheet keeps leading zeros


def make_template() -> bytes:
    """An .xlsx with headings, one example and rows that keep what is typed as text."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("学生名单")
    for column, width in (("A", 20), ("B", 16), ("C", 16)):
        sheet.column_dimensions[column].width = width
        sheet.column_dimensions[column].number_format = "@"
    for number, texts in enumerate((HEADINGS, EXAMPLE, *[("", "", "")] * ROWS)):
        cells = [WriteOnlyCell(sheet, value=text or None) for text in texts]
        for cell in cells:
            cell.number_format = "@"
            if number == 0:
                cell.font = Font(bold=True)
        sheet.append(cells)
    written = BytesIO()
    workbook.save(written)
    return written.getvalue()
