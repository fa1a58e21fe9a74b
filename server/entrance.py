"""The way in: codes, registering, logging in and out, for people who have no stream to send commands on yet.

What the road is for commands, this is for what comes before them: one transaction each, then the bell. Everything
secret is decided here; the REST layer only reads bodies and writes answers.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from protocol.envelopes import ClientKind
from protocol.errors import Code, Refused
from protocol.ids import AccountId, DeviceId
from protocol.limits import DEVICES_PER_ACCOUNT
from server.bus import Bus
from server.codes import Codes, use_code, utc_now
from server.core.account import clean_name
from server.core.address import Address, phone_address
from server.device_key import device_key, known_device
from server.environment import Secret
from server.ids import draw_id
from server.limiter import WRONG_LOGINS, WRONG_LOGINS_OF_DEVICE, WRONG_LOGINS_OF_PASSWORD, Limit, Limiter
from server.one_time_code import Purpose
from server.password import Passwords
from server.store import accounts, audit, devices, identities, oauth_tickets
from server.store.identities import Identified
from server.store.pool import Database, Tx
from server.strength import check_password
from server.token import draw_token, hash_token


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """What a client says of itself; believed for lists and statistics only. `nonce`: that it asked for codes with."""

    kind: ClientKind
    version: str
    label: str
    nonce: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A device that is now logged in. `token` is known to nobody but its owner from here on."""

    account: AccountId
    name: str
    phone: str | None = field(repr=False)  # None: it was unbound
    device: DeviceId
    device_key: str = field(repr=False)
    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    database: Database
    limiter: Limiter
    passwords: Passwords
    codes: Codes
    bus: Bus
    secret: Secret = field(repr=False)
    now: Callable[[], datetime] = utc_now

    # In

    async def register(
        self, written: str, code: str, password: str, name: str | None, client: Client, ticket: str | None = None
    ) -> Entered:
        """A new account for a phone number (R1), which every account begins with (R2).

        `ticket`: of somebody who logged in at another's page before; that identity is bound as well.
        Raises Refused: BAD_PHONE, WEAK_PASSWORD, BAD_FIELD, BAD_CODE, PHONE_TAKEN, OAUTH_FAILED, IDENTITY_TAKEN,
        OVERLOADED.
        """
        address = phone_address(written)
        phone = address.subject
        await check_password(self.database, password, (phone,))
        name = clean_name(name) if name else f"用户{phone[-4:]}"
        hashed_code = await self.codes.check(address, "register", code, client.nonce)
        password_hash = await self.passwords.hash(password)
        account, now = AccountId(draw_id()), self.now()
        async with self.database.transaction() as tx:
            await use_code(tx, address, "register", hashed_code)
            await accounts.insert_account(tx, account, name, password_hash)
            await identities.insert_identity(tx, "phone", phone, account, now)
            if ticket is not None:
                await use_ticket(tx, ticket, account, now)
            entered, _ = await self._admit(tx, account, name, phone, client, now)
        return entered

    async def log_in_by_password(self, address: Address, password: str, key: str | None, client: Client) -> Entered:
        """Raises Refused: BAD_LOGIN (whatever was wrong), SLOW_DOWN, OVERLOADED."""
        found = await identities.select_identified(self.database, address.provider, address.subject)
        limit, subject = self._guesses(address, found, key)
        tried = self._tried(password) if limit is WRONG_LOGINS else None
        # Counted before the guess is looked at, and for unknown numbers too: the answers must not differ.
        await self.limiter.take(limit, *subject)
        if tried is not None:
            await self.limiter.look(WRONG_LOGINS_OF_PASSWORD, tried)
        is_right = await self.passwords.verify(found.password_hash if found else None, password)
        if found is None or not is_right or found.is_closed:
            if tried is not None:
                await self.limiter.take(WRONG_LOGINS_OF_PASSWORD, tried)
            raise Refused(Code.BAD_LOGIN)
        await self.limiter.give_back(limit, *subject)
        return await self.enter(found, client)

    async def log_in_by_code(self, address: Address, code: str, client: Client) -> Entered:
        """R4. Raises Refused: BAD_CODE, PHONE_UNKNOWN, EMAIL_UNKNOWN, ACCOUNT_CLOSED, OVERLOADED."""
        hashed_code = await self.codes.check(address, "login", code, client.nonce)
        found = await self._identify(address)
        return await self.enter(found, client, code=(address, "login", hashed_code))

    async def reset_password(self, address: Address, code: str, password: str, client: Client) -> Entered:
        """A new password; every device of the account is logged out, and this one logged in.

        Raises Refused: WEAK_PASSWORD, BAD_CODE, PHONE_UNKNOWN, EMAIL_UNKNOWN, ACCOUNT_CLOSED, OVERLOADED.
        """
        await check_password(self.database, password, (address.subject,))
        hashed_code = await self.codes.check(address, "reset", code, client.nonce)
        found = await self._identify(address)
        password_hash = await self.passwords.hash(password)
        async with self.database.transaction() as tx:
            await use_code(tx, address, "reset", hashed_code)
            await identities.lock_account(tx, found.account)
            await identities.update_password(tx, found.account, password_hash)
            out = await devices.delete_surplus(tx, found.account, 0)
            await audit.insert(tx, found.account, "password.reset", account=found.account)
            entered, _ = await self._admit(tx, found.account, found.name, found.phone, client, self.now())
        self._cut(found.account, out)
        await self.limiter.forget(WRONG_LOGINS, address.subject)
        return entered

    async def _identify(self, address: Address) -> Identified:
        """The account of who has shown that the address is theirs: only they are told what is wrong with it."""
        found = await identities.select_identified(self.database, address.provider, address.subject)
        if found is None:
            raise Refused(Code.PHONE_UNKNOWN if address.provider == "phone" else Code.EMAIL_UNKNOWN)
        if found.is_closed:
            raise Refused(Code.ACCOUNT_CLOSED)
        return found

    # Out

    async def log_out(self, account: AccountId, device: DeviceId) -> None:
        """Raises Refused(NOT_FOUND), also for somebody else's device."""
        if not await devices.delete_device(self.database, account, device):
            raise Refused(Code.NOT_FOUND)
        self._cut(account, [device])

    async def enter(
        self, found: Identified, client: Client, code: tuple[Address, Purpose, bytes] | None = None
    ) -> Entered:
        """Log a device in to an account that is open, using up the code that opened it."""
        async with self.database.transaction() as tx:
            if code is not None:
                await use_code(tx, *code)
            entered, out = await self._admit(tx, found.account, found.name, found.phone, client, self.now())
        self._cut(found.account, out)
        return entered

    async def _admit(
        self, tx: Tx, account: AccountId, name: str, phone: str | None, client: Client, now: datetime
    ) -> tuple[Entered, list[DeviceId]]:
        """Log a device in; the oldest beyond the limit make room and are given for cutting off after commit."""
        await identities.lock_account(tx, account)
        out = await devices.delete_surplus(tx, account, DEVICES_PER_ACCOUNT - 1)
        token, device = draw_token(), DeviceId(draw_id())
        new = devices.NewDevice(
            id=device,
            account=account,
            token_hash=hash_token(token),
            client_kind=client.kind,
            client_version=client.version,
            label=client.label,
        )
        expires_at = await devices.insert_device(tx, new, now)
        entered = Entered(
            account=account,
            name=name,
            phone=phone,
            device=device,
            device_key=device_key(self.secret, account, device),
            token=token,
            expires_at=expires_at,
        )
        return entered, out

    def _guesses(self, address: Address, found: Identified | None, key: str | None) -> tuple[Limit, tuple[str, ...]]:
        """Whose guess this is: a device that was in before counts for itself, all strangers count together."""
        device = known_device(self.secret, found.account, key) if found else None
        subject = address.subject
        return (WRONG_LOGINS, (subject,)) if device is None else (WRONG_LOGINS_OF_DEVICE, (subject, device))

    def _tried(self, password: str) -> str:
        """A name for the password that tells it to nobody who looks into Redis without our secret."""
        return hmac.digest(self.secret.reveal().encode(), f"tried\0{password}".encode(), hashlib.sha256).hex()

    def _cut(self, account: AccountId, out: Sequence[DeviceId]) -> None:
        # An empty list would mean all of them.
        if out:
            self.bus.publish_logged_out(account, out)


async def use_ticket(tx: Tx, ticket: str, account: AccountId, now: datetime) -> None:
    """Raises Refused: OAUTH_FAILED for a ticket that is over, IDENTITY_TAKEN when another account has it by now."""
    found = await oauth_tickets.delete_ticket(tx, hash_token(ticket), now)
    if found is None:
        raise Refused(Code.OAUTH_FAILED, "ticket")
    if not await identities.bind_identity(tx, found.provider, found.subject, account, now):
        raise Refused(Code.IDENTITY_TAKEN)
