"""WeChat, QQ and Weibo (R9–R11, security 48): the double speaks what they speak, over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from protocol.envelopes import Body
from tests.harness.http import serving
from tests.harness.oauth import OAuthProvider, settings
from tests.harness.site import PASSWORD, Person, Site, a_phone, a_site
from tests.rest.people.acts import BY_PASSWORD, methods, post, problem, unbind

PROVIDERS = ("wechat", "qq", "weibo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Street:
    """A site and the other services it can log in through."""

    site: Site
    others: OAuthProvider

    async def begin(self, provider: str, person: Person | None = None) -> str:
        """Gives the URL of the page; the cookie is kept, as a browser keeps it."""
        if person is None:
            answer = await self.site.client.post("/api/oauth/attempts", json={"provider": provider})
        else:
            body: Body = {"provider": provider, "proof": BY_PASSWORD}
            answer = await post(self.site, person, "/api/me/oauth/attempts", body)
        assert answer.status_code == 200, answer.text
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-shangke-oauth=")
        assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
        self.site.client.headers["Cookie"] = cookie.partition(";")[0]
        return str(answer.json()["url"])

    async def log_in(self, back: dict[str, str]) -> httpx.Response:
        return await self.site.client.post("/api/oauth/answers", json=back)

    async def bind(self, person: Person, provider: str, subject: str) -> httpx.Response:
        back = self.others.visit(await self.begin(provider, person), subject)
        return await post(self.site, person, "/api/me/oauth/answers", dict(back))


@asynccontextmanager
async def a_street(database: str, redis_url: str, folder: Path) -> AsyncIterator[Street]:
    others = OAuthProvider()
    async with serving(others.answer) as url, a_site(database, redis_url, folder, **settings(url)) as site:
        yield Street(site=site, others=others)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_r9_an_identity_of_another_service_is_bound_and_is_a_way_in(
    provider: str, database: str, redis_url: str, tmp_path: Path
) -> None:
    async with a_street(database, redis_url, tmp_path) as street:
        person = await street.site.register()
        assert (await street.site.client.get("/api/oauth/providers")).json() == {"providers": list(PROVIDERS)}
        assert (await street.bind(person, provider, "somebody")).status_code == 200
        assert await methods(street.site, person) == ["phone", provider]
        url = await street.begin(provider)
        assert parse_qs(urlsplit(url).query)["redirect_uri"] == ["https://class.example/oauth"]
        answer = await street.log_in(street.others.visit(url, "somebody"))
        assert answer.status_code == 200, answer.text
        assert answer.json()["ticket"] is None
        assert answer.json()["logged_in"]["account"]["id"] == person.account


async def test_r2_who_comes_from_another_service_registers_with_a_phone_and_is_bound(
    database: str, redis_url: str, tmp_path: Path
) -> None:
    async with a_street(database, redis_url, tmp_path) as street:
        back = street.others.visit(await street.begin("wechat"), "somebody")
        answer = (await street.log_in(back)).json()
        assert (answer["provider"], answer["logged_in"]) == ("wechat", None)
        assert await street.site.database.fetchval("SELECT count(*) FROM account") == 0
        phone = a_phone()
        body = {"phone": phone, "password": PASSWORD, "ticket": answer["ticket"]}
        made = await street.site.client.post(
            "/api/accounts", json={**body, "code": await street.site.code(phone, "register")}
        )
        assert made.status_code == 201
        again = await street.log_in(street.others.visit(await street.begin("wechat"), "somebody"))
        assert again.json()["logged_in"]["account"]["id"] == made.json()["account"]["id"]
        other = a_phone()
        body = {"phone": other, "password": PASSWORD, "ticket": answer["ticket"]}
        twice = await street.site.client.post(
            "/api/accounts", json={**body, "code": await street.site.code(other, "register")}
        )
        assert problem(twice) == (409, "oauth_failed")


async def test_r10_r11_r37_what_is_anothers_cannot_be_bound(database: str, redis_url: str, tmp_path: Path) -> None:
    async with a_street(database, redis_url, tmp_path) as street:
        first, second = await street.site.register(), await street.site.register()
        await street.bind(first, "qq", "somebody")
        taken = await street.bind(second, "qq", "somebody")
        assert (problem(taken), taken.json()["zh"]) == ((409, "identity_taken"), "无法绑定")
        await post(street.site, first, "/api/me/closing", {"proof": BY_PASSWORD})
        assert problem(await street.bind(second, "qq", "somebody")) == (409, "identity_taken")
        closed = await street.log_in(street.others.visit(await street.begin("qq"), "somebody"))
        assert problem(closed) == (403, "account_closed")
        assert await methods(street.site, second) == ["phone"]


async def test_security_48_the_same_name_at_another_provider_is_somebody_else(
    database: str, redis_url: str, tmp_path: Path
) -> None:
    async with a_street(database, redis_url, tmp_path) as street:
        person = await street.site.register()
        await street.bind(person, "wechat", "somebody")
        elsewhere = await street.log_in(street.others.visit(await street.begin("weibo"), "somebody"))
        assert elsewhere.json()["logged_in"] is None
        # A code of one provider means nothing to the other.
        back = street.others.visit(await street.begin("wechat"), "somebody")
        there = dict(parse_qs(urlsplit(await street.begin("weibo")).query))
        assert problem(await street.log_in({"code": back["code"], "state": there["state"][0]})) == (409, "oauth_failed")


async def test_security_48_only_the_browser_that_began_may_come_back_and_once(
    database: str, redis_url: str, tmp_path: Path
) -> None:
    async with a_street(database, redis_url, tmp_path) as street:
        back = street.others.visit(await street.begin("weibo"), "somebody")
        cookie = street.site.client.headers.pop("Cookie")
        assert problem(await street.log_in(back)) == (409, "oauth_failed")
        street.site.client.headers["Cookie"] = "__Host-shangke-oauth=guessed"
        assert problem(await street.log_in(back)) == (409, "oauth_failed")
        street.site.client.headers["Cookie"] = cookie
        assert problem(await street.log_in({**back, "state": "x" * 43})) == (409, "oauth_failed")
        assert (await street.log_in(back)).status_code == 200
        assert problem(await street.log_in(back)) == (409, "oauth_failed")


async def test_security_48_an_attempt_to_bind_is_of_one_account_one_device_and_ten_minutes(
    database: str, redis_url: str, tmp_path: Path
) -> None:
    """The attacker's answer, brought by the victim's browser, binds nothing."""
    async with a_street(database, redis_url, tmp_path) as street:
        victim, attacker = await street.site.register(), await street.site.register()
        elsewhere = await street.site.another_device(attacker)
        for person in (victim, elsewhere):
            back = dict(street.others.visit(await street.begin("wechat", attacker), "attacker"))
            assert problem(await post(street.site, person, "/api/me/oauth/answers", dict(back))) == (
                409,
                "oauth_failed",
            )
        back = street.others.visit(await street.begin("wechat", attacker), "attacker")
        assert problem(await street.log_in(back)) == (409, "oauth_failed")
        back = street.others.visit(await street.begin("wechat"), "attacker")
        assert problem(await post(street.site, attacker, "/api/me/oauth/answers", dict(back))) == (409, "oauth_failed")
        back = street.others.visit(await street.begin("wechat", attacker), "attacker")
        street.site.clock.pass_by(minutes=11)
        assert problem(await post(street.site, attacker, "/api/me/oauth/answers", dict(back))) == (409, "oauth_failed")
        assert [await methods(street.site, each) for each in (victim, attacker)] == [["phone"], ["phone"]]


async def test_binding_begins_with_a_proof_and_only_where_there_is_an_app(
    site: Site, database: str, redis_url: str, tmp_path: Path
) -> None:
    person = await site.register()
    body: Body = {"provider": "wechat", "proof": BY_PASSWORD}
    assert problem(await post(site, person, "/api/me/oauth/attempts", body)) == (404, "not_found")
    assert problem(await site.client.post("/api/oauth/attempts", json={"provider": "qq"})) == (404, "not_found")
    assert (await site.client.get("/api/oauth/providers")).json() == {"providers": []}
    assert problem(await post(site, person, "/api/me/oauth/attempts", {"provider": "wechat", "proof": {}})) == (
        401,
        "confirm_needed",
    )


async def test_who_has_only_another_services_identity_confirms_by_a_fresh_log_in(
    database: str, redis_url: str, tmp_path: Path
) -> None:
    async with a_street(database, redis_url, tmp_path) as street:
        person = await street.site.register()
        await street.bind(person, "wechat", "a")
        await street.bind(person, "qq", "b")
        assert (await unbind(street.site, person, "phone")).status_code == 200
        await street.site.database.execute("UPDATE account SET password_hash = NULL")
        street.site.clock.pass_by(minutes=11)
        assert problem(await unbind(street.site, person, "qq", {"code_to": "phone"})) == (401, "confirm_needed")
        back = street.others.visit(await street.begin("wechat"), "a")
        token = (await street.log_in(back)).json()["logged_in"]["token"]
        answer = await street.site.client.post(
            "/api/me/unbinding",
            json={"provider": "qq", "proof": {}},
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 200
