"""The catalogue: what is found by what (R39), whose it is to see (R20, R42, R46), and what the cards say (R45)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.harness.site import Person, Site
from tests.rest.courses.campus import Campus, a_campus


async def titles(campus: Campus, person: Person, query: str) -> list[str]:
    answer = await campus.site.client.get("/api/courses", params={"query": query}, headers=person.headers)
    assert answer.status_code == 200, answer.text
    return [each["title"] for each in answer.json()["courses"]]


@pytest.mark.parametrize(
    "query",
    [
        "数学",
        "高等",
        "等数学",
        "高",
        "ＣＡＬＣＵＬＵＳ",
        "calc",
        "晓岚",
        "江南",
        "江南大学",
        "数学 王晓岚",
        "  calculus   高等 ",
    ],
)
async def test_r39_a_mooc_is_found_by_part_of_title_teacher_and_school(site: Site, query: str) -> None:
    campus = await a_campus(site)
    await campus.course("高等数学 Calculus")
    await campus.course("只给本校", kind="spoc")
    other = await a_campus(site, "北方学院", "赵四")
    await other.course("西方哲学")
    student = await site.register("Lin")
    assert await titles(campus, student, query) == ["高等数学 Calculus"]


async def test_r39_the_right_hits_come_first(site: Site) -> None:
    campus = await a_campus(site, "物理学院", "物理王")
    await campus.course("普通物理实验")
    popular = await campus.course("化学")
    await campus.run(popular)
    await campus.course("物理")
    student = await site.register("Lin")
    await campus.enroll(student, popular)
    assert await titles(campus, student, "物理") == ["物理", "普通物理实验", "化学"]
    assert (await titles(campus, student, ""))[0] == "化学"


@pytest.mark.parametrize(
    "query",
    ["%", "_", "%%", "' OR 1=1--", '"; DROP TABLE course; --', "\\", "$1", "^^", "=高等数学", "^高等", "{{7*7}}"],
)
async def test_93_what_looks_like_sql_is_only_looked_for(site: Site, query: str) -> None:
    campus = await a_campus(site)
    await campus.course()
    assert await titles(campus, await site.register("Lin"), query) == []


async def test_93_a_query_too_long_and_a_made_up_place_are_refused(site: Site) -> None:
    person = await site.register("Lin")
    for query in ("query=" + "x" * 61, "after=%27", "after=MQ", "after=OQo5Cjk", "kind=all"):
        path = "/api/courses" if "kind" not in query else f"/api/schools/{(await a_campus(site)).school}/courses"
        answer = await site.get(f"{path}?{query}", person)
        assert (query, answer.status_code, answer.json()["code"]) == (query, 422, "bad_field")
    assert (await site.get("/api/courses?after=MAoxCic7", person)).status_code == 200


async def test_pages_hold_every_hit_once_across_the_kinds_of_hits(site: Site) -> None:
    campus = await a_campus(site, "物理学院")
    names = ["物理", *(f"物理{n}" for n in range(25)), *(f"化学{n}" for n in range(25))]
    for name in names:
        await campus.course(name)
    seen: list[str] = []
    after = ""
    while True:
        found = await campus.must(campus.teacher, "GET", f"/courses?query=物理{after}")
        assert isinstance(found["courses"], list)
        seen += [each["title"] for each in found["courses"]]
        if found["next"] is None:
            break
        after = f"&after={found['next']}"
    assert (seen[0], len(seen), set(seen)) == ("物理", 51, set(names))
    assert all("物理" in each for each in seen[:26])


async def test_a_draft_is_found_by_nobody_and_seen_by_its_teacher(site: Site) -> None:
    campus = await a_campus(site)
    course = await campus.course()
    await campus.must(campus.teacher, "PATCH", f"/courses/{course}", {"state": "draft"})
    student = await site.register("Lin")
    assert await titles(campus, student, "数学") == []
    assert (await campus.ask(student, "GET", f"/courses/{course}")).status_code == 404
    assert (await campus.ask(campus.teacher, "GET", f"/courses/{course}")).status_code == 200


async def test_r42_r46_a_schools_home_has_its_moocs_spocs_and_teachers(site: Site) -> None:
    campus = await a_campus(site)
    student = await site.register("Lin")
    await campus.certify(student)
    assert await campus.must(student, "GET", f"/schools/{campus.school}/home") == {
        "id": campus.school,
        "name": "江南大学",
        "introduction": "",
        "has_cloud": True,
        "has_moocs": False,
        "may_enter": True,
        "n_teachers": 1,
    }
    await campus.course("公开课")
    await campus.course("校内课", kind="spoc")
    home = await campus.must(student, "GET", f"/schools/{campus.school}/home")
    assert home["has_moocs"] is True
    for kind, title in (("mooc", "公开课"), ("spoc", "校内课")):
        found = await campus.must(student, "GET", f"/schools/{campus.school}/courses?kind={kind}")
        assert isinstance(found["courses"], list)
        assert [each["title"] for each in found["courses"]] == [title]
    assert await campus.must(student, "GET", f"/schools/{campus.school}/teachers") == {
        "teachers": [{"account": campus.teacher.account, "name": "王晓岚", "title": "教授"}],
        "next": None,
    }


async def test_r20_a_schools_own_courses_are_for_those_it_certified(site: Site) -> None:
    campus = await a_campus(site)
    other = await a_campus(site, "北方学院")
    course = await campus.course("校内课", kind="spoc")
    await campus.run(course)
    stranger, elsewhere, student = [await site.register(name) for name in ("St", "El", "Lin")]
    await other.certify(elsewhere)
    await campus.certify(student)
    for person in (stranger, elsewhere):
        answer = await campus.ask(person, "GET", f"/schools/{campus.school}/courses?kind=spoc")
        assert (answer.status_code, answer.json()["code"]) == (403, "not_certified")
        for method, path in (("GET", ""), ("POST", "/enrollment"), ("POST", "/wish")):
            assert (await campus.ask(person, method, f"/courses/{course}{path}", {})).status_code == 404
    assert (await campus.enroll(student, course)).status_code == 201


async def test_r27_without_a_cloud_a_school_is_open_to_everybody(site: Site) -> None:
    campus = await a_campus(site, has_cloud=False)
    course = await campus.course("校内课", kind="spoc")
    await campus.run(course)
    student = await site.register("Lin")
    assert (await campus.ask(student, "GET", f"/schools/{campus.school}/courses?kind=spoc")).status_code == 200
    assert (await campus.enroll(student, course)).status_code == 201


async def test_r44_r45_the_introduction_says_how_far_the_run_is(site: Site) -> None:
    campus = await a_campus(site)
    course = await campus.course(summary="一句话", introduction="# 介绍")
    run = await campus.run(course, starts_in=-10, ends_in=60)
    student = await site.register("Lin")
    found = await campus.must(student, "GET", f"/courses/{course}")
    assert isinstance(found["runs"], list)
    time = found["runs"][0]
    assert {**time, "starts_at": 0, "ends_at": 0} == {
        "run": run,
        "number": 1,
        "starts_at": 0,
        "ends_at": 0,
        "state": "running",
        "week": 2,
        "n_weeks": 10,
    }
    assert found == {
        "card": {
            "id": course,
            "kind": "mooc",
            "title": "高等数学",
            "summary": "一句话",
            "cover": None,
            "school": campus.school,
            "school_name": "江南大学",
            "teachers": ["王晓岚"],
            "n_enrolled": 0,
            "has_password": False,
            "time": time,
        },
        "introduction": "# 介绍",
        "state": "published",
        "runs": [time],
        "joins": run,
        "enrolled_in": None,
        "has_wished": False,
        "is_teacher": False,
    }
    site.clock.ahead = timedelta(days=61)
    later = await campus.must(student, "GET", f"/courses/{course}")
    assert isinstance(later["runs"], list)
    assert (later["joins"], later["runs"][0]["state"], later["runs"][0]["week"]) == (None, "ended", 10)
