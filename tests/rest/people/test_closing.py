"""注销 and its way back (R33–R38, D15)."""

from __future__ import annotations

import asyncio

from protocol.ids import AccountId, CertificationId, SchoolId
from server.ids import draw_id
from server.store import certifications, closed_accounts
from tests.harness.site import Person, Site, a_phone
from tests.harness.wait import until_blocked
from tests.rest.people.acts import (
    BY_PASSWORD,
    a_support,
    an_email,
    bind,
    confirm_code,
    log_in_by_email,
    post,
    problem,
)
from tests.rest.schools.campus import a_campus


async def close(site: Site, person: Person) -> int:
    return (await post(site, person, "/api/me/closing", {"proof": BY_PASSWORD})).status_code


async def certify(site: Site, person: Person) -> None:
    await site.database.execute("INSERT INTO school (id, name, has_cloud) VALUES ($1, '示范大学', true)", "s" * 16)
    await site.database.execute(
        "INSERT INTO roster_entry (id, school_id, number, name) VALUES ($1, $2, '001', '林')", "r" * 16, "s" * 16
    )
    await site.database.execute(
        """
        INSERT INTO certification (id, school_id, roster_entry_id, account_id, number, name)
        VALUES ($1, $2, $3, $4, '001', '林')
        """,
        "c" * 16,
        "s" * 16,
        "r" * 16,
        person.account,
    )


async def test_r34_r36_a_closed_account_cannot_log_in_and_keeps_everything(site: Site) -> None:
    teacher, student, email = await site.register("Ma"), await site.register("Lin"), an_email()
    await site.classroom(teacher, student)
    await bind(site, student, "email", email)
    elsewhere = await site.another_device(student)
    assert await close(site, student) == 204
    assert [(await site.get("/api/me", each)).status_code for each in (student, elsewhere)] == [401, 401]
    assert problem(await site.log_in(student.phone)) == (401, "bad_login")
    by_email = await log_in_by_email(site, email)
    assert (problem(by_email), by_email.json()["zh"]) == (
        (403, "account_closed"),
        "该账号已注销，如属误操作请联系客服",
    )
    row = await site.database.fetchrow("SELECT name, state FROM account WHERE id = $1", student.account)
    assert row is not None
    assert tuple(row) == ("Lin", "closed")
    joined = "SELECT count(*) FROM membership WHERE account_id = $1"
    assert await site.database.fetchval(joined, student.account) == 1
    assert [notice.change for notice in site.sms.notices if notice.phone.endswith(student.phone)] == ["bound", "closed"]


async def test_r35_not_while_the_account_is_certified(site: Site) -> None:
    person = await site.register()
    await certify(site, person)
    answer = await post(site, person, "/api/me/closing", {"proof": BY_PASSWORD})
    assert (problem(answer), answer.json()["zh"]) == ((409, "still_certified"), "注销前请先在我的学校云解除认证")
    assert (await site.get("/api/me", person)).status_code == 200
    await site.database.execute(
        "UPDATE certification SET state = 'dissolved', dissolved_at = now(), dissolved_by = 'account'"
    )
    assert await close(site, person) == 204


async def test_r35_who_certifies_while_the_account_is_closed_is_closed_or_certified_never_both(site: Site) -> None:
    """Both were let in before either is done; the first one through decides."""
    campus, closing, certified = await a_campus(site), await site.register(), await site.register()
    for number in ("001", "002"):
        await campus.add(number, "林")
    async with site.database.transaction() as tx:
        # Closing, as far as it holds the account.
        await closed_accounts.lock_whole(tx, AccountId(closing.account))
        late = asyncio.create_task(campus.certify(closing, "001", "林"))
        await until_blocked(site.database)
        assert await closed_accounts.update_closed(tx, AccountId(closing.account), site.clock.now())
    assert problem(await late) == (403, "account_closed")
    async with site.database.transaction() as tx:
        # Certifying, as far as it is written.
        entry = await certifications.select_candidate(tx, SchoolId(campus.id), "002")
        assert entry is not None
        made, now = CertificationId(draw_id()), site.clock.now()
        await certifications.insert_certification(
            tx, made, SchoolId(campus.id), entry, "002", AccountId(certified.account), now
        )
        too_late = asyncio.create_task(post(site, certified, "/api/me/closing", {"proof": BY_PASSWORD}))
        await until_blocked(site.database)
    assert problem(await too_late) == (409, "still_certified")
    found = await site.database.fetch("SELECT account_id, state FROM certification")
    assert [tuple(each) for each in found] == [(certified.account, "certified")]


async def test_r37_what_a_closed_account_logged_in_with_stays_reserved(site: Site) -> None:
    closed, other, email = await site.register(), await site.register(), an_email()
    await bind(site, closed, "email", email)
    assert await close(site, closed) == 204
    answer = await bind(site, other, "email", email)
    assert (problem(answer), answer.json()["zh"]) == ((409, "identity_taken"), "无法绑定")
    site.clock.pass_by(minutes=1)
    body = {"phone": closed.phone, "code": await site.code(closed.phone, "register"), "password": "some horse 44"}
    assert problem(await site.client.post("/api/accounts", json=body)) == (409, "phone_taken")


async def test_d15_the_personal_page_of_a_closed_account_is_gone(site: Site) -> None:
    person, reader = await site.register(), await site.register()
    await site.client.put("/api/me/profile", json={"real_name": "Lin", "occupation": "other"}, headers=person.headers)
    assert await close(site, person) == 204
    assert problem(await site.get(f"/api/people/{person.account}", reader)) == (404, "not_found")


async def test_r38_support_restores_what_was_closed_by_mistake_and_it_is_written_down(site: Site) -> None:
    person, support = await site.register("Lin"), await a_support(site)
    assert await close(site, person) == 204
    found = await post(site, support, "/api/support/lookups", {"phone": person.phone})
    assert (found.json()["id"], found.json()["state"]) == (person.account, "closed")
    assert [each["shown"] for each in found.json()["identities"]] == [f"138****{person.phone[-4:]}"]
    path = f"/api/support/accounts/{person.account}/restoring"
    restored = await post(site, support, path, {"reason": "case-1234"})
    assert restored.json()["state"] == "active"
    assert [(each["actor"], each["action"]) for each in restored.json()["audit"]] == [
        (support.account, "account.restored"),
        (support.account, "account.looked_up"),
        (person.account, "account.closed"),
    ]
    assert (await site.log_in(person.phone)).status_code == 201
    assert problem(await post(site, support, path, {"reason": "case-1234"})) == (404, "not_found")


async def test_r36_support_sees_the_closed_accounts_closed_last_first(site: Site) -> None:
    support, people = await a_support(site), [await site.register(name) for name in ("Lin", "Wu")]
    for person in people:
        assert await close(site, person) == 204
    listed = (await site.get("/api/support/accounts", support)).json()
    assert [(each["id"], each["name"], each["phone"]) for each in listed["accounts"]] == [
        (each.account, each.logged_in.account.name, f"138****{each.phone[-4:]}") for each in reversed(people)
    ]
    assert listed["next"] is None
    # One of the list is opened by its id; both ways are written down, and one of them it must be.
    found = await post(site, support, "/api/support/lookups", {"account": people[0].account})
    assert (found.json()["name"], found.json()["state"]) == ("Lin", "closed")
    assert [each["action"] for each in found.json()["audit"]] == ["account.looked_up", "account.closed"]
    for body, problem_of in (
        ({}, (422, "bad_field")),
        ({"phone": people[0].phone, "account": people[0].account}, (422, "bad_field")),
        ({"account": "x" * 16}, (404, "not_found")),
    ):
        assert problem(await post(site, support, "/api/support/lookups", dict(body))) == problem_of


async def test_the_list_of_closed_accounts_comes_in_pages_of_fifty(site: Site) -> None:
    support = await a_support(site)
    await site.database.execute(
        """
          WITH made AS (SELECT lpad(n::text, 16, '0') AS id, n FROM generate_series(1, 60) AS n),
               streams AS (INSERT INTO stream (id, kind) SELECT id, 'account' FROM made)
        INSERT INTO account (id, name, state, closed_at)
        SELECT id, 'Lin', 'closed', now() - make_interval(mins => n / 2) FROM made
        """
    )
    first = (await site.get("/api/support/accounts", support)).json()
    second = (await site.get(f"/api/support/accounts?after={first['next']}", support)).json()
    ids = [each["id"] for page in (first, second) for each in page["accounts"]]
    assert (len(first["accounts"]), second["next"]) == (50, None)
    assert ids == [f"{n:016}" for n in range(1, 61)]


async def test_to_everybody_else_there_is_no_support(site: Site) -> None:
    person, closed = await site.register(), await site.register()
    await close(site, closed)
    restoring = f"/api/support/accounts/{closed.account}/restoring"
    answers = [
        await post(site, person, "/api/support/lookups", {"phone": closed.phone}),
        await post(site, person, "/api/support/lookups", {"phone": a_phone()}),
        await site.get("/api/support/accounts", person),
        await post(site, person, restoring, {"reason": "mine"}),
        await post(site, person, restoring.replace(closed.account, "x" * 16), {"reason": "mine"}),
    ]
    assert [problem(answer) for answer in answers] == [(404, "not_found")] * 5
    assert len({str({**answer.json(), "request_id": ""}) for answer in answers}) == 1
    assert await site.database.fetchval("SELECT count(*) FROM audit WHERE action <> 'account.closed'") == 0


async def test_closing_by_a_code_works_without_a_password(site: Site) -> None:
    person = await site.register()
    await site.database.execute("UPDATE account SET password_hash = NULL WHERE id = $1", person.account)
    assert problem(await post(site, person, "/api/me/closing", {"proof": BY_PASSWORD})) == (401, "confirm_needed")
    proof = await confirm_code(site, person)
    assert (await post(site, person, "/api/me/closing", {"proof": proof})).status_code == 204
