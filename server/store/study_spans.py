"""When somebody studied. Whoever writes here holds the account: two devices' uploads come one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from protocol.ids import AccountId
from server.core.study_time import Span
from server.store.pool import Reader, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSpan:
    client_id: str
    unit: str
    span: Span
    counted_ms: int
    is_offline: bool


async def lock_account(tx: Tx, account: AccountId) -> None:
    """One upload of an account at a time, without being in the way of anything else that is done with the account."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 8))", account)


async def select_counted(tx: Reader, account: AccountId, client_ids: Sequence[str]) -> dict[str, int]:
    """What those that came before were counted as."""
    rows = await tx.fetch(
        "SELECT client_id, counted_ms FROM study_span WHERE account_id = $1 AND client_id = ANY ($2::text[])",
        account,
        list(client_ids),
    )
    return {row["client_id"]: row["counted_ms"] for row in rows}


async def select_between(tx: Reader, account: AccountId, start: datetime, end: datetime) -> list[Span]:
    """The account's kept spans that reach into that time."""
    rows = await tx.fetch(
        """
        SELECT starts_at, ends_at
          FROM study_span
         WHERE account_id = $1 AND ends_at > $2 AND starts_at < $3
        """,
        account,
        start,
        end,
    )
    return [Span(**row) for row in rows]


async def insert_spans(tx: Tx, account: AccountId, spans: Sequence[KeptSpan]) -> None:
    await tx.execute(
        """
        INSERT INTO study_span (account_id, client_id, unit_id, starts_at, ends_at, counted_ms, is_offline)
        SELECT $1, client_id, unit_id, starts_at, ends_at, counted_ms, is_offline
          FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::integer[], $7::boolean[])
               AS new (client_id, unit_id, starts_at, ends_at, counted_ms, is_offline)
        """,
        account,
        [each.client_id for each in spans],
        [each.unit for each in spans],
        [each.span.starts_at for each in spans],
        [each.span.ends_at for each in spans],
        [each.counted_ms for each in spans],
        [each.is_offline for each in spans],
    )
