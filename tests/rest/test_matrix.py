"""The matrix: every endpoint of the table, asked by everybody, about what is not there, what is none, what is others'.

Made from ENDPOINTS, so that a new row is in it. Bodies are the declarations' examples: what they name is not there.
"""

from __future__ import annotations

import re

import httpx
import msgspec

from protocol.ids import AccountId
from server.ids import draw_id
from server.rest.endpoint import Endpoint, Who
from server.rest.openapi import document
from server.rest.routes import ENDPOINTS
from server.store.platform_roles import PLATFORM_ROLES, insert_role
from tests.harness.site import Person, Site
from tests.protocol.examples import example

DOCUMENT = msgspec.to_builtins(document(ENDPOINTS))
MISSING = "zzzzzzzzzzzzzzzz"
# Who must have a place where they ask; all others are told that there is nothing.
PLACED = tuple(who for who in Who if who not in (Who.ANYONE, Who.ACCOUNT, Who.LINK))
# Whose body is judged before the place: what it names is wrong whoever asks.
EARLY = (400, 422)


def path_of(endpoint: Endpoint, id: str) -> str:
    return re.sub(r"{\w+}", id, endpoint.path)


async def ask(site: Site, endpoint: Endpoint, id: str, person: Person | None = None, **headers: str) -> httpx.Response:
    """The answer, which must be one the document tells of, and never a fault."""
    body = None if endpoint.takes is None else example(endpoint.takes)
    whole = {**(person.headers if person else {}), **headers}
    answer = await site.client.request(endpoint.method, path_of(endpoint, id), json=body, headers=whole)
    said = DOCUMENT["paths"][endpoint.path][endpoint.method.lower()]["responses"]
    assert str(answer.status_code) in said, (endpoint.method, endpoint.path, answer.status_code, answer.text)
    assert answer.status_code < 500 or answer.status_code == 503, (endpoint.path, answer.text)
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
    return answer


async def test_every_row_to_everybody_about_what_is_not_there(site: Site) -> None:
    """Nobody without a place gets past, and what is missing looks the same to all of them."""
    roles = {"stranger": await site.register()} | {role: await site.register(role) for role in PLATFORM_ROLES}
    async with site.database.transaction() as tx:
        for role in PLATFORM_ROLES:
            await insert_role(tx, AccountId(roles[role].account), role)
    for endpoint in ENDPOINTS:
        if endpoint.path == "/api/devices/current":
            # Has no id, and would end the others' questions.
            continue
        await ask_as_nobody(site, endpoint)
        for name, person in roles.items():
            await ask_as(site, endpoint, name, person)
    assert [(await site.get("/api/me", person)).status_code for person in roles.values()] == [200] * len(roles)


async def ask_as_nobody(site: Site, endpoint: Endpoint) -> None:
    headers: list[dict[str, str]] = [{}]
    if endpoint.who.needs_token:
        tokens = ("Bearer x", "Bearer " + "A" * 128, "Basic x")
        headers += [{"Authorization": token} for token in tokens]
    for each in headers:
        answer = await ask(site, endpoint, MISSING, None, **each)
        assert not endpoint.who.needs_token or answer.status_code == 401, (endpoint.path, each)


async def ask_as(site: Site, endpoint: Endpoint, role: str, person: Person) -> None:
    answer = await ask(site, endpoint, MISSING, person)
    where = (endpoint.method, endpoint.path, role, answer.text)
    if endpoint.who in PLACED and endpoint.who.value != role:
        assert answer.status_code in (404, *(EARLY if endpoint.takes else ())), where
    if "{" in endpoint.path:
        assert answer.status_code >= 400 or endpoint.method == "DELETE", where
        for none in ("short", "x" * 15 + "%00", "x" * 15 + "%2f", "x" * 500):
            assert (await ask(site, endpoint, none, person)).status_code == 404, (where, none)


async def a_world(site: Site) -> dict[str, str]:
    """One of everything that is somebody else's: the beginning of a path -> the id."""
    owner, other = await site.register("Owner"), await site.register("Other")
    classroom = await site.classroom(owner, other)
    await site.command(owner, "session.start", classroom)
    activity = await site.publish(owner, classroom, "discussion", {})
    session = str((await site.command(owner, "session.end", classroom)).get("session", ""))
    session = session or str(await site.database.fetchval("SELECT id FROM session"))
    school, course, run, unit, topic, push = (draw_id() for _ in range(6))
    db = site.database
    await db.execute("INSERT INTO school (id, name, has_cloud) VALUES ($1, '学校', true)", school)
    await db.execute(
        "INSERT INTO school_staff (school_id, account_id, role) VALUES ($1, $2, 'admin')", school, owner.account
    )
    await db.execute(
        "INSERT INTO course (id, school_id, kind, title) VALUES ($1, $2, 'spoc', '微积分')", course, school
    )
    await db.execute(
        "INSERT INTO course_teacher (course_id, account_id, role) VALUES ($1, $2, 'owner')", course, owner.account
    )
    await db.execute(
        "INSERT INTO run (id, course_id, number, starts_at, ends_at) VALUES ($1, $2, 1, now(), now() + '9 days')",
        run,
        course,
    )
    await db.execute(
        "INSERT INTO topic (id, run_id, author_id, title, text) VALUES ($1, $2, $3, '问题', '?')",
        topic,
        run,
        owner.account,
    )
    await db.execute(
        "INSERT INTO push (id, author_id, to_kind, item_kind, title) VALUES ($1, $2, 'all', 'platform_push', '维护')",
        push,
        owner.account,
    )
    assert unit != run
    device = str(await db.fetchval("SELECT id FROM device WHERE account_id = $1", owner.account))
    return {
        "/api/classrooms/": classroom,
        "/api/records/": session,
        "/api/activities/": activity,
        "/api/schools/": school,
        "/api/courses/": course,
        "/api/runs/": run,
        "/api/topics/": topic,
        "/api/pushes/": push,
        "/api/devices/": device,
    }


def others(endpoint: Endpoint, world: dict[str, str]) -> str | None:
    return next((id for begin, id in world.items() if endpoint.path.startswith(begin + "{")), None)


async def test_what_is_somebody_elses_looks_like_what_is_not_there(site: Site) -> None:
    """IDOR: a stranger learns nothing of another's thing, not even that it is there."""
    world, stranger = await a_world(site), await site.register("Stranger")
    seen: dict[str, tuple[object, object]] = {}
    for each in ENDPOINTS:
        id = others(each, world)
        if id is None or each.who not in (*PLACED, Who.ACCOUNT):
            continue
        if each.who is Who.ACCOUNT and each.path not in ("/api/devices/{id}",):
            # What is everybody's, as a published course; the rooms' own tests say what it shows.
            continue
        theirs, nothing = await ask(site, each, id, stranger), await ask(site, each, MISSING, stranger)
        seen[f"{each.method} {each.path}"] = (told(theirs), told(nothing))
    assert seen
    assert {key: pair for key, pair in seen.items() if pair[0] != pair[1]} == {}


def told(answer: httpx.Response) -> object:
    if answer.headers.get("content-type") != "application/problem+json":
        return answer.status_code, answer.content
    return answer.status_code, {**answer.json(), "request_id": ""}
