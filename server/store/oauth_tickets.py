"""Tickets of who logged in at another's page and has no account yet. Only their hashes are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from server.store.pool import Database, Tx

OAuthProvider = Literal["wechat", "qq", "weibo"]
LIFETIME = timedelta(minutes=30)  # time enough to register


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    provider: OAuthProvider
    subject: str = field(repr=False)


async def insert_ticket(
    db: Database | Tx, ticket_hash: bytes, provider: OAuthProvider, subject: str, now: datetime
) -> None:
    await db.execute(
        "INSERT INTO oauth_ticket (ticket_hash, provider, subject, created_at) VALUES ($1, $2, $3, $4)",
        ticket_hash,
        provider,
        subject,
        now,
    )


async def delete_ticket(tx: Tx, ticket_hash: bytes, now: datetime) -> Ticket | None:
    """Use a ticket up; None when there is none, it was used or its time is over."""
    row = await tx.fetchrow(
        "DELETE FROM oauth_ticket WHERE ticket_hash = $1 AND created_at > $2 RETURNING provider, subject",
        ticket_hash,
        now - LIFETIME,
    )
    return Ticket(**row) if row else None


async def delete_old(tx: Tx, before: datetime) -> None:
    """The sweep."""
    await tx.execute("DELETE FROM oauth_ticket WHERE created_at < $1", before)
