"""A client that is too old is told so, at both doors (R7)."""

from __future__ import annotations

from pathlib import Path

from tests.harness.site import PASSWORD, a_phone, a_site
from tests.rest.people.acts import problem


async def test_r7_an_old_client_can_neither_register_nor_log_in(database: str, redis_url: str, tmp_path: Path) -> None:
    async with a_site(database, redis_url, tmp_path, SHANGKE_LEAST_VERSIONS="app=2.4") as site:
        phone = a_phone()
        body = {"phone": phone, "code": await site.code(phone, "register"), "password": PASSWORD}
        old, new = {"client_kind": "app", "client_version": "2.3"}, {"client_kind": "app", "client_version": "2.4"}
        refused = await site.client.post("/api/accounts", json={**body, **old})
        assert (problem(refused), refused.json()["zh"]) == ((426, "update_required"), "请更新至最新版本")
        assert (await site.client.post("/api/accounts", json={**body, **new})).status_code == 201
        assert problem(await site.log_in(phone, PASSWORD, **old)) == (426, "update_required")
        assert (await site.log_in(phone)).status_code == 201
