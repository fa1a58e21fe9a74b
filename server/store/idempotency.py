"""What a POST with an Idempotency-Key was answered, so that the same key again is answered the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from protocol.errors import Code, Refused
from protocol.ids import AccountId
from server.store.pool import Database, Reader, Tx

KEPT = timedelta(days=1)
# Longer than any request may take: what is under way for so long was broken off by a crash.
BROKEN_OFF = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A key that is taken for the request under way. `at` tells it from an older claim that was given up."""

    account: AccountId
    key: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An earlier request with the same key. `status` None: it is under way."""

    request_hash: bytes
    status: int | None
    body: bytes | None


async def claim(db: Database, account: AccountId, key: str, request_hash: bytes) -> Claim | None:
    """Take the key for a request that begins now. None: it is taken; see `select_kept`."""
    at: datetime | None = await db.fetchval(
        """
        INSERT INTO idempotency (account_id, key, request_hash, at)
        VALUES ($1, $2, $3, clock_timestamp())
            ON CONFLICT (account_id, key) DO UPDATE
           SET at = excluded.at
         WHERE idempotency.status IS NULL
           AND idempotency.request_hash = excluded.request_hash
           AND idempotency.at < clock_timestamp() - $4::interval
        RETURNING at
        """,
        account,
        key,
        request_hash,
        BROKEN_OFF,
    )
    return None if at is None else Claim(account=account, key=key, at=at)


async def keep(tx: Tx, claim: Claim, status: int, body: bytes) -> None:
    """The answer, in the transaction of its effect: neither is ever without the other.

    Raises Refused(UNDER_WAY): it took so long that another has the key now.
    """
    updated = await tx.execute(
        "UPDATE idempotency SET status = $4, body = $5 WHERE account_id = $1 AND key = $2 AND at = $3",
        claim.account,
        claim.key,
        claim.at,
        status,
        body,
    )
    if updated != "UPDATE 1":
        raise Refused(Code.UNDER_WAY, "the claim is lost")


async def select_kept(db: Reader, account: AccountId, key: str) -> Kept | None:
    """None: it was let go meanwhile."""
    row = await db.fetchrow(
        """
        SELECT request_hash, status, body
          FROM idempotency
         WHERE account_id = $1 AND key = $2
        """,
        account,
        key,
    )
    return Kept(**row) if row else None


async def keep_alone(db: Database, claim: Claim, status: int, body: bytes) -> None:
    """The answer to what had no transaction to keep it in; does nothing when it is kept."""
    await db.execute(
        """
        UPDATE idempotency SET status = $4, body = $5
         WHERE account_id = $1 AND key = $2 AND at = $3 AND status IS NULL
        """,
        claim.account,
        claim.key,
        claim.at,
        status,
        body,
    )


async def let_go(db: Database, claim: Claim) -> None:
    """It came to nothing, unless its answer is kept: it may be tried again with the same key."""
    await db.execute(
        "DELETE FROM idempotency WHERE account_id = $1 AND key = $2 AND at = $3 AND status IS NULL",
        claim.account,
        claim.key,
        claim.at,
    )


async def delete_old(db: Database, most: int = 10_000) -> int:
    """Forget answers nobody will ask for again; at most `most` at a time."""
    return len(
        await db.fetch(
            """
            DELETE FROM idempotency
             WHERE ctid = ANY (ARRAY(SELECT ctid FROM idempotency WHERE at < now() - $1::interval LIMIT $2))
            RETURNING 1
            """,
            KEPT,
            most,
        )
    )
