"""Devices: logged-in clients, found by the SHA-256 of their token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from protocol.envelopes import ClientKind
from protocol.ids import AccountId, DeviceId
from server.store.pool import Reader, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDevice:
    """A device whose token is live and whose account is active."""

    id: DeviceId
    account: AccountId
    name: str
    client_kind: ClientKind
    expires_at: datetime


async def select_by_tokens(db: Reader, token_hashes: Sequence[bytes]) -> dict[bytes, KnownDevice]:
    """A storm of hellos in one query: live devices by token hash; unknown, expired and closed ones are left out."""
    rows = await db.fetch(
        """
        SELECT device.token_hash, device.id, device.account_id AS account, account.name, device.client_kind,
               device.expires_at
          FROM device
          JOIN account ON account.id = device.account_id
         WHERE device.token_hash = ANY ($1::bytea[])
           AND device.expires_at > now()
           AND account.state = 'active'
        """,
        list(token_hashes),
    )
    return {
        row["token_hash"]: KnownDevice(
            id=row["id"],
            account=row["account"],
            name=row["name"],
            client_kind=row["client_kind"],
            expires_at=row["expires_at"],
        )
        for row in rows
    }


async def touch_devices(tx: Tx, devices: Sequence[DeviceId]) -> None:
    """These devices were seen just now."""
    await tx.execute("UPDATE device SET seen_at = now() WHERE id = ANY ($1::text[])", list(devices))
