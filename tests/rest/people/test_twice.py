"""What is changed about oneself, sent twice with the same Idempotency-Key: done once, answered alike.

Going to another service and coming back need no key for it: the way back is good once (test_oauth.py).
"""

from __future__ import annotations

from protocol.envelopes import Body
from server.rest.once import HEADER
from tests.harness.site import Person, Site
from tests.rest.people.acts import BY_PASSWORD, an_email, bind, bind_code, methods
from tests.rest.schools.campus import CODE, a_campus


async def twice(site: Site, person: Person, path: str, body: Body) -> int:
    """The status of both answers, which must be the same."""
    headers = {**person.headers, HEADER: f"twice-{path.rpartition('/')[2]}"}
    first = await site.client.post(path, json=body, headers=headers)
    written = await site.database.fetchval("SELECT count(*) FROM audit")
    second = await site.client.post(path, json=body, headers=headers)
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert await site.database.fetchval("SELECT count(*) FROM audit") == written
    return first.status_code


async def test_a_login_method_is_bound_and_unbound_once(site: Site) -> None:
    person, email = await site.register(), an_email()
    code = await bind_code(site, person, "email", email)
    body: Body = {"provider": "email", "address": email, "code": code, "proof": BY_PASSWORD}
    assert await twice(site, person, "/api/me/identities", body) == 200
    assert await methods(site, person) == ["phone", "email"]
    assert await twice(site, person, "/api/me/unbinding", {"provider": "email", "proof": BY_PASSWORD}) == 200
    assert await methods(site, person) == ["phone"]


async def test_a_certification_is_made_once(site: Site) -> None:
    campus, person = await a_campus(site), await site.register("林一")
    entry = {"number": "20260001", "name": "林一"}
    added = await site.client.post(f"/api/schools/{campus.id}/roster", json=entry, headers=campus.admin.headers)
    assert added.status_code == 201, added.text
    body: Body = {"school": campus.id, **entry, "code": CODE}
    assert await twice(site, person, "/api/me/certification", body) == 201


async def test_a_closed_account_hears_nothing_more_whatever_it_sends_again(site: Site) -> None:
    """Its token is gone with it: the second sending is refused at the door and changes nothing."""
    person = await site.register()
    assert (await bind(site, person, "email", an_email())).status_code == 200
    headers = {**person.headers, HEADER: "twice-closing"}
    answers = [
        await site.client.post("/api/me/closing", json={"proof": BY_PASSWORD}, headers=headers) for _ in range(2)
    ]
    assert [each.status_code for each in answers] == [204, 401]
    assert await site.database.fetchval("SELECT count(*) FROM audit WHERE action = 'account.closed'") == 1
