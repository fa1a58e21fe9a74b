"""The driver for development: prints the message to the server's output. Production refuses to start with it."""

from __future__ import annotations

import sys
from typing import TextIO

from server.gateways.sms import CodeMessage


class ConsoleSms:
    def __init__(self, output: TextIO | None = None) -> None:
        self._output = output

    async def send(self, message: CodeMessage) -> None:
        output = self._output or sys.stdout
        output.write(f"sms to={message.phone} purpose={message.purpose} code={message.code} text={message.text}\n")
        output.flush()

    async def close(self) -> None:
        return None
