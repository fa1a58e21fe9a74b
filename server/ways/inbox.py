"""The commands on one's own stream about the message centre."""

from __future__ import annotations

from protocol.inbox import ReadAllItems, ReadItems
from server.core import inbox as inbox_core
from server.core.fact import Decided
from server.store import inbox
from server.ways.step import Step


async def read(step: Step, command: ReadItems) -> Decided:
    waiting = await inbox.select_waiting(step.tx, step.account, command.items)
    return inbox_core.read(step.account, waiting, await inbox.select_unread(step.tx, step.account))


async def read_all(step: Step, command: ReadAllItems) -> Decided:
    return inbox_core.read_all(step.account, command, await inbox.select_unread(step.tx, step.account))
