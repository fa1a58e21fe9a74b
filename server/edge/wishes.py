"""What a socket asks for and has to wait for: one at a time, in order; when too much waits, reading stops.

An answer or a post needs no task, since the road tells by a call what became of it. Knows order and time limits, not
what is done or said.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from functools import partial
from typing import Protocol

from protocol.close import Close
from protocol.envelopes import Attach, Command, Detach, Done, Hello, Refresh
from protocol.errors import Code, Refused
from server.edge.node import Node
from server.hub.connection import Connection

# What may wait for an answer before we stop reading.
WAITING = 64
COMMAND_LIMIT_S = 30.0

log = logging.getLogger("shangke.socket")

Errand = Hello | Attach | Detach | Refresh
Wish = Command | Errand


class Asker(Protocol):
    """The socket, as its wishes see it."""

    @property
    def connection(self) -> Connection | None:
        """None until its hello is answered."""

    async def do(self, errand: Errand) -> None: ...
    def reply(self, command: Command, outcome: Done | Refused) -> None: ...
    def close(self, code: Close) -> None: ...
    def stop_reading(self) -> None: ...
    def read_on(self) -> None: ...


class Wishes:
    __slots__ = ("_asker", "_current", "_is_going_on", "_is_held", "_node", "_task", "_waiting")

    def __init__(self, node: Node, asker: Asker) -> None:
        self._node = node
        self._asker = asker
        self._current: Wish | None = None
        self._task: asyncio.Task[None] | None = None
        # Made when needed: thousands of sockets wait for nothing.
        self._waiting: deque[Wish] | None = None
        self._is_held = False
        self._is_going_on = False

    def add(self, wish: Wish) -> None:
        if self._current is None and not self._waiting:
            self._begin(wish)
            return
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.append(wish)
        if len(self._waiting) >= WAITING and not self._is_held:
            self._is_held = True
            self._asker.stop_reading()

    def drop(self) -> None:
        """The socket is gone: what has not begun does not begin."""
        if self._waiting is not None:
            self._waiting.clear()

    def take_attaches(self) -> list[Attach]:
        """Those that wait right behind the one under way."""
        taken: list[Attach] = []
        while self._waiting and isinstance(self._waiting[0], Attach):
            attach = self._waiting.popleft()
            assert isinstance(attach, Attach), "looked at just now"
            taken.append(attach)
        return taken

    def expire(self) -> None:
        """The command under way took too long: its sender hears so, and the next one begins."""
        command, task = self._current, self._task
        assert isinstance(command, Command), "only commands have a limit"
        log.error("event=command_late command=%s stream=%s", command.op, command.stream)
        self._told(command, Refused(Code.INTERNAL))
        if task is not None:
            task.cancel()

    # Inside

    def _begin(self, wish: Wish) -> None:
        self._current = wish
        if not isinstance(wish, Command):
            self._task = self._node.spawn(self._do(wish))
            return
        connection = self._asker.connection
        if connection is None:
            # The hello before it was refused.
            self._end()
            return
        self._node.under_way[self] = self._node.now_s() + COMMAND_LIMIT_S
        try:
            is_taken = self._node.road.travel_soon(connection.account, wish, partial(self._told, wish))
        except Exception:  # the command loop: the sender hears of it, and no detail
            log.exception("event=command_failed command=%s stream=%s", wish.op, wish.stream)
            self._told(wish, Refused(Code.INTERNAL))
            return
        if not is_taken:
            self._task = self._node.spawn(self._travel(connection, wish))

    async def _do(self, errand: Errand) -> None:
        try:
            await self._asker.do(errand)
        except Exception:  # what can be answered was; this socket cannot go on
            log.exception("event=socket_failed")
            self._asker.close(Close.OVERLOADED)
        self._end()

    async def _travel(self, connection: Connection, command: Command) -> None:
        outcome: Done | Refused
        try:
            outcome = await self._node.road.travel(connection.account, connection.device, command)
        except Refused as refused:
            outcome = refused
        except Exception:  # the command loop, as above
            log.exception("event=command_failed command=%s stream=%s", command.op, command.stream)
            outcome = Refused(Code.INTERNAL)
        self._told(command, outcome)

    def _told(self, command: Command, outcome: Done | Refused) -> None:
        if self._current is not command:
            # It was given up before.
            return
        self._node.under_way.pop(self, None)
        try:
            self._asker.reply(command, outcome)
        except Exception:  # whoever tells us must not fail of it
            log.exception("event=socket_failed")
            self._asker.close(Close.OVERLOADED)
        self._end()

    def _end(self) -> None:
        self._current = self._task = None
        if self._waiting is None or self._is_going_on:
            return
        self._is_going_on = True
        try:
            # Some are done at once: then it is the next one's turn, here and not by calling ourselves.
            while self._waiting and self._current is None:
                self._begin(self._waiting.popleft())
        finally:
            self._is_going_on = False
        if self._is_held and len(self._waiting) <= WAITING // 2:
            self._is_held = False
            self._asker.read_on()
        if not self._waiting:
            self._waiting = None
