"""How whoever gave a command is told what became of it, with or without a task to wait in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from protocol.envelopes import Done
from protocol.errors import Refused

# Is told once, in the loop. Must neither wait nor raise.
Told = Callable[[Done | Refused], None]


def settle(reply: asyncio.Future[Done], outcome: Done | Refused) -> None:
    """Whoever waited may have gone."""
    if reply.done():
        return
    if isinstance(outcome, Refused):
        reply.set_exception(outcome)
    else:
        reply.set_result(outcome)
