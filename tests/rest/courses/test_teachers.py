"""Who teaches a course: its owner asks others of the school to, and only they get in (R42, R50)."""

from __future__ import annotations

from protocol.ids import AccountId
from server.store import teaching
from tests.harness.site import Person, Site
from tests.rest.courses.campus import Campus, a_campus


async def a_colleague(campus: Campus, name: str = "周明") -> Person:
    person = await campus.site.register(name)
    async with campus.site.database.transaction() as tx:
        await teaching.upsert_teacher(tx, campus.school, AccountId(person.account), "副教授")
    return person


async def teachers(campus: Campus, course: str) -> list[tuple[object, object, object]]:
    found = (await campus.must(campus.teacher, "GET", f"/courses/{course}/teachers"))["teachers"]
    assert isinstance(found, list)
    return [(each["name"], each["title"], each["is_owner"]) for each in found]


async def test_r42_a_colleague_teaches_with_the_owner_and_is_named_on_the_card(site: Site) -> None:
    campus = await a_campus(site)
    course, colleague = await campus.course(), await a_colleague(campus)
    run, place = await campus.run(course), f"/courses/{course}/teachers/{colleague.account}"
    for path in (f"/runs/{run}/learners", f"/courses/{course}/teachers"):
        assert (await campus.ask(colleague, "GET", path)).status_code == 404
    await campus.must(campus.teacher, "PUT", place)
    await campus.must(campus.teacher, "PUT", place)
    assert await teachers(campus, course) == [("王晓岚", "教授", True), ("周明", "副教授", False)]
    await campus.must(colleague, "POST", f"/runs/{run}/announcements", {"title": "T", "text": "T"})
    taught = (await campus.must(colleague, "GET", "/me/teaching"))["courses"]
    assert isinstance(taught, list)
    assert [(each["card"]["teachers"], each["is_owner"]) for each in taught] == [(["王晓岚", "周明"], False)]
    found = (await campus.must(await site.register("Lin"), "GET", "/courses?query=周明"))["courses"]
    assert isinstance(found, list)
    assert [each["id"] for each in found] == [course]

    await campus.must(campus.teacher, "DELETE", place)
    assert await teachers(campus, course) == [("王晓岚", "教授", True)]
    assert (await campus.ask(colleague, "GET", f"/runs/{run}")).status_code == 404
    assert (await campus.must(colleague, "GET", "/courses?query=周明"))["courses"] == []


async def test_only_the_owner_asks_and_only_teachers_of_the_school_are_asked(site: Site) -> None:
    campus, other = await a_campus(site), await a_campus(site, "北方学院", "赵四")
    course, colleague, third = await campus.course(), await a_colleague(campus), await a_colleague(campus, "郑涛")
    place = f"/courses/{course}/teachers"
    for account in (other.teacher.account, (await site.register("Lin")).account, "x" * 16):
        assert (await campus.ask(campus.teacher, "PUT", f"{place}/{account}")).status_code == 404
    await campus.must(campus.teacher, "PUT", f"{place}/{colleague.account}")
    assert (await campus.ask(colleague, "PUT", f"{place}/{third.account}")).status_code == 403
    for method in ("PUT", "DELETE"):
        for account in (campus.teacher.account, other.teacher.account, colleague.account):
            assert (await campus.ask(other.teacher, method, f"{place}/{account}")).status_code == 404
    for person in (colleague, campus.teacher):
        assert (await campus.ask(person, "DELETE", f"{place}/{campus.teacher.account}")).status_code == 403
    assert (await campus.ask(campus.teacher, "DELETE", f"{place}/{third.account}")).status_code == 404
    # Whoever was asked may go by themselves.
    await campus.must(colleague, "DELETE", f"{place}/{colleague.account}")
    assert await teachers(campus, course) == [("王晓岚", "教授", True)]
