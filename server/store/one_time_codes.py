"""One-time codes and how often they were sent. Holds hashes only; what a code is made of is not known here."""

from __future__ import annotations

from datetime import datetime, timedelta

from server.core.address import Address
from server.one_time_code import Purpose
from server.store.pool import Database, Reader, Tx


async def lock_address(tx: Tx, address: Address) -> None:
    """One at a time per address, until the transaction ends: fifty requests at once send one code."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended('code_sent:' || $1, 0))", address.subject)


async def select_sent(tx: Tx, address: Address, since: datetime) -> list[datetime]:
    """When codes were sent to the address, for whatever purpose."""
    rows = await tx.fetch(
        "SELECT at FROM code_sent WHERE provider = $1 AND subject = $2 AND at > $3 ORDER BY at",
        address.provider,
        address.subject,
        since,
    )
    return [row["at"] for row in rows]


async def insert_sent(tx: Tx, address: Address, now: datetime) -> None:
    await tx.execute(
        "INSERT INTO code_sent (provider, subject, at) VALUES ($1, $2, $3)", address.provider, address.subject, now
    )


async def count_sent(db: Reader, provider: str, since: datetime) -> int:
    """How many went out to anybody. Exact for the last day (see `delete_old`)."""
    count: int = await db.fetchval("SELECT count(*) FROM code_sent WHERE provider = $1 AND at > $2", provider, since)
    return count


async def upsert_code(
    tx: Tx, address: Address, purpose: Purpose, code_hash: bytes, now: datetime, time_to_live: timedelta
) -> None:
    """The newest code of an address and purpose is the only live one."""
    await tx.execute(
        """
        INSERT INTO one_time_code (provider, subject, purpose, code_hash, sent_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (provider, subject, purpose) DO UPDATE
           SET code_hash = excluded.code_hash,
               sent_at = excluded.sent_at,
               expires_at = excluded.expires_at,
               n_tries = 0
        """,
        address.provider,
        address.subject,
        purpose,
        code_hash,
        now,
        now + time_to_live,
    )


async def count_try(db: Database, address: Address, purpose: Purpose, now: datetime, most: int) -> bytes | None:
    """The hash of the live code, with one try counted; None when there is none or its tries are used up.

    Committed before the guess is looked at, so that a hundred guesses at once count as a hundred.
    """
    code_hash: bytes | None = await db.fetchval(
        """
           UPDATE one_time_code
              SET n_tries = n_tries + 1
            WHERE provider = $1 AND subject = $2 AND purpose = $3 AND expires_at > $4 AND n_tries < $5
        RETURNING code_hash
        """,
        address.provider,
        address.subject,
        purpose,
        now,
        most,
    )
    return code_hash


async def delete_code(tx: Tx, address: Address, purpose: Purpose, code_hash: bytes) -> bool:
    """Use a code up. Of several at once one hears True, and that only if what the code was for commits."""
    status = await tx.execute(
        "DELETE FROM one_time_code WHERE provider = $1 AND subject = $2 AND purpose = $3 AND code_hash = $4",
        address.provider,
        address.subject,
        purpose,
        code_hash,
    )
    return status == "DELETE 1"


async def delete_old(tx: Tx, before: datetime) -> None:
    """The sweep: codes and sendings from before `before` decide nothing any more."""
    await tx.execute("DELETE FROM code_sent WHERE at < $1", before)
    await tx.execute("DELETE FROM one_time_code WHERE expires_at < $1", before)
