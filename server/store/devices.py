"""Devices: logged-in clients, found by the SHA-256 of their token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from protocol.envelopes import ClientKind
from protocol.ids import AccountId, DeviceId
from server.store.pool import Database, Reader, Tx

# A device that is used stays logged in; one that is not is logged out after this.
LIFETIME = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDevice:
    """A device whose token is live and whose account is active."""

    id: DeviceId
    account: AccountId
    name: str
    client_kind: ClientKind
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDevice:
    """A client about to be logged in."""

    id: DeviceId
    account: AccountId
    token_hash: bytes = field(repr=False)
    client_kind: ClientKind
    client_version: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDevice:
    """A device as its owner sees it."""

    id: DeviceId
    client_kind: ClientKind
    client_version: str
    label: str
    created_at: datetime
    seen_at: datetime


async def select_by_tokens(db: Reader, token_hashes: Sequence[bytes]) -> dict[bytes, KnownDevice]:
    """A storm of hellos in one query: live devices by token hash; unknown, expired and closed ones are left out."""
    rows = await db.fetch(
        """
        SELECT device.token_hash, device.id, device.account_id AS account, account.name, device.client_kind,
               device.seen_at, device.expires_at
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
            seen_at=row["seen_at"],
            expires_at=row["expires_at"],
        )
        for row in rows
    }


async def touch_devices(db: Tx | Database, devices: Sequence[DeviceId]) -> None:
    """These devices were seen just now, so their tokens live on."""
    await db.execute(
        "UPDATE device SET seen_at = now(), expires_at = now() + $2 WHERE id = ANY ($1::text[])",
        list(devices),
        LIFETIME,
    )


async def insert_device(tx: Tx, device: NewDevice, now: datetime) -> datetime:
    """Gives when its token expires."""
    expires_at = now + LIFETIME
    await tx.execute(
        """
        INSERT INTO device (id, account_id, token_hash, client_kind, client_version, label,
                            created_at, seen_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)
        """,
        device.id,
        device.account,
        device.token_hash,
        device.client_kind,
        device.client_version,
        device.label,
        now,
        expires_at,
    )
    return expires_at


async def delete_surplus(tx: Tx, account: AccountId, keep: int) -> list[DeviceId]:
    """Log out all but the `keep` newest devices; the caller has locked the account. Gives those logged out."""
    rows = await tx.fetch(
        """
           DELETE FROM device
            WHERE id IN (SELECT id
                           FROM device
                          WHERE account_id = $1
                          ORDER BY created_at DESC, id
                         OFFSET $2)
        RETURNING id
        """,
        account,
        keep,
    )
    return [row["id"] for row in rows]


async def delete_others(tx: Tx, account: AccountId, device: DeviceId) -> list[DeviceId]:
    """Log out all devices of the account but one; gives those logged out."""
    rows = await tx.fetch("DELETE FROM device WHERE account_id = $1 AND id <> $2 RETURNING id", account, device)
    return [row["id"] for row in rows]


async def delete_all(tx: Tx, account: AccountId) -> None:
    await tx.execute("DELETE FROM device WHERE account_id = $1", account)


async def delete_device(db: Tx | Database, account: AccountId, device: DeviceId) -> bool:
    """Log out one device of the account; False when it has no such device."""
    status = await db.execute("DELETE FROM device WHERE id = $1 AND account_id = $2", device, account)
    return status == "DELETE 1"


async def select_devices(db: Reader, account: AccountId) -> list[ListedDevice]:
    """The account's logged-in devices, newest first."""
    rows = await db.fetch(
        """
        SELECT id, client_kind, client_version, label, created_at, seen_at
          FROM device
         WHERE account_id = $1 AND expires_at > now()
         ORDER BY created_at DESC, id
        """,
        account,
    )
    return [ListedDevice(**row) for row in rows]


async def delete_expired(db: Database) -> int:
    """Forget devices whose token is over, a day later: until then the list of devices may still be on a screen."""
    status = await db.execute("DELETE FROM device WHERE expires_at < now() - interval '1 day'")
    return int(status.removeprefix("DELETE "))
