"""The roster as a file to keep: CSV that spreadsheets open as text and never run (security C 80)."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime, timedelta, timezone
from io import StringIO

from starlette.responses import Response, StreamingResponse

from protocol.ids import SchoolId
from server.core.file_name import disposition
from server.core.roster import armed
from server.rest.answer import HEADERS
from server.rest.call import Call
from server.rest.schools.admin import administered
from server.store import audit, roster
from server.store.pool import Database

AT_ONCE = 1_000
HEADINGS = ("学号", "姓名", "认证码", "认证状态", "认证账号", "认证时间")
CHINA = timezone(timedelta(hours=8))


async def export_roster(call: Call) -> Response:
    """The whole roster with its 认证码 and who is certified, as CSV (UTF-8 with BOM)."""
    async with call.transaction() as tx:
        school = await administered(call, tx)
        await audit.insert(tx, call.device.account, "roster.exported", school=school)
    return csv_response(pages(call.services.database, school), "学生名单.csv")


async def pages(database: Database, school: SchoolId) -> AsyncIterator[bytes]:
    yield csv_lines([HEADINGS], begins=True)
    after = ""
    while entries := await roster.select_entries(database, school, "", "any", after, AT_ONCE):
        yield csv_lines(
            (
                each.number,
                each.name,
                each.code or "",
                "已认证" if each.holder else "未认证",
                each.holder_name or "",
                moment(each.certified_at),
            )
            for each in entries
        )
        after = entries[-1].number


def csv_response(content: AsyncIterator[bytes], name: str) -> Response:
    headers = {
        **HEADERS,
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": disposition("attachment", name),
    }
    return StreamingResponse(content, headers=headers)


def csv_lines(rows: Iterable[Sequence[str]], *, begins: bool = False) -> bytes:
    """Lines of a CSV file; with the mark that tells spreadsheets it is UTF-8 where it `begins`."""
    written = StringIO()
    csv.writer(written).writerows([armed(cell) for cell in row] for row in rows)
    return (("\ufeff" if begins else "") + written.getvalue()).encode()


def moment(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
