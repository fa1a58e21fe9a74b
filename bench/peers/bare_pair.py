"""The floor for two nodes: `bare_write` twice, joined by Redis with a few lines of its protocol and nothing else.

What it costs above the one process is what being two costs on this machine: a hop, and two servers beside one client
on two cores.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from typing import TypeVar, cast
from urllib.parse import urlsplit

import uvloop

from bench.peers.bare_write import accept, frame

CHANNEL = b"room"
MESSAGE = b"$7\r\nmessage\r\n$4\r\nroom\r\n$"
P = TypeVar("P", bound=asyncio.Protocol)
members: dict[asyncio.Transport, None] = {}


def command(*words: bytes) -> bytes:
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in words)


class Ringing(asyncio.Protocol):
    """Redis's answers to PUBLISH, which nobody needs."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def ring(self, payload: bytes) -> None:
        self.transport.write(command(b"PUBLISH", CHANNEL, payload))


class Hearing(asyncio.Protocol):
    """What was published, to all members of this process."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.pending = b""
        cast(asyncio.Transport, transport).write(command(b"SUBSCRIBE", CHANNEL))

    def data_received(self, data: bytes) -> None:
        self.pending += data
        while (start := self.pending.find(MESSAGE)) >= 0:
            length, separator, rest = self.pending[start + len(MESSAGE) :].partition(b"\r\n")
            if not separator or len(rest) < int(length) + 2:
                return
            prepared = frame(rest[: int(length)])
            self.pending = rest[int(length) + 2 :]
            for member in members:
                member.write(prepared)


class Member(asyncio.Protocol):
    def __init__(self, ringing: Ringing) -> None:
        self.ringing = ringing

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.pending = b""
        self.is_open = False

    def connection_lost(self, _error: Exception | None) -> None:
        members.pop(self.transport, None)

    def data_received(self, data: bytes) -> None:
        self.pending += data
        if not self.is_open:
            self.open()
        while len(self.pending) >= 8 and self.is_open:
            end = 8 + int.from_bytes(self.pending[2:4], "big")
            if len(self.pending) < end:
                return
            self.ringing.ring(self.pending[8:end])
            self.pending = self.pending[end:]

    def open(self) -> None:
        request, separator, rest = self.pending.partition(b"\r\n\r\n")
        if not separator:
            return
        self.transport.write(accept(request))
        self.pending, self.is_open = rest, True
        members[self.transport] = None


async def to_redis(factory: Callable[[], P]) -> P:
    loop, at = asyncio.get_running_loop(), urlsplit(os.environ["REDIS_URL"])
    if at.scheme == "unix":
        return (await loop.create_unix_connection(factory, at.path))[1]
    return (await loop.create_connection(factory, str(at.hostname), int(at.port or 0)))[1]


async def serve(port: int) -> None:
    loop, ringing = asyncio.get_running_loop(), await to_redis(Ringing)
    await to_redis(Hearing)
    server = await loop.create_server(lambda: Member(ringing), "127.0.0.1", port, backlog=2048)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
