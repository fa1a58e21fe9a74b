"""What a text message is and what every driver that sends one promises. It knows no provider."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from server.core.phone import Phone
from server.one_time_code import TIME_TO_LIVE, Purpose

_WISHES: dict[Purpose, str] = {"register": "注册", "login": "登录", "reset": "重设密码"}


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
        minutes = int(TIME_TO_LIVE.total_seconds() // 60)
        return f"【上课】{self.code} 是你的{_WISHES[self.purpose]}验证码，{minutes} 分钟内有效。请勿告诉他人。"


class Sms(Protocol):
    """A way to send text messages."""

    async def send(self, message: CodeMessage) -> None:
        """Returns when the provider has taken the message, within 10 s. Raises: SmsFailed."""

    async def close(self) -> None:
        """Give back what is held open."""
