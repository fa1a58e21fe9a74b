"""Telling a few people something, by itself."""

from __future__ import annotations

from collections.abc import Iterable

from protocol.ids import AccountId
from server.core.inbox import News
from server.road import Road
from server.telling_many import ring, tell_batch


async def tell_accounts(road: Road, accounts: Iterable[AccountId], news: News) -> int:
    """Gives to how many that was new."""
    async with road.db.transaction() as tx:
        facts = await tell_batch(tx, sorted(set(accounts)), news, None)
    await ring(road, facts)
    return len(facts)
