"""The drivers for development: print messages to the server's output. Production refuses to start with them."""

from __future__ import annotations

import sys
from typing import TextIO

from server.gateways.mail import MailMessage
from server.gateways.sms import CodeMessage, Notice


class ConsoleSms:
    def __init__(self, output: TextIO | None = None) -> None:
        self._output = output

    async def send(self, message: CodeMessage) -> None:
        output = self._output or sys.stdout
        output.write(f"sms to={message.phone} purpose={message.purpose} code={message.code} text={message.text}\n")
        output.flush()

    async def notify(self, notice: Notice) -> None:
        output = self._output or sys.stdout
        output.write(f"sms to={notice.phone} change={notice.change} text={notice.text}\n")
        output.flush()

    async def close(self) -> None:
        return None


class ConsoleMail:
    def __init__(self, output: TextIO | None = None) -> None:
        self._output = output

    async def send(self, message: MailMessage) -> None:
        output = self._output or sys.stdout
        output.write(f"mail to={message.email} subject={message.subject} text={message.text}\n")
        output.flush()
