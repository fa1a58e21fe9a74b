"""Accounts as the live classroom needs them. Logging in is the identities' and devices' business."""

from __future__ import annotations

from protocol.account import AccountRenamed
from protocol.ids import AccountId, StreamId
from server.core.fact import Fact
from server.store.pool import Reader, Tx
from server.store.streams import insert_stream


async def insert_account(tx: Tx, account: AccountId, name: str, password_hash: str | None) -> None:
    """A new account and its stream."""
    await insert_stream(tx, StreamId(account), "account")
    await tx.execute("INSERT INTO account (id, name, password_hash) VALUES ($1, $2, $3)", account, name, password_hash)


async def select_name(db: Reader, account: AccountId) -> str | None:
    """The name of an account that is not closed."""
    name: str | None = await db.fetchval("SELECT name FROM account WHERE id = $1 AND state = 'active'", account)
    return name


async def has_any(db: Reader) -> bool:
    """Whether anybody ever came."""
    found: bool = await db.fetchval("SELECT EXISTS (SELECT FROM account)")
    return found


async def apply_renamed(tx: Tx, fact: Fact, body: AccountRenamed) -> None:
    await tx.execute("UPDATE account SET name = $2 WHERE id = $1", fact.stream, body.name)
