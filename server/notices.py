"""Word to owners that their account was changed, by text message and e-mail: also to a number that was just taken off.

A notice that cannot be sent is logged and forgotten: what it tells of has happened already.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from server.core.phone import Phone
from server.gateways.mail import Mail, MailFailed, MailMessage
from server.gateways.sms import Notice, Sms, SmsFailed
from server.gateways.words import Change, notice_text
from server.store.identities import OwnIdentity

log = logging.getLogger("shangke.notices")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    sms: Sms
    mail: Mail

    async def tell(self, identities: Sequence[OwnIdentity], change: Change) -> None:
        """`identities`: as they were before the change. Never fails."""
        for each in identities:
            try:
                if each.provider == "phone":
                    await self.sms.notify(Notice(phone=Phone(each.subject), change=change))
                elif each.provider == "email":
                    text = notice_text(change)
                    await self.mail.send(MailMessage(email=each.subject, text=text, subject="【上课】账号变更提醒"))
            except (SmsFailed, MailFailed) as error:
                log.warning("change=%s by=%s outcome=not_told why=%s", change, each.provider, error)
