"""One connection to Redis over which a process both rings and hears: RESP3 lets one do both, so that a ring's answer
and its own echo come in one read. What comes is handed on by a call: no task, queue or timer a message.

redis-py opens it (addresses, TLS, log-in) and from then on it is ours. Knows commands and replies, not what is rung.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import cast

import hiredis
from redis.asyncio.connection import AbstractConnection

NOTHING = object()

log = logging.getLogger("shangke.bus")

# Its stub knows commands of one word only.
_pack = cast("Callable[[tuple[str | bytes, ...]], bytes]", hiredis.pack_command)

# The kind of a message pushed, its channel, and its content or a count.
Hear = Callable[[bytes, bytes, bytes | int], None]


class Link(asyncio.Protocol):
    """`hear` is called with each message of pub/sub, `answered` for each other reply; neither may wait or raise."""

    def __init__(self, connection: AbstractConnection, hear: Hear, answered: Callable[[], None]) -> None:
        """`connection` must speak RESP3 and just have been connected: nothing is under way on it."""
        loop = asyncio.get_running_loop()
        writer = connection._writer
        assert writer is not None, "connected"
        self._hear = hear
        self._answered = answered
        self._reader = hiredis.Reader(notEnoughData=NOTHING)
        self._clock = loop.time
        self.heard_at = loop.time()
        self.lost: asyncio.Future[None] = loop.create_future()
        self._transport = cast(asyncio.Transport, writer.transport)
        # So that what is sent goes at once, and not when all else is done in this turn of the loop.
        self._transport.set_write_buffer_limits(high=0)
        self._transport.set_protocol(self)

    def send(self, commands: Iterable[tuple[str | bytes, ...]]) -> None:
        """All in one write. One that is refused cuts the link: none of ours is, unless the server is not for us."""
        self._transport.write(b"".join(map(_pack, commands)))

    def cut(self) -> None:
        self._transport.abort()

    # What the loop calls

    def data_received(self, data: bytes) -> None:
        self.heard_at = self._clock()
        self._reader.feed(data)
        try:
            while (reply := self._reader.gets()) is not NOTHING:
                if isinstance(reply, hiredis.PushNotification):
                    self._hear(*reply)
                elif isinstance(reply, hiredis.ReplyError):
                    log.warning("event=ring_refused why=%s", reply)
                    self.cut()
                    return
                else:
                    self._answered()
        except hiredis.ProtocolError:
            log.warning("event=bell_garbled")
            self.cut()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.lost.done():
            self.lost.set_result(None)
