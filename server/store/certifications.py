"""Certifications: the bond between a roster entry and an account. At most one holds for each of the two (R22, R24);
the unique indexes decide races. Ended ones stay as history.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from protocol.account import Role
from protocol.errors import Code, Refused
from protocol.ids import AccountId, CertificationId, ClassroomId, RosterEntryId, SchoolId
from protocol.schools import CertifiedMember
from server.core.certification import Candidate
from server.store.pool import Reader, Tx

DissolvedBy = Literal["account", "admin", "import"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """A certification as its account sees it; `dissolved_at` None: it holds."""

    id: CertificationId
    school: SchoolId
    school_name: str
    has_cloud: bool
    entry: RosterEntryId | None
    number: str
    name: str
    certified_at: datetime
    dissolved_at: datetime | None
    dissolved_by: DissolvedBy | None


async def select_candidate(tx: Tx, school: SchoolId, number: str) -> Candidate | None:
    """The entry with this number, held: it cannot be removed while somebody is being certified by it."""
    row = await tx.fetchrow(
        """
        SELECT entry.id AS entry, entry.name, coalesce(entry.code, school.certification_code) AS code, school.has_cloud
          FROM roster_entry AS entry
          JOIN school ON school.id = entry.school_id
         WHERE entry.school_id = $1 AND entry.number = $2
           FOR SHARE OF entry
        """,
        school,
        number,
    )
    return Candidate(**row) if row else None


async def insert_certification(
    tx: Tx,
    certification: CertificationId,
    school: SchoolId,
    candidate: Candidate,
    number: str,
    account: AccountId,
    now: datetime,
) -> None:
    """Raises Refused: ALREADY_CERTIFIED, the account is; NUMBER_HELD, another account has the number; ACCOUNT_CLOSED.

    The account is held, so that it is closed before this or not until it sees this.
    """
    status = await tx.execute(
        """
        INSERT INTO certification (id, school_id, roster_entry_id, account_id, number, name, certified_at)
        SELECT $1, $2, $3, id, $5, $6, $7
          FROM account
         WHERE id = $4 AND state = 'active'
           FOR SHARE
        """,
        certification,
        school,
        candidate.entry,
        account,
        number,
        candidate.name,
        now,
    )
    if status != "INSERT 0 1":
        raise Refused(Code.ACCOUNT_CLOSED)


async def select_of_account(db: Reader, account: AccountId, limit: int = 50) -> list[Certified]:
    """The one that holds first, then the ended ones, newest first."""
    rows = await db.fetch(
        """
        SELECT certification.id, school.id AS school, school.name AS school_name, school.has_cloud,
               roster_entry_id AS entry, number, certification.name, certified_at, dissolved_at, dissolved_by
          FROM certification
          JOIN school ON school.id = certification.school_id
         WHERE account_id = $1
         ORDER BY state = 'certified' DESC, certified_at DESC
         LIMIT $2
        """,
        account,
        limit,
    )
    return [Certified(**row) for row in rows]


async def update_dissolved_by_account(tx: Tx, account: AccountId, now: datetime) -> SchoolId | None:
    """End the account's certification (R22); gives whose it was, None: there was none."""
    school: SchoolId | None = await tx.fetchval(
        """
        UPDATE certification
           SET state = 'dissolved', dissolved_at = $2, dissolved_by = 'account'
         WHERE account_id = $1 AND state = 'certified'
        RETURNING school_id
        """,
        account,
        now,
    )
    return school


async def update_dissolved_by_admin(tx: Tx, entry: RosterEntryId, now: datetime) -> AccountId | None:
    """End the certification of a locked entry (R30); gives whose it was, None: nobody's."""
    account: AccountId | None = await tx.fetchval(
        """
        UPDATE certification
           SET state = 'dissolved', dissolved_at = $2, dissolved_by = 'admin'
         WHERE roster_entry_id = $1 AND state = 'certified'
        RETURNING account_id
        """,
        entry,
        now,
    )
    return account


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Somebody who certified a number, now or once."""

    account: AccountId
    account_name: str
    certified_at: datetime
    dissolved_at: datetime | None
    dissolved_by: DissolvedBy | None


async def select_of_number(db: Reader, school: SchoolId, number: str, limit: int) -> list[Held]:
    """Everybody who ever certified this number, newest first (R24)."""
    rows = await db.fetch(
        """
        SELECT account_id AS account, account.name AS account_name, certified_at, dissolved_at, dissolved_by
          FROM certification
          JOIN account ON account.id = certification.account_id
         WHERE school_id = $1 AND number = $2
         ORDER BY certified_at DESC
         LIMIT $3
        """,
        school,
        number,
        limit,
    )
    return [Held(**row) for row in rows]


async def select_of_members(
    db: Reader, classroom: ClassroomId, asker: AccountId, roles: Sequence[Role]
) -> list[CertifiedMember] | None:
    """Where each student of the classroom is certified (R25); None: it is none of the asker's business."""
    rows = await db.fetch(
        """
        SELECT membership.account_id AS account, school.name AS school_name
          FROM membership AS asker
          LEFT JOIN membership ON membership.classroom_id = asker.classroom_id
                              AND membership.state = 'joined' AND membership.role = 'student'
          LEFT JOIN certification ON certification.account_id = membership.account_id
                                 AND certification.state = 'certified'
          LEFT JOIN school ON school.id = certification.school_id
         WHERE asker.classroom_id = $1 AND asker.account_id = $2
           AND asker.state = 'joined' AND asker.role = ANY ($3::text[])
         ORDER BY membership.joined_at, membership.account_id
        """,
        classroom,
        asker,
        list(roles),
    )
    if not rows:
        return None
    return [CertifiedMember(account=row["account"], school_name=row["school_name"]) for row in rows if row["account"]]
