"""One-time codes on their way out and back: sent to a phone or by e-mail, tried, used up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from protocol.errors import Code, Refused
from server.core.address import Address
from server.core.phone import Phone
from server.core.sending import LONGEST, check_sending
from server.environment import Secret
from server.gateways.mail import Mail, MailFailed, MailMessage
from server.gateways.sms import CodeMessage, Sms, SmsFailed
from server.gateways.words import code_text
from server.limiter import CODES_SENT, Limiter
from server.one_time_code import TIME_TO_LIVE, TRIES, Purpose, digest, draw_code, is_same
from server.store import one_time_codes
from server.store.pool import Database, Tx


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    database: Database
    limiter: Limiter
    sms: Sms
    mail: Mail
    secret: Secret = field(repr=False)
    now: Callable[[], datetime] = utc_now

    async def send(self, address: Address, purpose: Purpose, asker: str) -> None:
        """Send a one-time code, good for this asker only (see `digest`), whether or not the address is known: the
        answer tells nobody which it is.

        Raises Refused: SLOW_DOWN, OVERLOADED, SMS_FAILED, MAIL_FAILED.
        """
        code = draw_code()
        await self.limiter.take(CODES_SENT)
        try:
            await self._keep(address, purpose, code, asker)
        except Refused:
            # Nothing is sent: whoever asks in vain must not use up what there is for all.
            await self.limiter.give_back(CODES_SENT)
            raise
        try:
            await self._deliver(address, purpose, code)
        except SmsFailed as error:
            raise Refused(Code.SMS_FAILED, str(error), retry_after_ms=60_000) from error
        except MailFailed as error:
            raise Refused(Code.MAIL_FAILED, str(error), retry_after_ms=60_000) from error

    async def _keep(self, address: Address, purpose: Purpose, code: str, asker: str) -> None:
        now = self.now()
        async with self.database.transaction() as tx:
            await one_time_codes.lock_address(tx, address)
            check_sending(await one_time_codes.select_sent(tx, address, now - LONGEST), now)
            await one_time_codes.insert_sent(tx, address, now)
            hashed = digest(self.secret, address, purpose, code, asker)
            await one_time_codes.upsert_code(tx, address, purpose, hashed, now, TIME_TO_LIVE)

    async def _deliver(self, address: Address, purpose: Purpose, code: str) -> None:
        if address.provider == "phone":
            await self.sms.send(CodeMessage(phone=Phone(address.subject), code=code, purpose=purpose))
        else:
            await self.mail.send(
                MailMessage(email=address.subject, text=code_text(code, purpose), subject="【上课】验证码")
            )

    async def check(self, address: Address, purpose: Purpose, code: str, asker: str) -> bytes:
        """The hash of the right code, to be used up by `use_code`. Every call counts as a try.

        Raises Refused(BAD_CODE).
        """
        expected = await one_time_codes.count_try(self.database, address, purpose, self.now(), TRIES)
        given = digest(self.secret, address, purpose, code, asker)
        if expected is None or not is_same(expected, given):
            raise Refused(Code.BAD_CODE, data={"field": "code"})
        return given


async def use_code(tx: Tx, address: Address, purpose: Purpose, hashed_code: bytes) -> None:
    """Raises Refused(BAD_CODE) when somebody else was quicker with it, or a newer one was sent."""
    if not await one_time_codes.delete_code(tx, address, purpose, hashed_code):
        raise Refused(Code.BAD_CODE, data={"field": "code"})
