"""The rows of an import: what each would do, page by page; the wrong ones as a file; the empty table to fill in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import get_args

from starlette.responses import Response

from protocol.errors import Code, Refused
from protocol.ids import ImportId
from protocol.schools import Change, RosterImportRows, RowError
from server.files.template import make_template
from server.rest.answer import answer
from server.rest.call import Call
from server.rest.cursor import PAGE, after_number, cursor
from server.rest.schools.admin import administered
from server.rest.schools.export import AT_ONCE, csv_lines, csv_response, xlsx_response
from server.rest.schools.imports import find
from server.store import roster_imports
from server.store.pool import Database

HEADINGS = ("行", "学号", "姓名", "认证码", "错误")
CHANGES: tuple[Change, ...] = get_args(Change)

ERRORS: dict[RowError, str] = {
    "number_missing": "缺少学号",
    "number_bad": "学号格式错误：只能有字母、数字和 . _ / -，最多 32 位",
    "number_as_figure": "学号是数值，末尾或开头的数字已丢失：请将该列设为文本后重新填写",
    "name_missing": "缺少姓名",
    "name_bad": "姓名格式错误：最多 40 个字",
    "code_bad": "认证码格式错误：4 至 32 位字母、数字或符号",
    "number_twice": "学号在文件中重复",
}


async def list_import_rows(call: Call) -> Response:
    """What the rows would do; `change` names one kind of it."""
    database = call.services.database
    found = await find(call, database, ImportId(call.path["import"]))
    rows = await roster_imports.select_rows(database, found.id, read_changes(call), after_number(call, 0), PAGE + 1)
    page = rows[:PAGE]
    return answer(RosterImportRows(rows=page, next=cursor(page[-1].row) if len(rows) > PAGE else None))


def read_changes(call: Call) -> tuple[Change, ...]:
    given = call.query.get("change")
    if given is None:
        return CHANGES
    chosen = tuple(each for each in CHANGES if each == given)
    if not chosen:
        raise Refused(Code.BAD_FIELD, "change", data={"field": "change"})
    return chosen


async def export_errors(call: Call) -> Response:
    """The wrong rows with what is wrong about each, as CSV: correct it and upload it again."""
    found = await find(call, call.services.database, ImportId(call.path["import"]))
    return csv_response(pages(call.services.database, found.id), "错误行.csv")


async def pages(database: Database, roster_import: ImportId) -> AsyncIterator[bytes]:
    yield csv_lines([HEADINGS], begins=True)
    after = 0
    while rows := await roster_imports.select_rows(database, roster_import, ("error",), after, AT_ONCE):
        yield csv_lines(
            (str(each.row), each.number, each.name, each.code or "", ERRORS[each.error] if each.error else "")
            for each in rows
        )
        after = rows[-1].row


async def show_template(call: Call) -> Response:
    """The empty table to fill in, as .xlsx."""
    await administered(call, call.services.database)
    content = await asyncio.to_thread(make_template)
    return xlsx_response(content, "学生名单模板.xlsx")
