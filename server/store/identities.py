"""Identities: ways to log in, and what of an account only a log-in needs.

(provider, subject) belongs to at most one account, closed ones included (R10, R37).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from protocol.ids import AccountId
from server.store.pool import Reader, Tx

Provider = Literal["phone", "email", "wechat", "qq", "weibo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """The account that an identity leads to."""

    account: AccountId
    name: str
    password_hash: str | None = field(repr=False)
    is_closed: bool


async def insert_identity(tx: Tx, provider: Provider, subject: str, account: AccountId, now: datetime) -> None:
    """Raises Refused(PHONE_TAKEN) when it is somebody's already."""
    await tx.execute(
        "INSERT INTO identity (provider, subject, account_id, bound_at) VALUES ($1, $2, $3, $4)",
        provider,
        subject,
        account,
        now,
    )


async def select_identified(db: Reader, provider: Provider, subject: str) -> Identified | None:
    row = await db.fetchrow(
        """
        SELECT account.id AS account, account.name, account.password_hash, account.state = 'closed' AS is_closed
          FROM identity
          JOIN account ON account.id = identity.account_id
         WHERE identity.provider = $1 AND identity.subject = $2
        """,
        provider,
        subject,
    )
    return Identified(**row) if row else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What an account is shown of itself. `phone` is whole: mask it before it leaves the server."""

    id: AccountId
    name: str
    phone: str | None = field(repr=False)  # None: support took it off


async def select_profile(db: Reader, account: AccountId) -> Profile | None:
    row = await db.fetchrow(
        """
        SELECT account.id, account.name, identity.subject AS phone
          FROM account
          LEFT JOIN identity ON identity.account_id = account.id AND identity.provider = 'phone'
         WHERE account.id = $1
         ORDER BY identity.bound_at DESC
         LIMIT 1
        """,
        account,
    )
    return Profile(**row) if row else None


async def lock_account(tx: Tx, account: AccountId) -> None:
    """Whoever changes an account's devices comes here first, so that two log-ins cannot both take the last place."""
    await tx.execute("SELECT FROM account WHERE id = $1 FOR NO KEY UPDATE", account)


async def update_password(tx: Tx, account: AccountId, password_hash: str) -> None:
    await tx.execute("UPDATE account SET password_hash = $2 WHERE id = $1", account, password_hash)
