"""Attempts: ways to somebody else's log-in page and back. Found by the hash of their state, used once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from protocol.ids import AccountId, DeviceId
from server.store.oauth_tickets import OAuthProvider
from server.store.pool import Database, Tx

LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    provider: OAuthProvider
    purpose: Literal["login", "bind"]
    account: AccountId | None  # who binds
    device: DeviceId | None
    browser_hash: bytes = field(repr=False)
    code_verifier: str = field(repr=False)


async def insert_attempt(db: Database | Tx, state_hash: bytes, attempt: Attempt, now: datetime) -> None:
    await db.execute(
        """
        INSERT INTO oauth_attempt (state_hash, provider, purpose, account_id, device_id, browser_hash, code_verifier,
                                   created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        state_hash,
        attempt.provider,
        attempt.purpose,
        attempt.account,
        attempt.device,
        attempt.browser_hash,
        attempt.code_verifier,
        now,
    )


async def delete_attempt(db: Database, state_hash: bytes, browser_hash: bytes, now: datetime) -> Attempt | None:
    """Use an attempt up, if this browser began it; None when there is none, it was used or its time is over.

    Somebody else's answer leaves it as it is: nobody can spoil an attempt by guessing.
    """
    row = await db.fetchrow(
        """
           DELETE FROM oauth_attempt
            WHERE state_hash = $1 AND browser_hash = $2 AND created_at > $3
        RETURNING provider, purpose, account_id AS account, device_id AS device, browser_hash, code_verifier
        """,
        state_hash,
        browser_hash,
        now - LIFETIME,
    )
    return Attempt(**row) if row else None


async def delete_old(tx: Tx, before: datetime) -> None:
    """The sweep."""
    await tx.execute("DELETE FROM oauth_attempt WHERE created_at < $1", before)
