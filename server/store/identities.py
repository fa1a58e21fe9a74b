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
    phone: str | None = field(repr=False)  # the account's, whichever identity was asked for


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
        SELECT account.id AS account, account.name, account.password_hash, account.state = 'closed' AS is_closed,
               phone.subject AS phone
          FROM identity
          JOIN account ON account.id = identity.account_id
          LEFT JOIN identity AS phone ON phone.account_id = account.id AND phone.provider = 'phone'
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
        """,
        account,
    )
    return Profile(**row) if row else None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnIdentity:
    """One of an account's login methods. An account has at most one of each provider."""

    provider: Provider
    subject: str = field(repr=False)
    bound_at: datetime


async def select_of_account(db: Reader, account: AccountId) -> list[OwnIdentity]:
    """The account's login methods, oldest first."""
    rows = await db.fetch(
        "SELECT provider, subject, bound_at FROM identity WHERE account_id = $1 ORDER BY bound_at, provider", account
    )
    return [OwnIdentity(**row) for row in rows]


async def bind_identity(tx: Tx, provider: Provider, subject: str, account: AccountId, now: datetime) -> bool:
    """False when it is somebody's already, be their account closed or not (R10, R37)."""
    status = await tx.execute(
        """
        INSERT INTO identity (provider, subject, account_id, bound_at)
        VALUES ($1, $2, $3, $4)
            ON CONFLICT DO NOTHING
        """,
        provider,
        subject,
        account,
        now,
    )
    return status == "INSERT 0 1"


async def delete_identity(tx: Tx, provider: Provider, account: AccountId) -> None:
    await tx.execute("DELETE FROM identity WHERE provider = $1 AND account_id = $2", provider, account)


async def select_password(db: Reader, account: AccountId) -> str | None:
    """The hash of the account's password, if it has one."""
    password_hash: str | None = await db.fetchval("SELECT password_hash FROM account WHERE id = $1", account)
    return password_hash


async def lock_account(tx: Tx, account: AccountId) -> None:
    """Whoever changes an account's devices comes here first, so that two log-ins cannot both take the last place."""
    await tx.execute("SELECT FROM account WHERE id = $1 FOR NO KEY UPDATE", account)


async def update_password(tx: Tx, account: AccountId, password_hash: str) -> None:
    await tx.execute("UPDATE account SET password_hash = $2 WHERE id = $1", account, password_hash)
