"""Login methods: bound, unbound, handed over; who confirms, is told, is cut (R8–R17, security 46–49)."""

from __future__ import annotations

import asyncio

import pytest

from protocol.envelopes import Body
from tests.harness.site import PASSWORD, Site, a_phone
from tests.rest.people.acts import (
    BY_PASSWORD,
    an_email,
    as_person,
    bind,
    bind_code,
    confirm_code,
    log_in_by_email,
    methods,
    post,
    problem,
    unbind,
)


async def test_r17_one_method_alone_comes_with_a_warning_and_is_masked(site: Site) -> None:
    person = await site.register()
    listed = (await site.get("/api/me/identities", person)).json()
    (only,) = listed["identities"]
    assert (only["provider"], only["shown"]) == ("phone", f"138****{person.phone[-4:]}")
    assert (listed["needs_second"], listed["has_password"]) == (True, True)
    assert listed["providers"] == ["phone", "email"]
    answer = await bind(site, person, "email", "Lin.Wei@163.COM")
    assert answer.status_code == 200
    assert [each["shown"] for each in answer.json()["identities"]] == [only["shown"], "l***i@163.com"]
    assert answer.json()["needs_second"] is False


async def test_r8_r9_an_email_address_is_a_way_in(site: Site) -> None:
    person, email = await site.register(), an_email()
    assert (await bind(site, person, "email", email)).status_code == 200
    by_code = await log_in_by_email(site, f" {email.upper()} ")
    assert by_code.status_code == 201
    assert by_code.json()["account"] == {"id": person.account, "name": "Lin", "phone": f"138****{person.phone[-4:]}"}
    by_password = await site.client.post("/api/devices", json={"email": email, "password": PASSWORD})
    assert by_password.status_code == 201
    assert problem(await log_in_by_email(site, an_email())) == (409, "email_unknown")


async def test_a_forgotten_password_can_be_set_anew_by_email(site: Site) -> None:
    person, email = await site.register(), an_email()
    await bind(site, person, "email", email)
    site.clock.pass_by(minutes=1)
    await site.client.post("/api/codes", json={"email": email, "purpose": "reset"})
    code = site.mail.messages[-1].text[4:10]
    body = {"email": email, "code": code, "password": "another horse 43"}
    assert (await site.client.post("/api/passwords", json=body)).status_code == 200
    # Security 46: whoever has the number hears of it.
    told = [(each.phone, each.change) for each in site.sms.notices]
    assert told == [(f"+86{person.phone}", change) for change in ("bound", "password_changed")]
    assert (await site.get("/api/me", person)).status_code == 401
    assert (await site.log_in(person.phone, "another horse 43")).status_code == 201


@pytest.mark.parametrize(
    "email",
    ["", "lin", "lin@", "@163.com", "a b@163.com", "a@b", "a..b@163.com", "a@163.com\r\nBcc: x@y.cn", "x" * 255],
)
async def test_what_is_no_email_address_is_refused(site: Site, email: str) -> None:
    answer = await site.client.post("/api/codes", json={"email": email, "purpose": "login"})
    assert answer.status_code == 422
    assert site.mail.messages == []


async def test_no_account_begins_with_an_email_address_r2(site: Site) -> None:
    answer = await site.client.post("/api/codes", json={"email": an_email(), "purpose": "register"})
    assert problem(answer) == (422, "bad_phone")


async def test_r10_r11_what_is_bound_elsewhere_cannot_be_bound(site: Site) -> None:
    first, second, email = await site.register(), await site.register(), an_email()
    await bind(site, first, "email", email)
    answer = await bind(site, second, "email", email)
    assert problem(answer) == (409, "identity_taken")
    assert answer.json()["zh"] == "无法绑定"
    assert await methods(site, second) == ["phone"]
    assert await methods(site, first) == ["phone", "email"]


async def test_r12_an_email_address_is_handed_over_by_the_documented_flow(site: Site) -> None:
    """A wants the phone number that B holds: B binds C, comes in by C, lets the number go; A binds it."""
    a, b, c = await site.register("A"), await site.register("B"), an_email()
    await bind(site, a, "email", an_email())
    await unbind(site, a, "phone", await confirm_code(site, a, "email"))
    assert problem(await unbind(site, b, "phone")) == (409, "last_method")
    assert (await bind(site, b, "email", c)).status_code == 200
    assert (await bind(site, a, "phone", b.phone)).json()["zh"] == "无法绑定"
    b_again = as_person(await log_in_by_email(site, c), "")
    assert (await unbind(site, b_again, "phone", await confirm_code(site, b_again, "email"))).status_code == 200
    assert await methods(site, b_again) == ["email"]
    assert (await site.get("/api/me", b_again)).json()["phone"] == ""
    assert (await bind(site, a, "phone", b.phone)).status_code == 200
    assert (await site.log_in(b.phone)).json()["account"]["id"] == a.account


async def test_r13_the_last_method_stays_also_when_two_go_at_once(site: Site) -> None:
    person = await site.register()
    await bind(site, person, "email", an_email())
    answers = await asyncio.gather(*(unbind(site, person, each) for each in ("phone", "email")))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert len(await methods(site, person)) == 1


async def test_r15_r16_a_lost_number_is_replaced_by_one_that_nobody_has(site: Site) -> None:
    person, other, new = await site.register(), await site.register(), a_phone()
    code = await bind_code(site, person, "phone", other.phone)
    body: Body = {"phone": other.phone, "code": code, "proof": BY_PASSWORD}
    taken = await site.client.put("/api/me/phone", json=body, headers=person.headers)
    assert (problem(taken), taken.json()["zh"]) == ((409, "identity_taken"), "无法绑定")
    body = {"phone": new, "code": await bind_code(site, person, "phone", new), "proof": BY_PASSWORD}
    answer = await site.client.put("/api/me/phone", json=body, headers=person.headers)
    assert answer.status_code == 200
    assert [each["shown"] for each in answer.json()["identities"]] == [f"138****{new[-4:]}"]
    assert (await site.log_in(person.phone)).json()["code"] == "bad_login"
    assert (await site.log_in(new)).status_code == 201
    # R16: the old number is free again, for a new account.
    assert (await site.register(phone=person.phone)).account != person.account


async def test_r15_every_change_is_written_down_without_numbers(site: Site) -> None:
    person, new = await site.register(), a_phone()
    await bind(site, person, "email", an_email())
    body = {"phone": new, "code": await bind_code(site, person, "phone", new), "proof": BY_PASSWORD}
    await site.client.put("/api/me/phone", json=body, headers=person.headers)
    await unbind(site, person, "email")
    rows = await site.database.fetch("SELECT actor_id, account_id, action, detail FROM audit ORDER BY at")
    assert [tuple(row) for row in rows] == [
        (person.account, person.account, "identity.bound", {"provider": "email"}),
        (person.account, person.account, "identity.phone_changed", {}),
        (person.account, person.account, "identity.unbound", {"provider": "email"}),
    ]


async def test_security_46_a_new_number_cuts_the_other_devices_and_the_old_number_is_told(site: Site) -> None:
    here = await site.register()
    elsewhere, new = await site.another_device(here), a_phone()
    body = {"phone": new, "code": await bind_code(site, here, "phone", new), "proof": BY_PASSWORD}
    assert (await site.client.put("/api/me/phone", json=body, headers=here.headers)).status_code == 200
    assert (await site.get("/api/me", here)).status_code == 200
    assert (await site.get("/api/me", elsewhere)).status_code == 401
    assert [(notice.phone, notice.change) for notice in site.sms.notices] == [(f"+86{here.phone}", "phone_changed")]


async def test_a_notice_that_cannot_be_sent_undoes_nothing(site: Site) -> None:
    person, email = await site.register(), an_email()
    await bind(site, person, "email", email)
    site.sms.is_down = True
    assert (await unbind(site, person, "phone")).status_code == 200
    assert site.mail.messages[-1].email == email
    assert "解绑了一种登录方式" in site.mail.messages[-1].text


@pytest.mark.parametrize("proof", [{}, {"password": "wrong horse 41"}])
async def test_security_47_nothing_changes_without_a_proof(site: Site, proof: Body) -> None:
    person, email, new = await site.register(), an_email(), a_phone()
    await bind(site, person, "email", email)
    phone = {"phone": new, "code": await bind_code(site, person, "phone", new), "proof": proof}
    answers = [
        await site.client.put("/api/me/phone", json=phone, headers=person.headers),
        await post(site, person, "/api/me/unbinding", {"provider": "phone", "proof": proof}),
        await site.client.put(
            "/api/me/password", json={"password": "another horse 43", "proof": proof}, headers=person.headers
        ),
        await post(site, person, "/api/me/closing", {"proof": proof}),
        await bind(site, person, "phone", a_phone(), proof or {"code_to": "phone"}),
    ]
    assert [problem(answer) for answer in answers] == [(401, "confirm_needed")] * 5
    assert await methods(site, person) == ["phone", "email"]
    assert (await site.log_in(person.phone)).status_code == 201


async def test_security_42_a_code_to_bind_is_sent_to_a_bound_address_like_to_a_free_one(site: Site) -> None:
    person, other = await site.register(), await site.register()
    site.clock.pass_by(minutes=1)
    told = []
    for phone in (other.phone, person.phone, a_phone()):
        answer = await post(site, person, "/api/me/bind-codes", {"provider": "phone", "address": phone})
        told.append((answer.status_code, answer.content, sorted(answer.headers)))
    assert told == [told[0]] * 3
    assert told[0][:2] == (204, b"")


async def test_security_39_a_code_proves_only_what_it_was_sent_for(site: Site) -> None:
    person, other, email = await site.register(), await site.register(), an_email()
    login = await site.client.post("/api/codes", json={"phone": person.phone, "purpose": "login"})
    assert login.status_code == 429
    site.clock.pass_by(minutes=1)
    await site.code(person.phone, "login")
    stolen = {"code": site.sms.messages[-1].code}
    code = await bind_code(site, person, "email", email)
    body: Body = {"provider": "email", "address": email, "code": code, "proof": stolen}
    assert problem(await post(site, person, "/api/me/identities", body)) == (403, "bad_code")
    theirs = await confirm_code(site, other)
    assert problem(await post(site, person, "/api/me/identities", {**body, "proof": theirs})) == (403, "bad_code")
    own = await confirm_code(site, person)
    assert (await post(site, person, "/api/me/identities", {**body, "proof": own})).status_code == 200
    assert problem(await unbind(site, person, "email", own)) == (403, "bad_code")


async def test_security_39_a_code_proves_nothing_on_another_device(site: Site) -> None:
    here, email = await site.register(), an_email()
    elsewhere = await site.another_device(here)
    site.clock.pass_by(minutes=1)
    own = await confirm_code(site, here)
    body: Body = {"provider": "email", "address": email, "code": await bind_code(site, here, "email", email)}
    stolen = await post(site, elsewhere, "/api/me/identities", {**body, "proof": own})
    assert problem(stolen) == (403, "bad_code")
    bound = await post(site, elsewhere, "/api/me/identities", {**body, "proof": BY_PASSWORD})
    assert problem(bound) == (403, "bad_code")
    assert (await post(site, here, "/api/me/identities", {**body, "proof": own})).status_code == 200


async def test_wrong_confirmations_are_slowed_down(site: Site) -> None:
    person = await site.register()
    answers = [await unbind(site, person, "phone", {"password": f"wrong horse {n}"}) for n in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert problem(await unbind(site, person, "phone")) == (429, "slow_down")


async def test_a_new_password_cuts_the_other_devices(site: Site) -> None:
    here = await site.register()
    elsewhere = await site.another_device(here)
    body: Body = {"password": "another horse 43", "proof": BY_PASSWORD}
    answer = await site.client.put("/api/me/password", json=body, headers=here.headers)
    assert answer.status_code == 204
    assert [(await site.get("/api/me", each)).status_code for each in (here, elsewhere)] == [200, 401]
    assert (await site.log_in(here.phone)).status_code == 401
    assert (await site.log_in(here.phone, "another horse 43")).status_code == 201
    weak = {"password": f"x{here.phone}", "proof": {"password": "another horse 43"}}
    assert problem(await site.client.put("/api/me/password", json=weak, headers=here.headers)) == (422, "weak_password")


async def test_one_of_each_kind_and_only_what_is_there(site: Site) -> None:
    person = await site.register()
    assert problem(await bind(site, person, "phone", a_phone())) == (409, "already_bound")
    await bind(site, person, "email", an_email())
    assert problem(await bind(site, person, "email", an_email())) == (409, "already_bound")
    assert problem(await unbind(site, person, "weibo")) == (409, "not_bound")
    assert (await unbind(site, person, "steam")).status_code == 422


async def test_security_53_twenty_at_once_bind_one_address_to_one_account(site: Site) -> None:
    first, second, email = await site.register(), await site.register(), an_email()
    code = await bind_code(site, first, "email", email)
    body: Body = {"provider": "email", "address": email, "code": code, "proof": BY_PASSWORD}
    answers = await asyncio.gather(
        *(post(site, person, "/api/me/identities", body) for person in (first, second) for _ in range(2))
    )
    assert sorted(answer.status_code for answer in answers)[0] == 200
    assert [answer.status_code for answer in answers].count(200) == 1
    assert await site.database.fetchval("SELECT count(*) FROM identity WHERE provider = 'email'") == 1
