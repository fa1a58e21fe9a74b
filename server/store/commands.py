"""What each command was answered, so that a resend gets the same answer and has no second effect (I5).

An answer is written together with its events: see `events.append`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from protocol.envelopes import Body
from protocol.ids import AccountId, Seq, StreamId
from server.store.pool import Database, Reader

KEPT = timedelta(days=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answered command. `body_hash` is over op, stream and body: the same id with another is a conflict."""

    account: AccountId
    command: str
    op: str
    stream: StreamId
    body_hash: bytes
    result: Body | None
    seq: Seq | None


async def select_answered(db: Reader, account: AccountId, command: str) -> Answered | None:
    row = await db.fetchrow(
        """
        SELECT account_id AS account, command_id AS command, op, stream_id AS stream, body_hash, result, seq
          FROM command
         WHERE account_id = $1 AND command_id = $2
        """,
        account,
        command,
    )
    return Answered(**row) if row else None


async def delete_old(db: Database, most: int = 10_000) -> int:
    """Forget answers nobody will ask for again; at most `most` at a time, so that nothing waits for it."""
    return len(
        await db.fetch(
            """
            DELETE FROM command
             WHERE ctid = ANY (ARRAY(SELECT ctid FROM command WHERE at < now() - $1::interval LIMIT $2))
            RETURNING 1
            """,
            KEPT,
            most,
        )
    )
