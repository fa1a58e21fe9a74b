"""Confirming that it is still the owner who holds a logged-in device, before login methods or passwords change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from protocol.errors import Code, Refused
from protocol.ids import AccountId, DeviceId
from server.codes import Codes, use_code, utc_now
from server.core.address import Address, AddressKind
from server.limiter import WRONG_CONFIRMATIONS, Limiter
from server.password import Passwords
from server.store import devices, identities
from server.store.identities import OwnIdentity
from server.store.pool import Database, Tx

# Who has neither password nor address logs in again elsewhere, and changes things right after.
FRESH = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A password, or a code sent for `confirm` to one of the account's own addresses."""

    password: str | None = field(repr=False, default=None)
    code: str | None = field(repr=False, default=None)
    code_to: AddressKind = "phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """Made only by `Confirmation.check`. `use` it in the transaction of what it was asked for."""

    used: tuple[Address, bytes] | None

    async def use(self, tx: Tx) -> None:
        """Raises Refused(BAD_CODE) when the code was used up by something else meanwhile."""
        if self.used is not None:
            address, hashed_code = self.used
            await use_code(tx, address, "confirm", hashed_code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    database: Database
    limiter: Limiter
    passwords: Passwords
    codes: Codes
    now: Callable[[], datetime] = utc_now

    async def send_code(self, account: AccountId, device: DeviceId, to: AddressKind) -> None:
        """A code to the account's own address, good on this device.

        Raises Refused: NOT_BOUND, and what `Codes.send` does.
        """
        await self.codes.send(await self._own_address(account, to), "confirm", device)

    async def check(self, account: AccountId, device: DeviceId, proof: Proof) -> Confirmed:
        """Raises Refused: CONFIRM_NEEDED, BAD_CODE, NOT_BOUND, SLOW_DOWN, OVERLOADED."""
        if proof.code is not None:
            address = await self._own_address(account, proof.code_to)
            return Confirmed(used=(address, await self.codes.check(address, "confirm", proof.code, device)))
        password_hash = await identities.select_password(self.database, account)
        if proof.password is not None and password_hash is not None:
            await self.limiter.take(WRONG_CONFIRMATIONS, account)
            if not await self.passwords.verify(password_hash, proof.password):
                raise Refused(Code.CONFIRM_NEEDED, "password", data={"field": "password"})
            await self.limiter.give_back(WRONG_CONFIRMATIONS, account)
            return Confirmed(used=None)
        if password_hash is None and await self._is_fresh(account, device):
            return Confirmed(used=None)
        raise Refused(Code.CONFIRM_NEEDED)

    async def _own_address(self, account: AccountId, kind: AddressKind) -> Address:
        for each in await identities.select_of_account(self.database, account):
            if each.provider == kind:
                return Address(provider=kind, subject=each.subject)
        raise Refused(Code.NOT_BOUND)

    async def _is_fresh(self, account: AccountId, device: DeviceId) -> bool:
        """Whether an account without any address was logged in to just now, on this device."""
        if any(has_address(each) for each in await identities.select_of_account(self.database, account)):
            return False
        listed = await devices.select_devices(self.database, account)
        return any(each.id == device and self.now() - each.created_at < FRESH for each in listed)


def has_address(identity: OwnIdentity) -> bool:
    return identity.provider in ("phone", "email")
