"""The way in: codes, registering, logging in and out, for people who have no stream to send commands on yet.

What the road is for commands, this is for what comes before them: one transaction each, then the bell. Everything
secret is decided here; the REST layer only reads bodies and writes answers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from protocol.envelopes import ClientKind
from protocol.errors import Code, Refused
from protocol.ids import AccountId, DeviceId
from protocol.limits import DEVICES_PER_ACCOUNT
from server.bus import Bus
from server.core.account import clean_name
from server.core.phone import Phone, normalise
from server.core.sending import LONGEST, check_sending
from server.device_key import device_key, known_device
from server.environment import Secret
from server.gateways.sms import CodeMessage, Sms, SmsFailed
from server.ids import draw_id
from server.limiter import CODES_SENT, WRONG_LOGINS, WRONG_LOGINS_OF_DEVICE, Limit, Limiter
from server.one_time_code import TIME_TO_LIVE, TRIES, Purpose, digest, draw_code, is_same
from server.password import Passwords, check_strength
from server.store import accounts, devices, identities, one_time_codes
from server.store.identities import Identified
from server.store.pool import Database, Tx
from server.token import draw_token, hash_token


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """What a client says of itself; believed for lists and statistics only."""

    kind: ClientKind
    version: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A device that is now logged in. `token` is known to nobody but its owner from here on."""

    account: AccountId
    name: str
    phone: Phone = field(repr=False)
    device: DeviceId
    device_key: str = field(repr=False)
    token: str = field(repr=False)
    expires_at: datetime


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    database: Database
    limiter: Limiter
    passwords: Passwords
    sms: Sms
    bus: Bus
    secret: Secret = field(repr=False)
    now: Callable[[], datetime] = utc_now

    # Codes

    async def send_code(self, written: str, purpose: Purpose) -> None:
        """Send a one-time code, whether or not the number is registered: the answer tells nobody which it is.

        Raises Refused: BAD_PHONE, SLOW_DOWN, OVERLOADED, SMS_FAILED.
        """
        phone, code = normalise(written), draw_code()
        await self.limiter.take(CODES_SENT)
        try:
            await self._keep_code(phone, purpose, code)
        except Refused:
            # Nothing is sent: whoever asks in vain must not use up what there is for all.
            await self.limiter.give_back(CODES_SENT)
            raise
        try:
            await self.sms.send(CodeMessage(phone=phone, code=code, purpose=purpose))
        except SmsFailed as error:
            raise Refused(Code.SMS_FAILED, str(error), retry_after_ms=60_000) from error

    async def _keep_code(self, phone: Phone, purpose: Purpose, code: str) -> None:
        now = self.now()
        async with self.database.transaction() as tx:
            await one_time_codes.lock_number(tx, phone)
            check_sending(await one_time_codes.select_sent(tx, phone, now - LONGEST), now)
            await one_time_codes.insert_sent(tx, phone, now)
            hashed = digest(self.secret, phone, purpose, code)
            await one_time_codes.upsert_code(tx, phone, purpose, hashed, now, TIME_TO_LIVE)

    async def check_code(self, phone: Phone, purpose: Purpose, code: str) -> bytes:
        """The hash of the right code, to be used up by `use_code`. Every call counts as a try.

        Raises Refused(BAD_CODE).
        """
        expected = await one_time_codes.count_try(self.database, phone, purpose, self.now(), TRIES)
        given = digest(self.secret, phone, purpose, code)
        if expected is None or not is_same(expected, given):
            raise Refused(Code.BAD_CODE, data={"field": "code"})
        return given

    # In

    async def register(self, written: str, code: str, password: str, name: str | None, client: Client) -> Entered:
        """A new account for a phone number (R1).

        Raises Refused: BAD_PHONE, WEAK_PASSWORD, BAD_FIELD, BAD_CODE, PHONE_TAKEN, OVERLOADED.
        """
        phone = normalise(written)
        check_strength(password, phone)
        name = clean_name(name) if name else f"用户{phone[-4:]}"
        hashed_code = await self.check_code(phone, "register", code)
        password_hash = await self.passwords.hash(password)
        account, now = AccountId(draw_id()), self.now()
        async with self.database.transaction() as tx:
            await use_code(tx, phone, "register", hashed_code)
            await accounts.insert_account(tx, account, name, password_hash)
            await identities.insert_identity(tx, "phone", phone, account, now)
            entered, _ = await self._admit(tx, account, name, phone, client, now)
        return entered

    async def log_in_by_password(self, written: str, password: str, key: str | None, client: Client) -> Entered:
        """Raises Refused: BAD_PHONE, BAD_LOGIN (whatever was wrong), SLOW_DOWN, OVERLOADED."""
        phone = normalise(written)
        found = await identities.select_identified(self.database, "phone", phone)
        limit, subject = self._guesses(phone, found, key)
        # Counted before the guess is looked at, and for unknown numbers too: the answers must not differ.
        await self.limiter.take(limit, *subject)
        is_right = await self.passwords.verify(found.password_hash if found else None, password)
        if found is None or not is_right or found.is_closed:
            raise Refused(Code.BAD_LOGIN)
        await self.limiter.give_back(limit, *subject)
        return await self._enter(found, phone, client)

    async def log_in_by_code(self, written: str, code: str, client: Client) -> Entered:
        """R4. Raises Refused: BAD_PHONE, BAD_CODE, PHONE_UNKNOWN, BAD_LOGIN (closed), OVERLOADED."""
        phone = normalise(written)
        hashed_code = await self.check_code(phone, "login", code)
        found = await identities.select_identified(self.database, "phone", phone)
        if found is None:
            raise Refused(Code.PHONE_UNKNOWN)
        if found.is_closed:
            raise Refused(Code.BAD_LOGIN)
        return await self._enter(found, phone, client, code=("login", hashed_code))

    async def reset_password(self, written: str, code: str, password: str, client: Client) -> Entered:
        """A new password; every device of the account is logged out, and this one logged in.

        Raises Refused: BAD_PHONE, WEAK_PASSWORD, BAD_CODE, PHONE_UNKNOWN, BAD_LOGIN (closed), OVERLOADED.
        """
        phone = normalise(written)
        check_strength(password, phone)
        hashed_code = await self.check_code(phone, "reset", code)
        found = await identities.select_identified(self.database, "phone", phone)
        if found is None:
            raise Refused(Code.PHONE_UNKNOWN)
        if found.is_closed:
            raise Refused(Code.BAD_LOGIN)
        password_hash = await self.passwords.hash(password)
        async with self.database.transaction() as tx:
            await use_code(tx, phone, "reset", hashed_code)
            await identities.lock_account(tx, found.account)
            await identities.update_password(tx, found.account, password_hash)
            out = await devices.delete_surplus(tx, found.account, 0)
            entered, _ = await self._admit(tx, found.account, found.name, phone, client, self.now())
        self._cut(found.account, out)
        await self.limiter.forget(WRONG_LOGINS, phone)
        return entered

    # Out

    async def log_out(self, account: AccountId, device: DeviceId) -> None:
        """Raises Refused(NOT_FOUND), also for somebody else's device."""
        if not await devices.delete_device(self.database, account, device):
            raise Refused(Code.NOT_FOUND)
        self._cut(account, [device])

    async def _enter(
        self, found: Identified, phone: Phone, client: Client, code: tuple[Purpose, bytes] | None = None
    ) -> Entered:
        async with self.database.transaction() as tx:
            if code is not None:
                await use_code(tx, phone, *code)
            entered, out = await self._admit(tx, found.account, found.name, phone, client, self.now())
        self._cut(found.account, out)
        return entered

    async def _admit(
        self, tx: Tx, account: AccountId, name: str, phone: Phone, client: Client, now: datetime
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

    def _guesses(self, phone: Phone, found: Identified | None, key: str | None) -> tuple[Limit, tuple[str, ...]]:
        """Whose guess this is: a device that was in before counts for itself, all strangers count together."""
        device = known_device(self.secret, found.account, key) if found else None
        return (WRONG_LOGINS, (phone,)) if device is None else (WRONG_LOGINS_OF_DEVICE, (phone, device))

    def _cut(self, account: AccountId, out: Sequence[DeviceId]) -> None:
        # An empty list would mean all of them.
        if out:
            self.bus.publish_logged_out(account, out)


async def use_code(tx: Tx, phone: Phone, purpose: Purpose, hashed_code: bytes) -> None:
    """Raises Refused(BAD_CODE) when somebody else was quicker with it, or a newer one was sent."""
    if not await one_time_codes.delete_code(tx, phone, purpose, hashed_code):
        raise Refused(Code.BAD_CODE, data={"field": "code"})
