"""Everything that takes an Idempotency-Key, sent twice with the same one: one effect, one answer, written together."""

from __future__ import annotations

import re

import httpx
import pytest

from server.ids import draw_id
from server.rest.once import HEADER
from tests.harness.rows import digest, written_with
from tests.harness.site import Person, Site
from tests.matrix.bodies import BODIES, Made
from tests.matrix.policy import ROLES, Row
from tests.matrix.test_rest import DOCUMENT, OF_REST
from tests.matrix.things import ANEW, THINGS
from tests.matrix.world import World, a_world

# Nobody of the matrix's world is let through there: they want a proof, a code or an answer from outside, and
# tests/rest/people/test_twice.py sends them twice.
ELSEWHERE = {
    "POST /api/me/identities",
    "PUT /api/me/phone",
    "PUT /api/me/password",
    "POST /api/me/unbinding",
    "POST /api/me/closing",
    "POST /api/me/oauth/attempts",
    "POST /api/me/oauth/answers",
    "POST /api/me/certification",
}
# A code is in the book before it is sent, the road answers a command that comes again, and who asks here has studied
# nothing (tests/rest/test_once_crash.py has a learner).
NO_TRANSACTION = {"POST /api/me/confirm-codes", "POST /api/me/bind-codes", "POST /api/commands", "POST /api/study"}


def is_keyed(row: Row) -> bool:
    operation = DOCUMENT["paths"][row.path].get(row.method.lower(), {})
    return any(each.get("name") == HEADER for each in operation.get("parameters", ()))


KEYED = [row for row in OF_REST if is_keyed(row)]


@pytest.mark.limit(120)
async def test_what_is_sent_twice_is_done_once(site: Site) -> None:
    world, wrong, asked = await a_world(site), list[str](), set[str]()
    for row in KEYED:
        role = next((role for role in ROLES if row.here(role).startswith("20")), None)
        if role is None or role not in world.roles:
            continue
        asked.add(row.name)
        wrong += [f"{row.name} as {role}: {fault}" for fault in await send_twice(world, row, world.roles[role])]
    assert wrong == [], "\n".join(wrong)
    assert {row.name for row in KEYED} - asked == ELSEWHERE


async def send_twice(world: World, row: Row, asker: Person) -> list[str]:
    await world.site.services.limiter._redis.flushdb()
    made = ANEW if row.is_used_up else THINGS
    path, key = row.path, draw_id()
    for id in await made[row.thing](world, world.here, asker):
        path = re.sub(r"{\w+}", id, path, count=1)
    body = BODIES[row.name](world, asker) if row.name in BODIES else None
    first = await send(world, path, body, asker, key)
    after_first = await digest(world.site.database)
    second = await send(world, path, body, asker, key)
    after_second = await digest(world.site.database)
    other = await send(world, f"{path}?other=1", body, asker, key)
    faults = [f"{table} changed" for table, rows in after_second.items() if rows != after_first[table]]
    if row.name not in NO_TRANSACTION and not await written_with(world.site.database, key):
        faults.append("its answer was not kept in the transaction of its effect")
    if not first.is_success:
        faults.append(f"{first.status_code} {first.text}")
    if (second.status_code, second.content) != (first.status_code, first.content):
        faults.append(f"first {first.status_code} {first.text}, then {second.status_code} {second.text}")
    if (other.status_code, other.json().get("code")) != (409, "id_conflict"):
        faults.append(f"another request with the same key: {other.status_code} {other.text}")
    return faults


async def send(world: World, path: str, body: Made | None, asker: Person, key: str) -> httpx.Response:
    content = {"content": body} if isinstance(body, bytes) else {"json": body} if body is not None else {}
    return await world.site.client.post(path, headers={**asker.headers, HEADER: key}, **content)
