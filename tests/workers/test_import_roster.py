"""A roster's import from upload to undo, over real PostgreSQL, with the job run where the worker would run it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import pytest_asyncio
from openpyxl import Workbook

from protocol.ids import FileId, ImportId
from server.store import roster_imports
from tests.harness.site import Person, Site, a_site
from tests.rest.schools.campus import Campus, a_campus
from workers import import_roster, sweep_imports
from workers.context import CONFIG, ROAD

Row = Sequence[object]


@pytest_asyncio.fixture
async def site(database: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    ready: asyncio.Future[Site] = asyncio.get_running_loop().create_future()
    done = asyncio.Event()

    async def live() -> None:
        async with a_site(database, redis_url, tmp_path) as made:
            ready.set_result(made)
            await done.wait()

    living = asyncio.create_task(live())
    await asyncio.wait((living, ready), return_when=asyncio.FIRST_COMPLETED)
    if living.done():
        await living
    yield ready.result()
    done.set()
    await living


def an_xlsx(*rows: Row) -> bytes:
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet()
    for row in rows:
        sheet.append(list(row))
    written = BytesIO()
    workbook.save(written)
    return written.getvalue()


async def upload(campus: Campus, content: bytes, *, name: str = "名单.xlsx", whole: int = 0) -> str:
    """A file, up to where the worker has looked at it; gives the import's id."""
    made = await campus.site.client.post(
        f"/api/schools/{campus.id}/imports",
        params={"name": name, "whole": str(whole)},
        content=content,
        headers=campus.admin.headers,
    )
    assert made.status_code == 201, made.text
    assert made.json()["state"] == "parsing"
    await work(campus.site)
    return str(made.json()["id"])


async def work(site: Site) -> None:
    """Do what alarms were rung for, as a worker does."""
    while site.alarms:
        alarm = site.alarms.pop(0)
        assert alarm.job == "import_roster"
        await import_roster.import_roster(context(site), alarm.argument)


def context(site: Site) -> dict[str, object]:
    return {ROAD: site.services.road, CONFIG: site.services.config}


async def shown(campus: Campus, made: str) -> dict[str, object]:
    found: dict[str, object] = (await campus.ask("GET", f"/imports/{made}")).json()
    return found


async def counts(campus: Campus, made: str) -> tuple[object, ...]:
    found = await shown(campus, made)
    return tuple(found[each] for each in ("state", "n_rows", "n_new", "n_changed", "n_removed", "n_errors"))


async def rows(campus: Campus, made: str, change: str) -> list[tuple[object, ...]]:
    found = (await campus.ask("GET", f"/imports/{made}/rows?change={change}")).json()["rows"]
    return [(each["row"], each["number"], each["name"], each["error"]) for each in found]


async def do(campus: Campus, made: str, what: str) -> None:
    begun = await campus.ask("POST", f"/imports/{made}/{what}")
    assert begun.status_code == 200, begun.text
    await work(campus.site)


async def roster(campus: Campus) -> list[tuple[str, str, str | None]]:
    entries = (await campus.ask("GET", "/roster")).json()["entries"]
    return [(each["number"], each["name"], each["code"]) for each in entries]


async def is_certified(site: Site, person: Person) -> bool:
    return (await site.get("/api/me/certification", person)).json()["current"] is not None


async def test_a_whole_roster_is_shown_applied_and_undone(site: Site) -> None:
    """R29: new, changed, removed, same and wrong rows; undoing puts certifications back as well."""
    campus = await a_campus(site)
    for number, name in (("001", "甲"), ("002", "乙"), ("003", "丙")):
        await campus.add(number, name)
    removed, kept, added = [await site.register(name) for name in ("a", "b", "c")]
    await campus.certify(removed, "003", "丙")
    await campus.certify(kept, "002", "乙")
    before = await roster(campus)
    made = await upload(
        campus,
        an_xlsx(("名单",), ("姓名", "班级", "学号（必填）"), ("甲", 1, "001"), ("乙二", 1, "００２"), ("丁", 2, "004")),
        whole=1,
    )
    assert await counts(campus, made) == ("checked", 3, 1, 1, 1, 0)
    assert await rows(campus, made, "same") == [(3, "001", "甲", None)]
    assert await rows(campus, made, "changed") == [(4, "002", "乙二", None)]
    assert await rows(campus, made, "new") == [(5, "004", "丁", None)]
    assert await rows(campus, made, "removed") == [(6, "003", "丙", None)]
    assert await roster(campus) == before  # a dry run

    await do(campus, made, "apply")
    assert await roster(campus) == [("001", "甲", None), ("002", "乙二", None), ("004", "丁", None)]
    assert (await is_certified(site, removed), await is_certified(site, kept)) == (False, True)
    await campus.certify(added, "004", "丁")
    found = await shown(campus, made)
    assert (found["state"], found["n_done"], found["n_total"]) == ("applied", 6, 6)

    await do(campus, made, "undo")
    assert await roster(campus) == before
    assert [await is_certified(site, each) for each in (removed, kept, added)] == [True, True, False]
    assert (await shown(campus, made))["state"] == "undone"
    log = [each["action"] for each in (await campus.ask("GET", "/audit")).json()["entries"]]
    assert log[0] == "roster.undone"
    assert {"roster.uploaded", "roster.applied"} < set(log)


async def test_undoing_leaves_alone_what_was_changed_since(site: Site) -> None:
    campus = await a_campus(site)
    entry = await campus.add("001", "甲")
    made = await upload(campus, an_xlsx(("学号", "姓名"), ("001", "甲一"), ("002", "乙")))
    await do(campus, made, "apply")
    await campus.ask("PATCH", f"/roster/{entry}", body={"number": "001", "name": "甲二"})
    await do(campus, made, "undo")
    assert await roster(campus) == [("001", "甲二", None)]


async def test_wrong_rows_are_told_one_by_one_and_the_others_applied(site: Site) -> None:
    campus = await a_campus(site)
    content = an_xlsx(
        ("学号", "姓名", "认证码"),
        ("001", "甲", "CODE1"),
        (None, "乙", None),
        ("00 3", "丙", None),
        (20240000000000012345, "丁", None),
        ("005", None, None),
        ("006", "x" * 41, None),
        ("007", "庚", "abc"),
        ("001", "辛", None),
        ("=1+1", "壬", None),
        (None, None, None),
    )
    made = await upload(campus, content)
    assert await counts(campus, made) == ("checked", 9, 1, 0, 0, 8)
    assert [(row, error) for row, _, _, error in await rows(campus, made, "error")] == [
        (3, "number_missing"),
        (4, "number_bad"),
        (5, "number_as_figure"),
        (6, "name_missing"),
        (7, "name_bad"),
        (8, "code_bad"),
        (9, "number_twice"),
        (10, "number_missing"),
    ]
    lines = (await campus.ask("GET", f"/imports/{made}/errors.csv")).content.decode("utf-8-sig").splitlines()
    assert lines[0] == "行,学号,姓名,认证码,错误"
    assert lines[7] == "9,001,辛,,学号在文件中重复"
    await do(campus, made, "apply")
    assert await roster(campus) == [("001", "甲", "CODE1")]


async def test_a_whole_roster_with_wrong_rows_removes_nobody(site: Site) -> None:
    campus = await a_campus(site)
    await campus.add("001", "甲")
    made = await upload(campus, an_xlsx(("学号", "姓名"), ("0 01", "甲")), whole=1)
    refused = await campus.ask("POST", f"/imports/{made}/apply")
    assert (refused.status_code, refused.json()["code"]) == (409, "import_errors")
    assert (await campus.ask("DELETE", f"/imports/{made}")).status_code == 204
    assert (await campus.ask("POST", f"/imports/{made}/apply")).json()["code"] == "import_state"
    assert len(await roster(campus)) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_csv_is_read_in_every_encoding_that_schools_use(site: Site, encoding: str) -> None:
    campus = await a_campus(site)
    text = '认证码;姓名;学号\r\n;林小满;００７\r\nAbc-1;"\'=江";008\r\n'.encode(encoding)
    made = await upload(campus, text, name="名单.csv")
    await do(campus, made, "apply")
    assert await roster(campus) == [("007", "林小满", None), ("008", "=江", "Abc-1")]


async def test_what_was_exported_can_be_imported_again_and_changes_nothing(site: Site) -> None:
    campus = await a_campus(site)
    await campus.add("007", "=林", "ABCD")
    await campus.add("008", "江")
    made = await upload(campus, (await campus.ask("GET", "/roster.csv")).content, name="名单.csv", whole=1)
    assert await counts(campus, made) == ("checked", 2, 0, 0, 0, 0)


async def test_the_template_is_read_as_it_is_given(site: Site) -> None:
    campus = await a_campus(site)
    template = (await campus.ask("GET", "/roster-template.xlsx")).content
    made = await upload(campus, template)
    assert await rows(campus, made, "new") == [(2, "00123456", "张三", None)]


def a_bomb() -> bytes:
    written = BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (250 * 1024 * 1024))
    return written.getvalue()


def a_crowd() -> bytes:
    written = BytesIO()
    with ZipFile(written, "w") as archive:
        for n in range(1_500):
            archive.writestr(f"../{n}", b"")
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (a_bomb(), "too_large"),
        (a_crowd(), "too_large"),
        (b"PK\x03\x04" + b"\0" * 99, "unreadable"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 99, "old_format"),
        (b"\xff\xfe\xfa\x00\xff", "encoding"),
        (b"", "no_headings"),
        (b"a,b\n1,2\n", "no_headings"),
        ("学号,姓名\n".encode(), "no_rows"),
        (b'number,name\n"' + b"x" * 200_000, "unreadable"),
        ("学号,姓名\n".encode() + b"1,a\n" * 100_001, "too_many_rows"),
    ],
    ids=("bomb", "crowd", "broken", "xls", "encoding", "empty", "headings", "rows", "cell", "many"),
)
async def test_a_file_that_is_no_roster_fails_with_a_reason_and_leaves_nothing(
    site: Site, content: bytes, why: str
) -> None:
    """Security F 86."""
    campus = await a_campus(site)
    made = await upload(campus, content)
    found = await shown(campus, made)
    assert (found["state"], found["why"], found["n_total"]) == ("failed", why, 0)
    assert await site.database.fetchval("SELECT count(*) FROM roster_import_row") == 0
    kept = [each for each in site.services.config.data.rglob("*") if each.is_file() and made in each.name]
    assert kept == []


async def test_a_file_that_is_too_large_is_refused_before_it_is_read(site: Site) -> None:
    """Security F 81: by its own word, and by what comes."""
    campus = await a_campus(site)
    path = f"/api/schools/{campus.id}/imports"

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"x" * 1024 * 1024

    said = await site.client.post(path, content=b"x", headers={**campus.admin.headers, "Content-Length": "99999999"})
    came = await site.client.post(path, content=endless(), headers=campus.admin.headers)
    assert [each.status_code for each in (said, came)] == [413, 413]
    assert await site.database.fetchval("SELECT count(*) FROM roster_import") == 0


async def test_an_import_that_a_dead_worker_left_is_taken_up_where_it_was(site: Site) -> None:
    campus = await a_campus(site)
    content = an_xlsx(("学号", "姓名"), *((f"{n:06d}", "学生") for n in range(2_500)))
    made = await site.client.post(f"/api/schools/{campus.id}/imports", content=content, headers=campus.admin.headers)
    roster_import = ImportId(made.json()["id"])
    site.alarms.clear()

    async def left() -> None:
        await site.database.execute("UPDATE roster_import SET beat_at = now() - interval '1 minute'")
        await sweep_imports.sweep_imports(context(site))

    await sweep_imports.sweep_imports(context(site))  # too early: somebody may be at it
    assert (await shown(campus, roster_import))["state"] == "parsing"
    await left()
    assert await counts(campus, roster_import) == ("checked", 2_500, 2_500, 0, 0, 0)
    await campus.ask("POST", f"/imports/{roster_import}/apply")
    site.alarms.clear()
    assert not await import_roster.change_batch(site.database, roster_import)
    found = await shown(campus, roster_import)
    assert (found["state"], found["n_done"], found["n_total"]) == ("applying", 1_000, 2_501)
    assert (await campus.ask("POST", f"/imports/{roster_import}/apply")).json()["code"] == "import_state"
    await left()
    assert (await shown(campus, roster_import))["state"] == "applied"
    assert await site.database.fetchval("SELECT count(*) FROM roster_entry") == 2_500


async def test_two_workers_at_one_import_do_it_once(site: Site) -> None:
    campus = await a_campus(site)
    content = an_xlsx(("学号", "姓名"), *((f"{n:06d}", "学生") for n in range(3_000)))
    made = await site.client.post(f"/api/schools/{campus.id}/imports", content=content, headers=campus.admin.headers)
    roster_import = str(made.json()["id"])
    await asyncio.gather(*(import_roster.import_roster(context(site), roster_import) for _ in range(2)))
    await work(site)
    assert await counts(campus, roster_import) == ("checked", 3_000, 3_000, 0, 0, 0)


async def test_a_file_that_no_worker_ends_is_given_up(site: Site) -> None:
    campus = await a_campus(site)
    made = await site.client.post(f"/api/schools/{campus.id}/imports", content=b"x", headers=campus.admin.headers)
    await site.database.execute("UPDATE roster_import SET created_at = now() - interval '1 hour', beat_at = created_at")
    await site.database.execute("UPDATE roster_import SET beat_at = created_at")
    await sweep_imports.sweep_imports(context(site))
    found = await shown(campus, made.json()["id"])
    assert (found["state"], found["why"]) == ("failed", "too_slow")
    kept = await roster_imports.select_left(site.database, timedelta(0), 10)
    assert kept == []
    assert FileId(made.json()["id"]) not in str(list(site.services.config.data.rglob("*")))


async def test_one_import_at_a_time_changes_a_roster(site: Site) -> None:
    campus = await a_campus(site)
    first, second = [await upload(campus, an_xlsx(("学号", "姓名"), (str(n), "甲"))) for n in (1, 2)]
    await campus.ask("POST", f"/imports/{first}/apply")
    busy = await campus.ask("POST", f"/imports/{second}/apply")
    assert (busy.status_code, busy.json()["code"]) == (409, "import_at_work")
    await work(site)
    await do(campus, second, "apply")
    assert [number for number, _, _ in await roster(campus)] == ["1", "2"]


async def test_another_schools_import_is_as_missing_as_none(site: Site) -> None:
    """Security D 58, 59."""
    mine, theirs = await a_campus(site), await a_campus(site, "北山学院")
    made = await upload(mine, an_xlsx(("学号", "姓名"), ("1", "甲")))
    asked = (
        ("GET", ""),
        ("DELETE", ""),
        ("GET", "/rows"),
        ("GET", "/errors.csv"),
        ("POST", "/apply"),
        ("POST", "/undo"),
    )
    for method, path in asked:
        assert (await mine.ask(method, f"/imports/{made}{path}", theirs.admin)).status_code == 404
        assert (await theirs.ask(method, f"/imports/{made}{path}")).status_code == 404
    assert (await mine.ask("GET", "/imports", theirs.admin)).status_code == 404
    assert (await mine.ask("POST", "/imports", theirs.admin)).status_code == 404
    assert (await mine.ask("GET", "/roster-template.xlsx", theirs.admin)).status_code == 404
    assert await counts(mine, made) == ("checked", 1, 1, 0, 0, 0)
    assert [each["id"] for each in (await mine.ask("GET", "/imports")).json()["imports"]] == [made]
