"""学生管理 (R24, R29-R32): the roster as its school's admin keeps it, and nobody else."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook

from server.core.roster import check_row
from server.files.sheet import read_sheet
from server.rest.schools.export import HEADINGS, XLSX
from tests.harness.site import Site
from tests.rest.schools.campus import a_campus

NOWHERE = "x" * 16


async def test_an_admin_adds_changes_and_finds_students(site: Site) -> None:
    """R29: leading zeros are kept, full-width digits are digits."""
    campus = await a_campus(site)
    entry = await campus.add("００７", "林小满")
    await campus.add("1008", "江一帆", "ITSOWN")
    changed = await campus.ask("PATCH", f"/roster/{entry}", body={"number": "0070", "name": "林小曼", "code": "ABCD"})
    assert changed.json() | {"added_at": 0} == {
        "id": entry,
        "number": "0070",
        "name": "林小曼",
        "code": "ABCD",
        "added_at": 0,
        "holder": None,
    }
    found_by = {"": ["0070", "1008"], "小曼": ["0070"], "100": ["1008"], "%": [], "' OR 1=1--": []}
    for query, numbers in found_by.items():
        found = await campus.site.client.get(
            f"/api/schools/{campus.id}/roster", params={"query": query}, headers=campus.admin.headers
        )
        assert [each["number"] for each in found.json()["entries"]] == numbers
    taken = await campus.ask("POST", "/roster", body={"number": "1008", "name": "别人", "code": None})
    assert (taken.status_code, taken.json()["code"]) == (409, "number_taken")


async def test_a_long_roster_comes_in_pages_of_fifty(site: Site) -> None:
    campus = await a_campus(site)
    await site.database.execute(
        """
        INSERT INTO roster_entry (id, school_id, number, name)
        SELECT lpad(n::text, 16, '0'), $1, lpad(n::text, 6, '0'), '学生' FROM generate_series(1, 120) AS n
        """,
        campus.id,
    )
    seen: list[str] = []
    after = ""
    for expected in (50, 50, 20):
        page = (await campus.ask("GET", f"/roster?after={after}")).json()
        assert len(page["entries"]) == expected
        seen += [each["number"] for each in page["entries"]]
        after = page["next"] or ""
    assert after == ""
    assert seen == [f"{n:06d}" for n in range(1, 121)]
    for wrong in ("*", "A", "AA", "_" * 500):
        assert (await campus.ask("GET", f"/roster?after={wrong}")).status_code == 422


async def test_removing_and_adding_again_frees_a_number_for_another_account(site: Site) -> None:
    """R24, R30, R31, R32: the admin sees who holds it and who held it; the old account keeps what is its own."""
    campus = await a_campus(site)
    entry = await campus.add("007", "林小满")
    old, new = await site.register("旧号"), await site.register("新号")
    await campus.certify(old, "007", "林小满")
    shown = (await campus.ask("GET", f"/roster/{entry}")).json()
    holder = shown["entry"]["holder"]
    assert (holder["account"], holder["name"], holder["phone"]) == (
        old.account,
        "旧号",
        f"{old.phone[:3]}****{old.phone[-4:]}",
    )
    assert (await campus.ask("GET", "/roster?standing=certified")).json()["entries"] == [shown["entry"]]
    assert (await campus.ask("GET", "/roster?standing=uncertified")).json()["entries"] == []

    assert (await campus.ask("DELETE", f"/roster/{entry}")).status_code == 204
    mine = (await site.get("/api/me/certification", old)).json()
    assert (mine["current"], mine["past"][0]["dissolved_by"]) == (None, "admin")
    assert (await campus.certify(new, "007", "林小满")).json()["code"] == "number_unknown"
    again = await campus.add("007", "林小满")
    assert (await campus.certify(new, "007", "林小满")).status_code == 201
    holders = (await campus.ask("GET", f"/roster/{again}")).json()["holders"]
    assert [(each["account"], each["dissolved_by"]) for each in holders] == [
        (new.account, None),
        (old.account, "admin"),
    ]
    log = (await campus.ask("GET", "/audit")).json()["entries"]
    assert [each["action"] for each in log] == [
        "certification.made",
        "roster.added",
        "roster.removed",
        "certification.made",
        "roster.added",
    ]
    assert (log[2]["actor"], log[2]["account"]) == (campus.admin.account, old.account)
    # Security G 95: ids and codes, never names or numbers.
    assert "007" not in str([each["detail"] for each in log])


async def test_new_codes_replace_the_old_and_leave_certifications_alone(site: Site) -> None:
    """R19: for the school, for rows without one, for all."""
    campus = await a_campus(site)
    await campus.add("1", "甲")
    await campus.add("2", "乙", "ITSOWN")
    student = await site.register()
    await campus.certify(student, "1", "甲")

    async def codes() -> list[str | None]:
        return [each["code"] for each in (await campus.ask("GET", "/roster")).json()["entries"]]

    assert (await campus.ask("POST", "/codes", body={"which": "school"})).json() == {"n_issued": 1}
    (mine,) = (await site.get("/api/me/schools", campus.admin)).json()["schools"]
    assert len(mine["certification_code"]) == 8
    assert (mine["n_entries"], mine["n_certified"]) == (2, 1)
    assert (await campus.ask("POST", "/codes", body={"which": "missing"})).json() == {"n_issued": 1}
    first, second = await codes()
    assert (len(first or ""), second) == (8, "ITSOWN")
    assert (await campus.ask("POST", "/codes", body={"which": "all"})).json() == {"n_issued": 2}
    assert set(await codes()).isdisjoint({first, second})
    assert (await site.get("/api/me/certification", student)).json()["current"] is not None


async def test_an_exported_name_is_never_a_formula(site: Site) -> None:
    """Security C 80."""
    campus = await a_campus(site)
    for number, name in enumerate(('=HYPERLINK("http://evil")', "+1", "-1", "@x", "|cmd", "林,小满")):
        await campus.add(f"00{number}", name)
    exported = await campus.ask("GET", "/roster.csv")
    assert exported.headers["content-disposition"].startswith("attachment;")
    lines = exported.content.decode("utf-8-sig").splitlines()
    assert exported.content.startswith(b"\xef\xbb\xbf")
    assert lines == [
        "学号,姓名,认证码,认证状态,认证账号,认证时间",
        '000,"\'=HYPERLINK(""http://evil"")",,未认证,,',
        "001,'+1,,未认证,,",
        "002,'-1,,未认证,,",
        "003,'@x,,未认证,,",
        "004,'|cmd,,未认证,,",
        '005,"林,小满",,未认证,,',
    ]


async def test_the_same_export_as_a_workbook_is_text_in_every_cell(site: Site) -> None:
    """Security C 80, R19: leading zeros and what looks like a formula stay what they are; import takes it back."""
    campus = await a_campus(site)
    for number, name in enumerate(('=HYPERLINK("http://evil")', "-1", "林小满")):
        await campus.add(f"00{number}", name, "ITSOWN" if number == 2 else None)
    exported = await campus.ask("GET", "/roster.xlsx")
    assert exported.headers["content-type"] == XLSX
    assert exported.headers["content-disposition"].startswith("attachment;")
    cells = [list(row) for row in load_workbook(BytesIO(exported.content)).worksheets[0].iter_rows()]
    assert [[cell.value for cell in row] for row in cells] == [
        list(HEADINGS),
        ["000", '\'=HYPERLINK("http://evil")', None, "未认证", None, None],
        ["001", "'-1", None, "未认证", None, None],
        ["002", "林小满", "ITSOWN", "未认证", None, None],
    ]
    written = [cell for row in cells for cell in row if cell.value is not None]
    assert {(cell.data_type, cell.number_format) for cell in written} == {("s", "@")}
    file = site.services.storage.incoming / "again.xlsx"
    file.write_bytes(exported.content)
    assert [(row.number, row.name, row.code) for row in map(check_row, read_sheet(file))] == [
        ("000", '=HYPERLINK("http://evil")', None),
        ("001", "-1", None),
        ("002", "林小满", "ITSOWN"),
    ]
    audited = (await campus.ask("GET", "/audit")).json()["entries"]
    assert audited[0]["action"] == "roster.exported"


BAD = [{"number": "a b"}, {"number": "x" * 33}, {"name": " "}, {"code": "abc"}, {"code": "码码码码"}]


@pytest.mark.parametrize("bad", BAD, ids=str)
async def test_a_row_that_is_wrong_is_refused_by_its_field(site: Site, bad: dict[str, str]) -> None:
    campus = await a_campus(site)
    refused = await campus.ask("POST", "/roster", body={"number": "1", "name": "甲", "code": "ABCD"} | bad)
    assert (refused.status_code, refused.json()["data"]["field"]) == (422, next(iter(bad)))


async def test_somebody_elses_roster_is_as_missing_as_none(site: Site) -> None:
    """Security D 58, 59: by the path of their own school, too."""
    mine, theirs = await a_campus(site), await a_campus(site, "北山学院")
    entry = await mine.add("007", "林小满")
    student = await site.register()
    await mine.certify(student, "007", "林小满")
    row = {"number": "1", "name": "甲", "code": None}
    asked: tuple[tuple[str, str, object], ...] = (
        ("GET", "/roster", None),
        ("POST", "/roster", row),
        ("GET", "/roster.csv", None),
        ("GET", "/roster.xlsx", None),
        ("GET", f"/roster/{entry}", None),
        ("PATCH", f"/roster/{entry}", row),
        ("DELETE", f"/roster/{entry}", None),
        ("POST", "/codes", {"which": "all"}),
        ("GET", "/audit", None),
    )
    for method, path, body in asked:
        for person in (theirs.admin, student):
            refused = await mine.ask(method, path, person, body)
            assert (refused.status_code, refused.json()["code"]) == (404, "not_found"), path
        if entry in path:
            assert (await theirs.ask(method, path, body=body)).status_code == 404
            assert (await mine.ask(method, path.replace(entry, NOWHERE), body=body)).status_code == 404
    assert [each["id"] for each in (await mine.ask("GET", "/roster")).json()["entries"]] == [entry]
