"""The matrix over REST: every endpoint, asked by every role about what is theirs, another's and not there, against the
one table of policy.txt (Security 56, 58).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest

from server.rest.endpoint import Who
from server.rest.openapi import document
from server.rest.routes import ENDPOINTS
from tests.harness.site import Person, Site
from tests.matrix.bodies import BODIES, MISSING
from tests.matrix.policy import NOWHERE, ROLES, TOKENLESS, Row, rows
from tests.matrix.things import ANEW, THINGS
from tests.matrix.world import Side, World, a_world

OF_REST = [row for row in rows() if row.method != "COMMAND"]
DOCUMENT = msgspec.to_builtins(document(ENDPOINTS))


def test_every_endpoint_has_a_row_and_every_row_an_endpoint() -> None:
    assert sorted(row.name for row in OF_REST) == sorted(f"{each.method} {each.path}" for each in ENDPOINTS)
    taking = {f"{each.method} {each.path}" for each in ENDPOINTS if each.takes}
    assert taking <= set(BODIES), "a body for each that takes one"


def test_the_table_of_endpoints_and_the_policy_agree_on_who_needs_a_token() -> None:
    needs = {f"{each.method} {each.path}": each.who.needs_token for each in ENDPOINTS}
    assert {row.name: "anonymous" not in row.outcomes for row in OF_REST} == needs
    assert {each.who for each in ENDPOINTS} == set(Who)


@pytest.mark.limit(120)
async def test_every_role_gets_what_the_policy_says(site: Site) -> None:
    """Security 56 and 58: what is not yours looks like what is not there."""
    world, wrong = await a_world(site), list[str]()
    for row in OF_REST:
        async for fault in ask_everybody(world, row):
            wrong.append(f"{row.name} {fault}")
    assert wrong == [], "\n".join(wrong)


async def ask_everybody(world: World, row: Row) -> AsyncIterator[str]:
    """What is not as the policy says."""
    # Limits are not what this is about, and one world has one of each person.
    await world.site.services.limiter._redis.flushdb()
    missing = tuple(MISSING for _ in re.findall(r"{\w+}", row.path))
    shared = {side: await THINGS[row.thing](world, side, side.learner) for side in (world.here, world.there)}
    for role in ROLES:
        asker = world.roles.get(role)
        nowhere = None
        if missing and row.thing not in ("link", "courseware", "cover"):
            nowhere = await ask(world, row, missing, asker)
            expected = row.here(role) if role in TOKENLESS else NOWHERE
            if said(nowhere) != expected:
                yield f"{role} missing: {said(nowhere)}, not {expected}"
        if len(shared[world.here]) > 1:
            # Security 59: what is the other school's, under the name of this one.
            astray = await ask(world, row, (shared[world.here][0], *shared[world.there][1:]), asker)
            is_hidden = nowhere is not None and told(astray) == told(nowhere)
            if role not in TOKENLESS and not is_hidden and said(astray) != f"{row.here(role)}:forbidden":
                yield f"{role} astray: {said(astray)}"
        for side, expected in ((world.here, row.here(role)), (world.there, row.there(role)))[: 2 if missing else 1]:
            answer = await ask_about(world, row, side, role, asker, shared[side], expected)
            where = "here" if side is world.here else "there"
            if not is_as(answer, expected):
                yield f"{role} {where}: {said(answer)}, not {expected}"
            elif expected == NOWHERE and nowhere is not None and told(answer) != told(nowhere):
                yield f"{role} {where}: {told(answer)} differs from what is missing: {told(nowhere)}"


async def ask_about(
    world: World, row: Row, side: Side, role: str, asker: Person | None, shared: tuple[str, ...], expected: str
) -> httpx.Response:
    ids = shared
    if asker is not None and row.is_used_up and expected != NOWHERE and role not in TOKENLESS:
        ids = await ANEW[row.thing](world, side, asker)
        if row.thing == "current":
            asker = await world.device(asker)
    return await ask(world, row, ids, asker)


async def ask(world: World, row: Row, ids: tuple[str, ...], asker: Person | None) -> httpx.Response:
    """The answer, which must be one that the document tells of."""
    path, body = row.path, None
    for id in ids:
        path = re.sub(r"{\w+}", id, path, count=1)
    if row.name in BODIES:
        body = BODIES[row.name](world, asker or world.roles["stranger"])
    answer = await world.site.client.request(
        row.method,
        path,
        json=None if isinstance(body, bytes) else body,
        content=body if isinstance(body, bytes) else None,
        headers=asker.headers if asker else {},
    )
    known = DOCUMENT["paths"][row.path][row.method.lower()]["responses"]
    assert str(answer.status_code) in known, (row.name, answer.status_code, answer.text)
    assert answer.status_code < 500, (row.name, answer.text)
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", row.name
    return answer


def said(answer: httpx.Response) -> str:
    return f"{answer.status_code}:{answer.json()['code']}" if answer.status_code >= 400 else str(answer.status_code)


def is_as(answer: httpx.Response, expected: str) -> bool:
    """A status alone does for what is done, and for a refusal that is not about who asks."""
    return said(answer) == expected or (str(answer.status_code) == expected and expected not in ("401", "404"))


def told(answer: httpx.Response) -> object:
    """All that could give away that something is there."""
    headers = {name: value for name, value in answer.headers.items() if name not in ("x-request-id", "content-length")}
    return answer.status_code, {**answer.json(), "request_id": ""}, headers
