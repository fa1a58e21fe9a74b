"""What a text message is and what every driver that sends one promises. It knows no provider."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from server.core.phone import Phone
from server.gateways.words import Change, code_text, notice_text
from server.one_time_code import Purpose


class SmsFailed(Exception):
    """The provider did not take the message. The text holds no number and no code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeMessage:
    """A one-time code on its way to a phone. Neither may come into a log, so neither has a repr."""

    phone: Phone = field(repr=False)
    code: str = field(repr=False)
    purpose: Purpose

    @property
    def text(self) -> str:
        return code_text(self.code, self.purpose)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Word to an owner that their account was changed."""

    phone: Phone = field(repr=False)
    change: Change

    @property
    def text(self) -> str:
        return notice_text(self.change)


class Sms(Protocol):
    """A way to send text messages."""

    async def send(self, message: CodeMessage) -> None:
        """Returns when the provider has taken the message, within 10 s. Raises: SmsFailed."""

    async def notify(self, notice: Notice) -> None:
        """Like `send`. Raises: SmsFailed."""

    async def close(self) -> None:
        """Give back what is held open."""
