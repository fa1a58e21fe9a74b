"""Registering, the password's reset, one's own name (R1–R5)."""

from __future__ import annotations

import asyncio

from protocol.envelopes import Body
from protocol.ids import SchoolId
from server.ids import draw_id
from server.store.schools import insert_school
from tests.harness.school import EXERCISE
from tests.harness.site import PASSWORD, Site, a_phone


async def test_a_phone_a_code_and_a_password_make_an_account_r1(site: Site) -> None:
    phone = a_phone()
    code = await site.code(phone, "register")
    answer = await site.client.post(
        "/api/accounts", json={"phone": phone, "code": code, "password": PASSWORD, "name": "林 老师", "label": "Pixel"}
    )
    assert answer.status_code == 201
    logged_in = answer.json()
    headers = {"Authorization": f"Bearer {logged_in['token']}"}
    me = await site.client.get("/api/me", headers=headers)
    assert me.json() == {"id": logged_in["account"]["id"], "name": "林 老师", "phone": f"138****{phone[-4:]}"}
    streams = await site.database.fetch("SELECT id, kind, head FROM stream")
    assert [tuple(row) for row in streams] == [(logged_in["account"]["id"], "account", 0)]


async def test_a_name_is_not_needed_r5(site: Site) -> None:
    phone = a_phone()
    code = await site.code(phone, "register")
    answer = await site.client.post("/api/accounts", json={"phone": phone, "code": code, "password": PASSWORD})
    assert answer.json()["account"]["name"] == f"用户{phone[-4:]}"


async def test_a_common_password_is_refused_and_the_code_still_good(site: Site) -> None:
    phone = a_phone()
    body = {"phone": phone, "code": await site.code(phone, "register")}
    for password in ("password1", "12345678", "woaini1314", "Qwe123456", "1a", "aaaaaaaa", "5201314520"):
        answer = await site.client.post("/api/accounts", json={**body, "password": password})
        assert (password, answer.status_code, answer.json()["code"]) == (password, 422, "weak_password")
    assert (await site.client.post("/api/accounts", json={**body, "password": PASSWORD})).status_code == 201


async def test_the_own_number_is_no_password(site: Site) -> None:
    phone = a_phone()
    body = {"phone": phone, "code": "000000", "password": f"x{phone}x"}
    assert (await site.client.post("/api/accounts", json=body)).json()["code"] == "weak_password"


async def test_a_schools_name_is_no_password(site: Site) -> None:
    async with site.database.transaction() as tx:
        await insert_school(tx, SchoolId(draw_id()), "北京航空航天大学", True, None)
    phone = a_phone()
    body = {"phone": phone, "code": await site.code(phone, "register"), "password": " 北京航空航天大学"}
    assert (await site.client.post("/api/accounts", json=body)).json()["code"] == "weak_password"
    longer = {**body, "password": "我不在北京航空航天大学"}
    assert (await site.client.post("/api/accounts", json=longer)).status_code == 201


async def test_any_other_password_is_taken_exactly_as_it_is(site: Site) -> None:
    for password in ("xyzzy" + "a" * 72, "汉字密码也可以用啊", "🐼🐼🐼 panda 🐼🐼🐼", "  spaces count  "):
        phone = a_phone()
        body = {"phone": phone, "code": await site.code(phone, "register"), "password": password}
        assert (await site.client.post("/api/accounts", json=body)).status_code == 201
        tries = [password, password[:-1], password + "x", password.strip() + "\t"]
        assert [(await site.log_in(phone, each)).status_code for each in tries] == [201, 401, 401, 401]


async def test_a_password_of_a_megabyte_is_refused_before_it_is_hashed(site: Site) -> None:
    answer = await site.log_in(a_phone(), "x" * 1_000_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_twenty_at_once_with_one_code_make_one_account(site: Site) -> None:
    phone = a_phone()
    code = await site.code(phone, "register")
    body = {"phone": phone, "code": code, "password": PASSWORD}
    answers = await asyncio.gather(*(site.client.post("/api/accounts", json=body) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [201] + [403] * 19
    assert await site.database.fetchval("SELECT count(*) FROM account") == 1
    assert await site.database.fetchval("SELECT count(*) FROM stream") == 1


async def test_a_registered_number_is_told_so_only_to_its_owner(site: Site) -> None:
    person = await site.register()
    guess = {"phone": person.phone, "code": "123456", "password": PASSWORD}
    assert (await site.client.post("/api/accounts", json=guess)).json()["code"] == "bad_code"
    site.clock.pass_by(minutes=1)
    code = await site.code(person.phone, "register")
    answer = await site.client.post("/api/accounts", json={**guess, "code": code})
    assert (answer.status_code, answer.json()["code"]) == (409, "phone_taken")
    assert answer.json()["zh"] == "该手机号已注册，请直接登录"
    assert await site.database.fetchval("SELECT count(*) FROM account") == 1


async def test_fields_that_are_not_the_clients_to_set_change_nothing(site: Site) -> None:
    phone = a_phone()
    code = await site.code(phone, "register")
    body = {"phone": phone, "code": code, "password": PASSWORD, "id": "x" * 16, "state": "closed", "role": "teacher"}
    answer = await site.client.post("/api/accounts", json=body)
    assert answer.status_code == 201
    row = await site.database.fetchrow("SELECT id, state FROM account")
    assert row is not None
    assert (row["id"], row["state"]) == (answer.json()["account"]["id"], "active")


async def test_security_61_nobody_makes_themselves_what_they_are_not(site: Site) -> None:
    """In a profile, when joining and when answering."""
    teacher, student, other = await site.register("Ma"), await site.register("Lin"), await site.register("Wu")
    more: Body = {
        "account": other.account,
        "account_id": other.account,
        "user_id": other.account,
        "role": "teacher",
        "is_teacher": True,
        "is_known": True,
        "verified": True,
        "score": 99,
        "points": 99,
        "created_at": 1,
        "published_at": 1,
        "joined_at": 1,
    }
    saved: Body = {"real_name": "林一", "occupation": "student", **more}
    answer = await site.client.put("/api/me/profile", json=saved, headers=student.headers)
    assert answer.status_code == 200
    assert answer.json()["published_at"] > 1
    classroom = await site.classroom(teacher)
    code = await site.database.fetchval("SELECT code FROM classroom WHERE id = $1", classroom)
    await site.command(student, "classroom.join", student.account, {"code": code, **more})
    await site.command(teacher, "session.start", classroom)
    exercise = await site.publish(teacher, classroom, "exercise", EXERCISE)
    await site.command(student, "response.submit", classroom, {"activity": exercise, "value": {"answers": [0]}, **more})
    profiles = await site.database.fetch("SELECT account_id FROM profile")
    assert [row["account_id"] for row in profiles] == [student.account]
    members = await site.database.fetch("SELECT account_id, role FROM membership ORDER BY role")
    assert [tuple(row) for row in members] == [(student.account, "student"), (teacher.account, "teacher")]
    rows = await site.database.fetch("SELECT account_id, value, correction FROM response")
    assert [tuple(row) for row in rows] == [(student.account, {"v": 1, "answers": [0]}, None)]


async def test_a_reset_password_logs_every_other_device_out(site: Site) -> None:
    first = await site.register()
    second = await site.another_device(first)
    site.clock.pass_by(minutes=1)
    code = await site.code(first.phone, "reset")
    body = {"phone": first.phone, "code": code, "password": "another horse 43"}
    answer = await site.client.post("/api/passwords", json=body)
    assert answer.status_code == 200
    for person in (first, second):
        assert (await site.get("/api/me", person)).status_code == 401
    fresh = {"Authorization": f"Bearer {answer.json()['token']}"}
    assert (await site.client.get("/api/me", headers=fresh)).status_code == 200
    assert (await site.log_in(first.phone)).json()["code"] == "bad_login"
    assert (await site.log_in(first.phone, "another horse 43")).status_code == 201
    assert (await site.client.post("/api/passwords", json=body)).json()["code"] == "bad_code"


async def test_a_reset_of_an_unknown_number_is_told_only_to_who_holds_it(site: Site) -> None:
    phone = a_phone()
    code = await site.code(phone, "reset")
    body = {"phone": phone, "code": "999999" if code != "999999" else "000000", "password": PASSWORD}
    assert (await site.client.post("/api/passwords", json=body)).json()["code"] == "bad_code"
    assert (await site.client.post("/api/passwords", json={**body, "code": code})).json()["code"] == "phone_unknown"


async def test_a_new_name_follows_into_the_classrooms_that_knew_the_old_one(site: Site) -> None:
    teacher, student = await site.register("Ma"), await site.register("Lin")
    same, other = await site.classroom(teacher, student), await site.classroom(teacher, student)
    await site.command(student, "member.rename", other, {"account": student.account, "name": "3-Lin"})
    answer = await site.client.patch("/api/me", json={"name": " Lin  Wei "}, headers=student.headers)
    assert answer.json() == {"id": student.account, "name": "Lin Wei", "phone": f"138****{student.phone[-4:]}"}
    names = await site.database.fetch(
        "SELECT classroom_id, name FROM membership WHERE account_id = $1", student.account
    )
    assert {row["classroom_id"]: row["name"] for row in names} == {same: "Lin Wei", other: "3-Lin"}
    renamed = await site.database.fetch(
        "SELECT stream_id FROM event WHERE name IN ('account.renamed', 'member.changed')"
    )
    assert sorted(row["stream_id"] for row in renamed) == sorted([student.account, same, other])


async def test_a_name_that_is_none_is_refused(site: Site) -> None:
    person = await site.register()
    for name in ("", "x" * 41, "a\x00b", "a\u202eb", "\n"):
        answer = await site.client.patch("/api/me", json={"name": name}, headers=person.headers)
        assert answer.status_code in (400, 422), name
    assert (await site.get("/api/me", person)).json()["name"] == "Lin"
