"""What an e-mail of ours is and what every driver that sends one promises."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


class MailFailed(Exception):
    """The server did not take the e-mail. The text holds no address and no code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailMessage:
    """An e-mail on its way. Neither address nor text may come into a log, so neither has a repr."""

    email: str = field(repr=False)
    text: str = field(repr=False)
    subject: str = "上课"


class Mail(Protocol):
    """A way to send e-mail."""

    async def send(self, message: MailMessage) -> None:
        """Returns when the server has taken the e-mail, within 10 s. Raises: MailFailed."""


class NoMail:
    """Where no mail server is set up."""

    async def send(self, message: MailMessage) -> None:
        raise MailFailed("no mail server is set up")
