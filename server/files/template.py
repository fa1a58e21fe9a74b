"""The empty table that a school's admin fills in. Blocks: for threads."""

from __future__ import annotations

from server.files.workbook import TextSheet

HEADINGS = ("学号", "姓名", "认证码")
EXAMPLE = ("00123456", "张三", "")
ROWS = 200  # shaped as text, so that a spreadsheet keeps leading zeros


def make_template() -> bytes:
    """An .xlsx with headings, one example and rows that keep what is typed as text."""
    sheet = TextSheet("学生名单", HEADINGS, (20, 16, 16))
    sheet.add([EXAMPLE, *[("", "", "")] * ROWS])
    return sheet.finish()
