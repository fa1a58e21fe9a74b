"""The audit log: what was done to whom by whom, where somebody may ask later. Rows are only ever added.

`detail` holds ids and codes; names, phone numbers and student numbers stay out of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from protocol.envelopes import Body
from protocol.ids import AccountId
from server.ids import draw_id
from server.store.pool import Reader, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One thing that was done. `actor` None: by the system."""

    id: str
    at: datetime
    actor: AccountId | None
    school: str | None
    account: AccountId | None
    action: str
    detail: Body


async def insert(
    tx: Tx,
    actor: AccountId | None,
    action: str,
    *,
    school: str | None = None,
    account: AccountId | None = None,
    detail: Body | None = None,
) -> None:
    """Write down that `actor` did `action` ('identity.bound', 'roster.applied', …) to `account`, within `school`."""
    await tx.execute(
        "INSERT INTO audit (id, actor_id, school_id, account_id, action, detail) VALUES ($1, $2, $3, $4, $5, $6)",
        draw_id(),
        actor,
        school,
        account,
        action,
        detail or {},
    )


async def select_of_account(db: Reader, account: AccountId, most: int) -> list[AuditEntry]:
    """What was done to an account, newest first."""
    rows = await db.fetch(
        """
        SELECT id, at, actor_id AS actor, school_id AS school, account_id AS account, action, detail
          FROM audit
         WHERE account_id = $1
         ORDER BY at DESC, id
         LIMIT $2
        """,
        account,
        most,
    )
    return [AuditEntry(**row) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolAuditEntry:
    """One thing that was done in a school, with the names that its admins know people by."""

    id: str
    at: datetime
    actor: AccountId | None
    actor_name: str | None
    account: AccountId | None
    account_name: str | None
    action: str
    detail: Body


async def select_of_school(
    db: Reader, school: str, before: datetime, before_id: str, most: int
) -> list[SchoolAuditEntry]:
    """What was done in a school, newest first, from behind the entry (`before`, `before_id`)."""
    rows = await db.fetch(
        """
        SELECT audit.id, at, actor_id AS actor, actor.name AS actor_name, audit.account_id AS account,
               account.name AS account_name, action, detail
          FROM audit
          LEFT JOIN account AS actor ON actor.id = actor_id
          LEFT JOIN account ON account.id = audit.account_id
         WHERE school_id = $1 AND (at < $2 OR at = $2 AND audit.id > $3)
         ORDER BY at DESC, audit.id
         LIMIT $4
        """,
        school,
        before,
        before_id,
        most,
    )
    return [SchoolAuditEntry(**row) for row in rows]
