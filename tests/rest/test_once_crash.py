"""A node that is killed while a request with an Idempotency-Key is under way: the effect is there once with its answer,
or neither is.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import LiteralString

import asyncpg
import httpx
import pytest

from protocol.envelopes import Body
from protocol.ids import AccountId
from server.ids import draw_id
from server.rest.once import HEADER
from server.store.platform_roles import insert_role
from server.store.pool import COMMAND_S
from tests.harness.node import Nodes
from tests.harness.owner import as_owner
from tests.harness.rows import digest, written_with
from tests.harness.site import Person, Site, a_phone
from tests.harness.wait import until, until_blocked
from tests.rest.people.acts import BY_PASSWORD, an_email, bind, bind_code
from tests.rest.schools.campus import a_campus
from tests.rest.study.run import a_run, begin, in_ms, put_assessment
from tests.rest.study.test_study_time import a_span

LOCK = 4711
# Deferred, so it runs in the COMMIT: whoever is let go there is committed, whether anybody is left to hear of it or
# not.
AT_THE_COMMIT: LiteralString = """
CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    PERFORM set_config(''lock_timeout'', ''0'', true), pg_advisory_xact_lock(4711);
    RETURN NEW;
END';
CREATE CONSTRAINT TRIGGER held AFTER UPDATE ON idempotency DEFERRABLE INITIALLY DEFERRED
   FOR EACH ROW WHEN (NEW.status IS NOT NULL) EXECUTE FUNCTION hold()
"""
FREE: LiteralString = "DROP FUNCTION hold CASCADE"
TERMINATE = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody sends. `wrote`: a table that it writes to."""

    person: Person
    path: str
    wrote: str
    body: Body | None = None
    content: bytes | None = None
    method: str = "POST"
    key: str = field(default_factory=draw_id)

    async def send(self, client: httpx.AsyncClient) -> httpx.Response:
        headers = {**self.person.headers, HEADER: self.key}
        return await client.request(self.method, self.path, json=self.body, content=self.content, headers=headers)


async def a_binding(site: Site) -> Request:
    person, email = await site.register(), an_email()
    code = await bind_code(site, person, "email", email)
    body: Body = {"provider": "email", "address": email, "code": code, "proof": BY_PASSWORD}
    return Request(person=person, path="/api/me/identities", wrote="identity", body=body)


async def an_unbinding(site: Site) -> Request:
    person = await site.register()
    assert (await bind(site, person, "email", an_email())).status_code == 200
    body: Body = {"provider": "phone", "proof": BY_PASSWORD}
    return Request(person=person, path="/api/me/unbinding", wrote="audit", body=body)


async def another_number(site: Site) -> Request:
    person, phone = await site.register(), a_phone()
    code = await bind_code(site, person, "phone", phone)
    body: Body = {"phone": phone, "code": code, "proof": BY_PASSWORD}
    return Request(person=person, path="/api/me/phone", wrote="identity", body=body, method="PUT")


async def another_password(site: Site) -> Request:
    body: Body = {"password": "some horse 44", "proof": BY_PASSWORD}
    return Request(person=await site.register(), path="/api/me/password", wrote="audit", body=body, method="PUT")


async def an_attempt(site: Site) -> Request:
    learner = await site.register()
    quiz = await put_assessment(site, await a_run(site, learner))
    return Request(person=learner, path=f"/api/assessments/{quiz}/attempts", wrote="attempt")


async def a_submission(site: Site) -> Request:
    learner = await site.register()
    attempt = await begin(site, await put_assessment(site, await a_run(site, learner)), learner)
    body: Body = {"answers": [1, True]}
    return Request(person=learner, path=f"/api/attempts/{attempt['id']}/submit", wrote="attempt", body=body)


async def study_time(site: Site) -> Request:
    learner = await site.register()
    run = await a_run(site, learner)
    body: Body = {"sent_at": in_ms(site), "spans": [a_span(site, run.video, "no-1", -60, -45)]}
    return Request(person=learner, path="/api/study", wrote="study_span", body=body)


async def a_roster(site: Site) -> Request:
    campus = await a_campus(site)
    path, content = f"/api/schools/{campus.id}/imports?name=a.csv", "学号,姓名\n1,林\n".encode()
    return Request(person=campus.admin, path=path, wrote="roster_import", content=content)


async def a_push(site: Site) -> Request:
    operator = await site.register("Ops")
    async with site.database.transaction() as tx:
        await insert_role(tx, AccountId(operator.account), "operator")
    return Request(person=operator, path="/api/pushes", wrote="push", body={"to_kind": "all", "title": "系统维护"})


Maker = Callable[[Site], Awaitable[Request]]
MAKERS: tuple[Maker, ...] = (
    a_push,
    a_binding,
    an_unbinding,
    another_number,
    another_password,
    an_attempt,
    a_submission,
    study_time,
    a_roster,
)


@contextlib.asynccontextmanager
async def held_at_the_commit(url: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """Until the block ends, whoever commits an effect with its answer waits in the COMMIT."""
    await as_owner(url, AT_THE_COMMIT)
    holder = await asyncpg.connect(url)
    try:
        await holder.execute("SELECT pg_advisory_lock($1)", LOCK)
        yield holder
    finally:
        await holder.close()


@pytest.mark.limit(60)
async def test_killed_between_effect_and_answer_the_same_request_is_answered_from_the_book(
    site: Site, nodes: Nodes, database: str, tmp_path: Path
) -> None:
    """All at once, since a node dies only once."""
    requests = [await make(site) for make in MAKERS]
    node = await nodes.start("a", SHANGKE_DATA=str(tmp_path))
    async with httpx.AsyncClient(base_url=node.url, trust_env=False, timeout=COMMAND_S) as client:
        async with held_at_the_commit(database):
            asked = [asyncio.create_task(each.send(client)) for each in requests]
            await until_blocked(site.database, len(requests))
            await node.kill()
        lost = await asyncio.gather(*asked, return_exceptions=True)
    assert [each for each in lost if not isinstance(each, httpx.TransportError)] == []

    async def are_committed() -> bool:
        return all([each.wrote in await written_with(site.database, each.key) for each in requests])

    await until(are_committed)
    after_first = await digest(site.database)
    for each in requests:
        second, third = await each.send(site.client), await each.send(site.client)
        assert second.is_success, f"{each.path}: {second.text}"
        assert (third.status_code, third.content) == (second.status_code, second.content)
        kept = await site.database.fetchrow("SELECT status, body FROM idempotency WHERE key = $1", each.key)
        assert kept is not None
        assert (kept["status"], kept["body"]) == (second.status_code, second.content)
    assert await digest(site.database) == after_first


@pytest.mark.parametrize("make", MAKERS)
async def test_cut_off_before_the_commit_nothing_was_done_and_the_same_request_does_it_once(
    site: Site, database: str, make: Maker
) -> None:
    request = await make(site)
    before = await digest(site.database)
    async with held_at_the_commit(database) as holder:
        asked = asyncio.create_task(request.send(site.client))
        await until_blocked(site.database)
        await holder.execute(TERMINATE, LOCK)
        cut = await asked
    assert (cut.status_code, cut.json()["code"]) == (503, "overloaded")
    after = await digest(site.database)
    # A try of a code counts, whatever comes of it.
    assert {table for table in after if after[table] != before[table]} <= {"one_time_code"}
    await as_owner(database, FREE)
    done, again = await request.send(site.client), await request.send(site.client)
    assert done.is_success, done.text
    assert (again.status_code, again.content) == (done.status_code, done.content)
    assert request.wrote in await written_with(site.database, request.key)


async def test_killed_before_the_effect_the_same_request_has_it_later_once(
    site: Site, nodes: Nodes, tmp_path: Path
) -> None:
    request, node = await a_push(site), await nodes.start("a", SHANGKE_DATA=str(tmp_path))
    async with (
        httpx.AsyncClient(base_url=node.url, trust_env=False) as client,
        site.database.transaction() as tx,
    ):
        await tx.execute("LOCK TABLE push IN SHARE MODE")
        asked = asyncio.create_task(request.send(client))
        await until_blocked(site.database)
        await node.kill()
        assert isinstance((await asyncio.gather(asked, return_exceptions=True))[0], httpx.TransportError)
        await tx.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted")
    assert await site.database.fetchval("SELECT count(*) FROM push") == 0
    waiting = await request.send(site.client)
    assert (waiting.status_code, waiting.json()["code"]) == (409, "under_way")
    await site.database.execute("UPDATE idempotency SET at = at - interval '3 minutes'")
    done, again = await request.send(site.client), await request.send(site.client)
    assert (done.status_code, again.content) == (201, done.content)
    assert await site.database.fetchval("SELECT count(*) FROM push") == 1
