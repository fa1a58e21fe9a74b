"""Which clients are connected and which versions are served, for ops (R7)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from protocol.ids import AccountId
from server.census import SILENCE_S, Census
from server.store.platform_roles import insert_role
from tests.harness.site import Person, Site, a_site


async def an_ops(site: Site) -> Person:
    person = await site.register("Ops")
    async with site.database.transaction() as tx:
        await insert_role(tx, AccountId(person.account), "ops")
    return person


async def test_r7_connections_of_all_nodes_are_counted_by_version(site: Site) -> None:
    ops, here = await an_ops(site), site.services.census
    there = Census(redis=here.redis)
    await here.tell(Counter({("web", "0.1.0"): 3, ("app", "2.4"): 1}))
    await there.tell(Counter({("web", "0.1.0"): 4, ("app", "2.3"): 2}))
    shown = (await site.get("/api/ops/clients", ops)).json()
    assert shown == {
        "least_versions": [],
        "clients": [
            {"kind": "web", "version": "0.1.0", "n_connections": 7},
            {"kind": "app", "version": "2.3", "n_connections": 2},
            {"kind": "app", "version": "2.4", "n_connections": 1},
        ],
        "n_nodes": 2,
    }


async def test_r7_the_oldest_versions_served_are_shown(database: str, redis_url: str, tmp_path: Path) -> None:
    async with a_site(database, redis_url, tmp_path, SHANGKE_LEAST_VERSIONS="app=2.4,mini_program=0.1") as site:
        ops = await an_ops(site)
        shown = (await site.get("/api/ops/clients", ops)).json()
    assert shown["least_versions"] == [
        {"kind": "app", "version": "2.4"},
        {"kind": "mini_program", "version": "0.1"},
    ]


async def test_a_node_that_tells_nothing_more_is_not_counted(site: Site) -> None:
    ops, census = await an_ops(site), site.services.census
    await census.redis.execute_command("HSET", "census", "dead", '{"at":%f,"clients":[["web","0.1.0",9]]}' % -SILENCE_S)
    await census.tell(Counter({("web", "0.1.0"): 1}))
    shown = (await site.get("/api/ops/clients", ops)).json()
    assert ([each["n_connections"] for each in shown["clients"]], shown["n_nodes"]) == ([1], 1)
    assert await census.redis.execute_command("HLEN", "census") == 1


async def test_r7_to_everybody_else_there_is_nothing(site: Site) -> None:
    person = await site.register()
    answer = await site.get("/api/ops/clients", person)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await site.get("/api/me/roles", person)).json() == {"roles": []}
    assert (await site.get("/api/me/roles", await an_ops(site))).json() == {"roles": ["ops"]}
