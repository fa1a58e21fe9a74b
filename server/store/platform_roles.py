"""What an account may do for the platform as a whole."""

from __future__ import annotations

from typing import get_args

from protocol.ids import AccountId
from protocol.people import PlatformRole
from server.store.pool import Reader, Tx

PLATFORM_ROLES: tuple[PlatformRole, ...] = get_args(PlatformRole)


async def insert_role(tx: Tx, account: AccountId, role: PlatformRole) -> bool:
    """False when the account had it already."""
    status = await tx.execute(
        "INSERT INTO platform_role (account_id, role) VALUES ($1, $2) ON CONFLICT DO NOTHING", account, role
    )
    return status == "INSERT 0 1"


async def delete_role(tx: Tx, account: AccountId, role: PlatformRole) -> bool:
    """False when the account did not have it."""
    status = await tx.execute("DELETE FROM platform_role WHERE account_id = $1 AND role = $2", account, role)
    return status == "DELETE 1"


async def has_role(db: Reader, account: AccountId, role: PlatformRole) -> bool:
    found: bool = await db.fetchval(
        "SELECT EXISTS (SELECT FROM platform_role WHERE account_id = $1 AND role = $2)", account, role
    )
    return found


async def select_roles(db: Reader, account: AccountId) -> list[PlatformRole]:
    rows = await db.fetch("SELECT role FROM platform_role WHERE account_id = $1 ORDER BY role", account)
    return [row["role"] for row in rows]
