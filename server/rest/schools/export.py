"""The roster as a file to keep, CSV or .xlsx, that spreadsheets open as text and never run (security C 80)."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime, timedelta, timezone
from io import StringIO

from starlette.responses import Response, StreamingResponse

from protocol.errors import Code, Refused
from protocol.ids import SchoolId
from server.core.file_name import disposition
from server.core.roster import armed
from server.files.workbook import Begin, WriteFailed, write_aside
from server.rest.answer import HEADERS
from server.rest.call import Call
from server.rest.schools.admin import administered
from server.store import audit, roster
from server.store.pool import Database

AT_ONCE = 1_000
HEADINGS = ("学号", "姓名", "认证码", "认证状态", "认证账号", "认证时间")
SHEET = Begin(title="学生名单", headings=HEADINGS, widths=(20, 16, 16, 12, 20, 18))
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Row = tuple[str, ...]
CHINA = timezone(timedelta(hours=8))


async def export_roster(call: Call) -> Response:
    """The whole roster with its 认证码 and who is certified, as CSV (UTF-8 with BOM)."""
    school = await begin(call)
    return csv_response(csv_pages(call.services.database, school), "学生名单.csv")


async def export_workbook(call: Call) -> Response:
    """The same as .xlsx, every cell of it text."""
    school = await begin(call)
    try:
        async with call.services.workbooks:
            content = await write_aside(SHEET, armed_pages(call.services.database, school))
    except WriteFailed as error:
        raise Refused(Code.OVERLOADED, str(error), retry_after_ms=5_000) from error
    return xlsx_response(content, "学生名单.xlsx")


async def armed_pages(database: Database, school: SchoolId) -> AsyncIterator[list[list[str]]]:
    async for rows in pages(database, school):
        yield [[armed(cell) for cell in row] for row in rows]


async def begin(call: Call) -> SchoolId:
    """The school, once the export is written down."""
    async with call.transaction() as tx:
        school = await administered(call, tx)
        await audit.insert(tx, call.device.account, "roster.exported", school=school)
    return school


async def pages(database: Database, school: SchoolId) -> AsyncIterator[list[Row]]:
    after = ""
    while entries := await roster.select_entries(database, school, "", "any", after, AT_ONCE):
        yield [row_of(each) for each in entries]
        after = entries[-1].number


def row_of(entry: roster.Entry) -> Row:
    return (
        entry.number,
        entry.name,
        entry.code or "",
        "已认证" if entry.holder else "未认证",
        entry.holder_name or "",
        moment(entry.certified_at),
    )


async def csv_pages(database: Database, school: SchoolId) -> AsyncIterator[bytes]:
    yield csv_lines([HEADINGS], begins=True)
    async for rows in pages(database, school):
        yield csv_lines(rows)


def csv_response(content: AsyncIterator[bytes], name: str) -> Response:
    headers = {
        **HEADERS,
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": disposition("attachment", name),
    }
    return StreamingResponse(content, headers=headers)


def xlsx_response(content: bytes, name: str) -> Response:
    return Response(
        content, headers={**HEADERS, "Content-Type": XLSX, "Content-Disposition": disposition("attachment", name)}
    )


def csv_lines(rows: Iterable[Sequence[str]], *, begins: bool = False) -> bytes:
    """Lines of a CSV file; with the mark that tells spreadsheets it is UTF-8 where it `begins`."""
    written = StringIO()
    csv.writer(written).writerows([armed(cell) for cell in row] for row in rows)
    return (("\ufeff" if begins else "") + written.getvalue()).encode()


def moment(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
