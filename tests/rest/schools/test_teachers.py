"""R42, the admin's side: the school's teachers are added by phone number, listed, and taken off the list."""

from __future__ import annotations

from server.limiter import TEACHERS_ADDED
from tests.harness.site import Site, a_phone
from tests.rest.schools.campus import Campus, a_campus


async def add(campus: Campus, phone: str, title: str = "教授") -> tuple[int, dict[str, object]]:
    answer = await campus.ask("POST", "/staff", body={"phone": phone, "title": title})
    return answer.status_code, answer.json()


async def listed(campus: Campus) -> list[tuple[str, str, str, int]]:
    page = (await campus.ask("GET", "/staff")).json()
    return [(each["name"], each["phone"], each["title"], each["n_courses"]) for each in page["teachers"]]


async def test_r42_an_admin_adds_lists_and_removes_teachers(site: Site) -> None:
    campus, teacher = await a_campus(site), await site.register("王晓岚")
    masked = f"138****{teacher.phone[-4:]}"
    status, added = await add(campus, f"+86 {teacher.phone[:3]} {teacher.phone[3:]}")
    assert (status, added | {"added_at": 0}) == (
        201,
        {
            "account": teacher.account,
            "name": "王晓岚",
            "phone": masked,
            "title": "教授",
            "n_courses": 0,
            "added_at": 0,
        },
    )
    # The same again is another title, not another teacher.
    assert (await add(campus, teacher.phone, " 副 教授 "))[0] == 201
    assert await listed(campus) == [("王晓岚", masked, "副 教授", 0)]
    home = await site.get(f"/api/schools/{campus.id}/teachers", teacher)
    assert [each["name"] for each in home.json()["teachers"]] == ["王晓岚"]

    assert (await campus.ask("DELETE", f"/staff/{teacher.account}")).status_code == 204
    assert await listed(campus) == []
    assert (await campus.ask("DELETE", f"/staff/{teacher.account}")).status_code == 404
    audited = (await campus.ask("GET", "/audit")).json()["entries"]
    assert [(each["action"], each["actor"], each["account"]) for each in audited] == [
        ("teacher.removed", campus.admin.account, teacher.account),
        ("teacher.added", campus.admin.account, teacher.account),
        ("teacher.added", campus.admin.account, teacher.account),
    ]


async def test_r42_who_is_taken_off_the_list_keeps_the_courses_there_are(site: Site) -> None:
    campus, teacher = await a_campus(site), await site.register("王晓岚")
    await add(campus, teacher.phone)
    body = {"school": campus.id, "kind": "mooc", "title": "高等数学"}
    made = await site.client.post("/api/courses", json=body, headers=teacher.headers)
    assert made.status_code == 201, made.text
    assert [n for _, _, _, n in await listed(campus)] == [1]
    await campus.ask("DELETE", f"/staff/{teacher.account}")
    course = made.json()["course"]
    kept = await site.client.patch(f"/api/courses/{course}", json={"title": "高等数学（上）"}, headers=teacher.headers)
    assert kept.status_code == 204, kept.text
    refused = await site.client.post("/api/courses", json=body, headers=teacher.headers)
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


async def test_numbers_without_an_account_cannot_be_told_apart_and_are_counted(site: Site) -> None:
    """Security F: an admin is told of no account more than of a closed one, and cannot ask without end."""
    campus, closed = await a_campus(site), await site.register()
    await site.database.execute("UPDATE account SET state = 'closed', closed_at = now() WHERE id = $1", closed.account)
    answers = [await add(campus, phone) for phone in (a_phone(), closed.phone)]
    assert [(status, body["code"], body["zh"]) for status, body in answers] == [
        (409, "teacher_unknown", "没有找到该手机号的账号，请老师先注册")
    ] * 2
    for _ in range(TEACHERS_ADDED.windows[0].most - 2):
        await add(campus, a_phone())
    assert (await add(campus, a_phone()))[0] == 429
    assert (await add(campus, "12"))[0] == 422
    assert await listed(campus) == []


async def test_somebody_elses_teachers_are_as_missing_as_none(site: Site) -> None:
    """Security D 58: also to the admin of another school, and to the teachers themselves."""
    mine, theirs = await a_campus(site), await a_campus(site, "北山学院")
    teacher = await site.register()
    await add(mine, teacher.phone)
    asked: tuple[tuple[str, str, object], ...] = (
        ("GET", "/staff", None),
        ("POST", "/staff", {"phone": teacher.phone}),
        ("DELETE", f"/staff/{teacher.account}", None),
    )
    for method, path, body in asked:
        for person in (theirs.admin, teacher):
            refused = await mine.ask(method, path, person, body)
            assert (refused.status_code, refused.json()["code"]) == (404, "not_found"), path
    assert (await theirs.ask("DELETE", f"/staff/{teacher.account}")).status_code == 404
    assert len(await listed(mine)) == 1
