"""学校云认证 (R18-R28): what fits the roster certifies, once for each account and each number."""

from __future__ import annotations

import asyncio

from tests.harness.site import Site
from tests.rest.schools.campus import CODE, a_campus

UNKNOWN = ("number_unknown", "学号输入错误，或学校未录入该学号")
HELD = ("number_held", "学号存在异常认证关系")


async def test_schools_are_found_by_any_part_of_their_name_and_say_whether_they_have_a_cloud(site: Site) -> None:
    """R18, R27."""
    nan, bei = await a_campus(site), await a_campus(site, "北山_学院", has_cloud=False)
    student = await site.register()
    both = (await site.get("/api/schools?query=山", student)).json()
    assert both == {
        "schools": [
            {"id": bei.id, "name": "北山_学院", "has_cloud": False},
            {"id": nan.id, "name": "南山大学", "has_cloud": True},
        ],
        "next": None,
    }
    # A wildcard is a letter like any other (security 93).
    assert [each["id"] for each in (await site.get("/api/schools?query=_", student)).json()["schools"]] == [bei.id]
    assert (await site.get("/api/schools?query=%25", student)).json()["schools"] == []


async def test_school_number_name_and_code_certify_however_they_are_written(site: Site) -> None:
    """R19: full width, blanks, case and the dot of a name do not count; leading zeros do."""
    campus = await a_campus(site)
    await campus.add("0012a", "阿依·古丽", "Own-Code")
    student = await site.register()
    done = await campus.certify(student, " ００１２Ａ ", "阿依 • 古丽", "own-code ")
    assert done.status_code == 201
    mine = (await site.get("/api/me/certification", student)).json()
    assert mine["past"] == []
    assert mine["current"] == done.json()
    assert (mine["current"]["number"], mine["current"]["name"]) == ("0012A", "阿依·古丽")
    assert mine["current"]["school"] == {"id": campus.id, "name": campus.name, "has_cloud": True}


async def test_whatever_does_not_fit_is_one_and_the_same_refusal(site: Site) -> None:
    """R23: the number, the name, the code, the school, or a school without the service."""
    campus, without = await a_campus(site), await a_campus(site, "无云学院", has_cloud=False)
    silent = await a_campus(site, "无码学院", code=None)
    for each in (campus, without, silent):
        await each.add("007", "林小满")
    await campus.add("008", "江一帆", "ITSOWN")
    student = await site.register()
    answers = [
        await campus.certify(student, "7", "林小满"),
        await campus.certify(student, "007", "林小曼"),
        await campus.certify(student, "007", "林小满", "WRONG1"),
        await campus.certify(student, "008", "江一帆", CODE),
        await without.certify(student, "007", "林小满"),
        await silent.certify(student, "007", "林小满"),
        await campus.certify(student, "'; DROP", "林小满"),
    ]
    assert [(each.status_code, each.json()["code"], each.json()["zh"]) for each in answers] == [(409, *UNKNOWN)] * 7
    assert (await site.get("/api/me/certification", student)).json() == {"current": None, "past": []}


async def test_a_number_that_another_account_holds_says_so_only_to_who_knows_all_four(site: Site) -> None:
    """R24, R26: and after the other account dissolved, it certifies."""
    campus = await a_campus(site)
    await campus.add("007", "林小满")
    first, second = await site.register(), await site.register()
    assert (await campus.certify(first, "007", "林小满")).status_code == 201
    held = await campus.certify(second, "007", "林小满")
    assert (held.json()["code"], held.json()["zh"]) == HELD
    assert (await campus.certify(second, "007", "林小满", "GUESS1")).json()["code"] == "number_unknown"
    assert (await campus.dissolve(first)).status_code == 204
    assert (await campus.certify(second, "007", "林小满")).status_code == 201


async def test_an_account_has_one_certification_and_may_change_schools_after_dissolving(site: Site) -> None:
    """R22."""
    nan, bei = await a_campus(site), await a_campus(site, "北山学院")
    await nan.add("007", "林小满")
    await bei.add("9", "林小满")
    student = await site.register()
    first = (await nan.certify(student, "007", "林小满")).json()
    assert (await nan.certify(student, "007", "林小满")).json() == first
    assert (await bei.certify(student, "9", "林小满")).json()["code"] == "already_certified"
    assert (await nan.dissolve(student)).status_code == 204
    assert (await nan.dissolve(student)).status_code == 404
    second = (await bei.certify(student, "9", "林小满")).json()
    mine = (await site.get("/api/me/certification", student)).json()
    assert mine["current"] == second
    assert [(each["id"], each["dissolved_by"]) for each in mine["past"]] == [(first["id"], "account")]


async def test_twenty_accounts_race_for_a_number_and_one_has_it(site: Site) -> None:
    """R24, security C 53."""
    campus = await a_campus(site)
    await campus.add("007", "林小满")
    racers = [await site.register() for _ in range(20)]
    answers = await asyncio.gather(*(campus.certify(each, "007", "林小满") for each in racers))
    assert sorted(each.status_code for each in answers) == [201] + [409] * 19
    assert {each.json()["code"] for each in answers if each.status_code == 409} == {"number_held"}


async def test_an_account_races_for_two_numbers_and_has_one(site: Site) -> None:
    """R22, security C 53."""
    campus = await a_campus(site)
    for number in ("1", "2"):
        await campus.add(number, "林小满")
    student = await site.register()
    answers = await asyncio.gather(*(campus.certify(student, number, "林小满") for number in ("1", "2") * 4))
    won = {each.json()["number"] for each in answers if each.status_code == 201}
    assert len(won) == 1
    n_held = await site.database.fetchval(
        "SELECT count(*) FROM certification WHERE account_id = $1 AND state = 'certified'", student.account
    )
    assert n_held == 1


async def test_guesses_of_a_code_are_few_for_an_account_and_for_a_number(site: Site) -> None:
    """Security D 54: ten an hour by one account; thirty a day at one number, by however many."""
    campus = await a_campus(site)
    await campus.add("007", "林小满")
    student = await site.register()
    codes = [(await campus.certify(student, "007", "林小满", f"GUESS{n}")).json()["code"] for n in range(11)]
    assert codes == ["number_unknown"] * 10 + ["slow_down"]
    for _ in range(2):
        other = await site.register()
        for n in range(10):
            await campus.certify(other, "007", "林小满", f"OTHER{n}")
    last = await campus.certify(await site.register(), "007", "林小满")
    assert (last.status_code, last.json()["code"]) == (429, "slow_down")


async def test_what_else_a_body_says_changes_nothing(site: Site) -> None:
    """Security D 61."""
    campus = await a_campus(site)
    await campus.add("007", "林小满")
    student, victim = await site.register(), await site.register()
    body = {"school": campus.id, "number": "007", "name": "林小满", "code": CODE}
    more = {"account": victim.account, "state": "dissolved", "certified_at": 0, "verified": True}
    done = await site.client.post("/api/me/certification", json=body | more, headers=student.headers)
    assert done.status_code == 201
    assert (await site.get("/api/me/certification", victim)).json()["current"] is None


async def test_a_teacher_sees_who_of_the_class_is_certified_and_a_student_does_not(site: Site) -> None:
    """R25, security D 58, 62: neither 学号 nor name, and to others not even that there is a class."""
    campus = await a_campus(site)
    await campus.add("007", "林小满")
    teacher, certified, other, stranger = [await site.register(name) for name in ("Ma", "Lin", "Wu", "X")]
    classroom = await site.classroom(teacher, certified, other)
    await campus.certify(certified, "007", "林小满")
    path = f"/api/classrooms/{classroom}/certifications"
    assert (await site.get(path, teacher)).json() == {
        "members": [
            {"account": certified.account, "school_name": campus.name},
            {"account": other.account, "school_name": None},
        ]
    }
    assert [(await site.get(path, each)).status_code for each in (certified, stranger)] == [404, 404]
    empty = await site.classroom(teacher)
    assert (await site.get(f"/api/classrooms/{empty}/certifications", teacher)).json() == {"members": []}
