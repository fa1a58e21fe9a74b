"""Idempotency keys and tags: what is sent again has no second effect, what is known is not sent again."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from protocol.envelopes import Body
from protocol.ids import AccountId
from server.ids import draw_id
from server.store import idempotency
from server.store.platform_roles import insert_role
from tests.harness.site import Person, Site
from tests.harness.wait import until_blocked
from workers.context import ROAD
from workers.sweep_old import sweep_old

PUSH: Body = {"to_kind": "all", "title": "系统维护"}


async def an_operator(site: Site) -> Person:
    person = await site.register("Ops")
    async with site.database.transaction() as tx:
        await insert_role(tx, AccountId(person.account), "operator")
    return person


async def push(site: Site, person: Person, key: str, body: Body = PUSH) -> httpx.Response:
    return await site.client.post("/api/pushes", json=body, headers={**person.headers, "Idempotency-Key": key})


async def n_pushes(site: Site) -> int:
    count: int = await site.database.fetchval("SELECT count(*) FROM push")
    return count


async def test_the_same_key_again_is_answered_the_same_without_a_second_effect(site: Site) -> None:
    operator = await an_operator(site)
    first, second = await push(site, operator, "key-00000001"), await push(site, operator, "key-00000001")
    assert (second.status_code, second.content) == (201, first.content)
    assert second.headers["content-type"] == "application/json"
    assert await n_pushes(site) == 1
    assert (await push(site, operator, "key-00000002")).json()["id"] != first.json()["id"]


async def test_the_same_key_for_something_else_is_a_conflict(site: Site) -> None:
    operator = await an_operator(site)
    made = (await push(site, operator, "key-00000001")).json()["id"]
    other = await push(site, operator, "key-00000001", {**PUSH, "title": "另一条"})
    assert (other.status_code, other.json()["code"]) == (409, "id_conflict")
    headers = {**operator.headers, "Idempotency-Key": "key-00000001"}
    stop = await site.client.post(f"/api/pushes/{made}/stop", headers=headers)
    assert (stop.status_code, stop.json()["code"]) == (409, "id_conflict")


async def test_two_accounts_may_have_the_same_key(site: Site) -> None:
    first, second = await an_operator(site), await an_operator(site)
    answers = [await push(site, each, "key-00000001") for each in (first, second)]
    assert answers[0].json()["author"] == first.account
    assert answers[1].json()["author"] == second.account


async def test_ten_at_once_with_one_key_have_one_effect(site: Site) -> None:
    operator = await an_operator(site)
    answers = await asyncio.gather(*(push(site, operator, "key-00000001") for _ in range(10)))
    assert await n_pushes(site) == 1
    assert {each.status_code for each in answers} <= {201, 409}
    assert {each.json()["code"] for each in answers if each.status_code == 409} <= {"under_way"}
    assert (await push(site, operator, "key-00000001")).status_code == 201


async def test_a_refused_request_may_be_mended_with_the_same_key(site: Site) -> None:
    operator = await an_operator(site)
    refused = await push(site, operator, "key-00000001", {**PUSH, "to_id": "x" * 16})
    assert refused.status_code == 422
    assert (await push(site, operator, "key-00000001")).status_code == 201


async def test_who_took_longer_than_the_claim_holds_has_no_effect_beside_the_next(site: Site) -> None:
    """Its transaction ends with the mark, which only the newest claim can set."""
    operator = await an_operator(site)
    async with site.database.transaction() as tx:
        await tx.execute("LOCK TABLE push IN SHARE MODE")
        slow = asyncio.create_task(push(site, operator, "key-00000001"))
        await until_blocked(site.database)
        await site.database.execute("UPDATE idempotency SET at = at - interval '3 minutes'")
        next_one = asyncio.create_task(push(site, operator, "key-00000001"))
        await until_blocked(site.database, 2)
    answers = [await slow, await next_one]
    assert [each.status_code for each in answers] == [409, 201]
    assert answers[0].json()["code"] == "under_way"
    assert await n_pushes(site) == 1
    assert (await push(site, operator, "key-00000001")).content == answers[1].content


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "key 00000001", "key/00000001"])
async def test_a_key_that_is_none_is_refused(site: Site, key: str) -> None:
    answer = await push(site, await an_operator(site), key)
    assert (answer.status_code, answer.json()["data"]) == (422, {"field": "Idempotency-Key"})


async def test_an_upload_takes_no_key(site: Site) -> None:
    teacher = await site.register()
    classroom = await site.classroom(teacher)
    headers = {**teacher.headers, "Idempotency-Key": "key-00000001"}
    answer = await site.client.post(f"/api/classrooms/{classroom}/files?name=x.png", content=b"x", headers=headers)
    assert answer.status_code == 422


async def test_answers_are_forgotten_after_a_day(site: Site) -> None:
    operator = await an_operator(site)
    for key in ("key-00000001", "key-00000002"):
        await push(site, operator, key)
    await site.database.execute("UPDATE idempotency SET at = at - interval '25 hours' WHERE key = 'key-00000001'")
    await sweep_old({ROAD: site.services.road})
    assert await idempotency.select_kept(site.database, AccountId(operator.account), "key-00000001") is None
    assert await idempotency.select_kept(site.database, AccountId(operator.account), "key-00000002") is not None


async def test_a_larger_answer_has_a_tag_and_is_not_sent_to_who_names_it(site: Site) -> None:
    person = await site.register()
    small = await site.get("/api/me", person)
    assert "etag" not in small.headers
    await site.database.execute(
        """
        INSERT INTO inbox_item (id, account_id, seq, kind, title, text, push_id)
        SELECT $2 || n, $1, n, 'reply', 'Reply', repeat('x', 200), $2 || n FROM generate_series(10, 19) AS n
        """,
        person.account,
        draw_id()[:14],
    )
    whole = await site.get("/api/inbox", person)
    tag = whole.headers["etag"]
    for named in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        known = await site.get("/api/inbox", person, **{"If-None-Match": named})
        assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", tag)
    await site.command(person, "inbox.read_all", person.account)
    assert (await site.get("/api/inbox", person, **{"If-None-Match": tag})).status_code == 200
