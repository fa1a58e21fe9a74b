"""What people do with their login methods, in one line each."""

from __future__ import annotations

import re
from itertools import count

import httpx

from protocol.codec import to_struct
from protocol.envelopes import Body
from protocol.rest import LoggedIn
from server.grant import change, read_phone
from tests.harness.site import PASSWORD, Person, Site

BY_PASSWORD: Body = {"password": PASSWORD}
_numbers = count(1)


def an_email() -> str:
    """An address that no test had before."""
    return f"lin{next(_numbers)}@163.com"


def mailed_code(site: Site) -> str:
    """The code in the last e-mail."""
    found = re.search(r"\d{6}", site.mail.messages[-1].text)
    assert found is not None
    return found[0]


async def post(site: Site, person: Person, path: str, body: Body) -> httpx.Response:
    return await site.client.post(path, json=body, headers=person.headers)


async def bind_code(site: Site, person: Person, provider: str, address: str) -> str:
    """Have a code sent to an address that is to be bound, and read it there."""
    site.clock.pass_by(minutes=1)
    answer = await post(site, person, "/api/me/bind-codes", {"provider": provider, "address": address})
    assert answer.status_code == 204, answer.text
    return site.sms.messages[-1].code if provider == "phone" else mailed_code(site)


async def bind(site: Site, person: Person, provider: str, address: str, proof: Body | None = None) -> httpx.Response:
    code = await bind_code(site, person, provider, address)
    body: Body = {"provider": provider, "address": address, "code": code, "proof": proof or BY_PASSWORD}
    return await post(site, person, "/api/me/identities", body)


async def unbind(site: Site, person: Person, provider: str, proof: Body | None = None) -> httpx.Response:
    return await post(site, person, "/api/me/unbinding", {"provider": provider, "proof": proof or BY_PASSWORD})


async def confirm_code(site: Site, person: Person, to: str = "phone") -> Body:
    """A proof by a code sent to the person's own address."""
    site.clock.pass_by(minutes=1)
    answer = await post(site, person, "/api/me/confirm-codes", {"to": to})
    assert answer.status_code == 204, answer.text
    return {"code": site.sms.messages[-1].code if to == "phone" else mailed_code(site), "code_to": to}


async def log_in_by_email(site: Site, email: str) -> httpx.Response:
    site.clock.pass_by(minutes=1)
    asked = await site.client.post("/api/codes", json={"email": email, "purpose": "login"})
    assert asked.status_code == 204, asked.text
    return await site.client.post("/api/devices", json={"email": email, "code": mailed_code(site)})


def as_person(answer: httpx.Response, phone: str) -> Person:
    assert answer.status_code == 201, answer.text
    return Person(phone=phone, logged_in=to_struct(answer.json(), LoggedIn))


async def methods(site: Site, person: Person) -> list[str]:
    """The providers bound, oldest first."""
    answer = await site.get("/api/me/identities", person)
    return [each["provider"] for each in answer.json()["identities"]]


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, str(answer.json()["code"])


async def a_support(site: Site) -> Person:
    support = await site.register("Support")
    await change(site.database, read_phone(support.phone), "support", is_revoked=False)
    return support
