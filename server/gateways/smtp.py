"""The driver for a mail server: SMTP with TLS from the start (`smtps:`) or after STARTTLS (`smtp:`).

    smtps://name:password@smtp.163.com:465        smtp://127.0.0.1:25

An `smtp:` server that is not this machine must speak STARTTLS: a code in the clear is nobody's.
"""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from urllib.parse import unquote, urlsplit

from server.gateways.mail import MailFailed, MailMessage

TIMEOUT_S = 8.0
LOCAL = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    host: str
    port: int
    is_tls: bool
    name: str = field(repr=False)
    password: str = field(repr=False)


def read_url(url: str) -> MailServer:
    parts = urlsplit(url)
    is_tls = parts.scheme == "smtps"
    return MailServer(
        host=parts.hostname or "",
        port=parts.port or (465 if is_tls else 587),
        is_tls=is_tls,
        name=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


class SmtpMail:
    def __init__(self, url: str, sender: str) -> None:
        self._server = read_url(url)
        self._sender = sender

    async def send(self, message: MailMessage) -> None:
        try:
            # The library blocks; its own time limit ends the thread, so that none is left behind.
            await asyncio.to_thread(self._send, message)
        except (OSError, smtplib.SMTPException) as error:
            # Not chained: the error holds the address.
            raise MailFailed(type(error).__name__) from None

    def _send(self, message: MailMessage) -> None:
        server = self._server
        with self._connect() as smtp:
            if not server.is_tls and server.host not in LOCAL:
                smtp.starttls(context=ssl.create_default_context())
            if server.name:
                smtp.login(server.name, server.password)
            smtp.sendmail(parseaddr(self._sender)[1], [message.email], self._compose(message))

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        if server.is_tls:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=context)
        return smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)

    def _compose(self, message: MailMessage) -> bytes:
        composed = EmailMessage()
        composed["From"] = self._sender
        composed["To"] = message.email
        composed["Subject"] = message.subject
        composed["Date"] = formatdate()
        composed["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2].rstrip(">") or None)
        # No machine of ours reads an answer.
        composed["Auto-Submitted"] = "auto-generated"
        composed.set_content(message.text)
        return composed.as_bytes(policy=policy.SMTP)
