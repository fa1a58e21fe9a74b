"""`shangke grant`: who reaches the database may make somebody support, operator or ops; it is written down."""

from __future__ import annotations

import pytest

from server.grant import GrantError, change, read_phone, read_role
from server.store import platform_roles
from tests.harness.site import Site, a_phone


async def test_a_role_is_granted_once_and_taken_away_and_both_are_written_down(site: Site) -> None:
    person = await site.register()
    account, phone = person.logged_in.account.id, read_phone(person.phone)
    said = [
        await change(site.database, phone, "support", is_revoked=False),
        await change(site.database, phone, "support", is_revoked=False),
    ]
    assert await platform_roles.has_role(site.database, account, "support")
    assert not await platform_roles.has_role(site.database, account, "operator")
    said += [
        await change(site.database, phone, "support", is_revoked=True),
        await change(site.database, phone, "support", is_revoked=True),
    ]
    assert said == [
        f"account {account} is now support",
        f"account {account} was support already",
        f"account {account} is no longer support",
        f"account {account} was not support",
    ]
    rows = await site.database.fetch("SELECT actor_id, account_id, action, detail FROM audit ORDER BY at")
    assert [tuple(row) for row in rows] == [
        (None, account, "role.granted", {"role": "support"}),
        (None, account, "role.revoked", {"role": "support"}),
    ]
    assert not await platform_roles.has_role(site.database, account, "support")


async def test_nobody_is_granted_anything_by_mistake(site: Site) -> None:
    with pytest.raises(GrantError, match="no account"):
        await change(site.database, read_phone(a_phone()), "ops", is_revoked=False)
    with pytest.raises(GrantError, match="not a mobile phone number"):
        read_phone("12345")
    with pytest.raises(GrantError, match="there are support, operator, ops"):
        read_role("root")
    assert await site.database.fetchval("SELECT count(*) FROM audit") == 0
