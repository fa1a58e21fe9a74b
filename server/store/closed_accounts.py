"""Closing accounts and restoring them. The rows stay, only the state changes (R36)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from protocol.ids import AccountId
from server.store.pool import Reader, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether an account is open."""

    id: AccountId
    name: str
    state: Literal["active", "closed"]
    closed_at: datetime | None


async def lock_whole(tx: Tx, account: AccountId) -> None:
    """Stronger than `lock_account`: whoever is about to certify the account refers to its row, and waits for us."""
    await tx.execute("SELECT FROM account WHERE id = $1 FOR UPDATE", account)


async def is_certified(tx: Tx, account: AccountId) -> bool:
    found: bool = await tx.fetchval(
        "SELECT EXISTS (SELECT FROM certification WHERE account_id = $1 AND state = 'certified')", account
    )
    return found


async def update_closed(tx: Tx, account: AccountId, now: datetime) -> bool:
    """False when it was closed already."""
    status = await tx.execute(
        "UPDATE account SET state = 'closed', closed_at = $2 WHERE id = $1 AND state = 'active'", account, now
    )
    return status == "UPDATE 1"


async def update_restored(tx: Tx, account: AccountId) -> bool:
    """False when it was not closed, or is not there."""
    status = await tx.execute(
        "UPDATE account SET state = 'active', closed_at = NULL WHERE id = $1 AND state = 'closed'", account
    )
    return status == "UPDATE 1"


async def select_standing(db: Reader, account: AccountId) -> Standing | None:
    row = await db.fetchrow("SELECT id, name, state, closed_at FROM account WHERE id = $1", account)
    return Standing(**row) if row else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """`phone` is whole: mask it before it leaves the server."""

    id: AccountId
    name: str
    phone: str | None = field(repr=False)
    closed_at: datetime


async def select_closed(db: Reader, before: datetime, before_id: str, most: int) -> list[Closed]:
    """Closed last first, from behind the account (`before`, `before_id`)."""
    rows = await db.fetch(
        """
        SELECT account.id, account.name, phone.subject AS phone, account.closed_at
          FROM account
          LEFT JOIN identity AS phone ON phone.account_id = account.id AND phone.provider = 'phone'
         WHERE account.state = 'closed' AND account.closed_at <= $1 AND (account.closed_at < $1 OR account.id > $2)
         ORDER BY account.closed_at DESC, account.id
         LIMIT $3
        """,
        before,
        before_id,
        most,
    )
    return [Closed(**row) for row in rows]
