"""The platform's own desks: for nobody else, and every look at a person is written down (docs/security.md, 69)."""

from __future__ import annotations

import msgspec

from server.rest.endpoint import Who
from server.rest.routes import ENDPOINTS
from tests.harness.site import Site, a_phone
from tests.rest.people.acts import a_support, post, problem

DESKS = [each for each in ENDPOINTS if each.who in (Who.SUPPORT, Who.OPERATOR, Who.OPS)]


async def test_security_69_to_a_student_no_desk_is_there(site: Site) -> None:
    student = await site.register()
    told = set()
    for each in DESKS:
        path = each.path.replace("{id}", "x" * 16)
        answer = await site.client.request(each.method, path, json={}, headers=student.headers)
        told.add((answer.status_code, answer.json()["code"]))
    assert len(DESKS) >= 5
    assert told == {(404, "not_found")}


async def test_security_69_a_look_at_a_person_is_written_down_with_who_looked(site: Site) -> None:
    support, person = await a_support(site), await site.register("Lin")
    found = await post(site, support, "/api/support/lookups", {"phone": person.phone})
    assert found.status_code == 200
    assert person.phone not in found.text
    missing = await post(site, support, "/api/support/lookups", {"phone": a_phone()})
    assert problem(missing) == (404, "not_found")
    rows = await site.database.fetch("SELECT actor_id, account_id, action FROM audit WHERE action <> 'role.granted'")
    assert [tuple(row) for row in rows] == [(support.account, person.account, "account.looked_up")]


def test_security_69_no_desk_sets_a_password_or_a_code() -> None:
    taken = {
        f"{each.method} {each.path}: {field}"
        for each in DESKS
        if each.takes is not None
        for field in (info.name for info in msgspec.structs.fields(each.takes))
        if field in ("password", "code", "token", "proof")
    }
    assert taken == set()
