"""A node that is killed while a POST with an Idempotency-Key is under way: the effect is there once, or not at all."""

from __future__ import annotations

import asyncio
from typing import LiteralString

import httpx

from protocol.ids import AccountId
from server.store import pool
from server.store.platform_roles import insert_role
from tests.harness.node import Node, Nodes
from tests.harness.owner import as_owner
from tests.harness.wait import until
from tests.rest.test_node import register

PUSH = {"to_kind": "all", "title": "系统维护"}
SLEEP: LiteralString = """
CREATE FUNCTION sleep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NEW; END'
"""
# The only update that is not the mark of the effect is the one that keeps the answer.
AT_THE_ANSWER: LiteralString = """
CREATE TRIGGER late BEFORE UPDATE ON idempotency FOR EACH ROW WHEN (NEW.status <> 409) EXECUTE FUNCTION sleep()
"""
AT_THE_EFFECT: LiteralString = """
CREATE TRIGGER late BEFORE INSERT ON push FOR EACH ROW EXECUTE FUNCTION sleep()
"""
AWAKE: LiteralString = "DROP FUNCTION sleep CASCADE"


async def post(node: Node, headers: dict[str, str]) -> httpx.Response:
    async with httpx.AsyncClient(base_url=node.url, trust_env=False) as client:
        return await client.post("/api/pushes", json=PUSH, headers={**headers, "Idempotency-Key": "key-00000001"})


async def kill_in(nodes: Nodes, url: str, db: pool.Database, where: LiteralString) -> tuple[Node, dict[str, str]]:
    """Kill a node while it sleeps there; gives another one, and who asked."""
    first, second = await nodes.start("a"), await nodes.start("b")
    async with httpx.AsyncClient(base_url=first.url, trust_env=False) as client:
        headers = await register(client, first)
    async with db.transaction() as tx:
        await insert_role(tx, AccountId(headers["X-Account"]), "operator")
    await as_owner(url, SLEEP, where)

    async def sleeps() -> bool:
        asleep: bool = await db.fetchval("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep')")
        return asleep

    asked = asyncio.create_task(post(first, headers))
    await until(sleeps)
    await first.kill()
    assert isinstance((await asyncio.gather(asked, return_exceptions=True))[0], httpx.TransportError)
    # The dead node's own backend would sleep on; nobody but its killer ends it before PostgreSQL notices.
    await as_owner(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'", AWAKE)
    return second, headers


async def n_pushes(db: pool.Database) -> int:
    n: int = await db.fetchval("SELECT count(*) FROM push")
    return n


async def test_killed_after_the_effect_the_same_request_hears_that_it_was_done(database: str, nodes: Nodes) -> None:
    async with pool.connect(database) as db:
        second, headers = await kill_in(nodes, database, db, AT_THE_ANSWER)
        assert await n_pushes(db) == 1
        for code in ("under_way", "already_done", "already_done"):
            again = await post(second, headers)
            assert (again.status_code, again.json()["code"]) == (409, code)
            await db.execute("UPDATE idempotency SET at = at - interval '3 minutes'")
        assert await n_pushes(db) == 1


async def test_killed_before_the_effect_the_same_request_has_it_later_once(database: str, nodes: Nodes) -> None:
    async with pool.connect(database) as db:
        second, headers = await kill_in(nodes, database, db, AT_THE_EFFECT)
        assert await n_pushes(db) == 0
        waiting = await post(second, headers)
        assert (waiting.status_code, waiting.json()["code"]) == (409, "under_way")
        await db.execute("UPDATE idempotency SET at = at - interval '3 minutes'")
        done, again = await post(second, headers), await post(second, headers)
        assert (done.status_code, again.content) == (201, done.content)
        assert await n_pushes(db) == 1
