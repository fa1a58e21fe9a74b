"""The floor: a uvloop server that writes the same prepared bytes to every socket, and does nothing else. With `joined`
after its port it writes whatever came in one read in one piece, which is the floor for bursts.

It knows just enough WebSocket to keep the load client's other dialects out of the comparison: any
message from a client is framed once and written to all. No Redis, no rooms, no queue, no history.
"""

from __future__ import annotations

import asyncio
import sys
from base64 import b64encode
from hashlib import sha1
from typing import cast

import uvloop

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
IS_JOINED = "joined" in sys.argv
members: dict[asyncio.Transport, None] = {}


def accept(request: bytes) -> bytes:
    for line in request.split(b"\r\n"):
        name, _, value = line.partition(b": ")
        if name.lower() == b"sec-websocket-key":
            proof = b64encode(sha1(value + GUID).digest())
            return (
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                b"Connection: Upgrade\r\nSec-WebSocket-Accept: " + proof + b"\r\n\r\n"
            )
    raise ValueError("the request has no Sec-WebSocket-Key")


def frame(payload: bytes) -> bytes:
    return b"\x82\x7e" + len(payload).to_bytes(2, "big") + payload


class Member(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses of asyncio's; a cast costs nothing at run time.
        self.transport = cast(asyncio.Transport, transport)
        self.pending = b""
        self.is_open = False

    def connection_lost(self, _error: Exception | None) -> None:
        members.pop(self.transport, None)

    def data_received(self, data: bytes) -> None:
        self.pending += data
        if not self.is_open:
            self.open()
        frames: list[bytes] = []
        while len(self.pending) >= 8 and self.is_open:
            # The load client masks with zeros and sends 126 to 65535 bytes: 2 + 2 + 4 bytes of header.
            end = 8 + int.from_bytes(self.pending[2:4], "big")
            if len(self.pending) < end:
                break
            frames.append(frame(self.pending[8:end]))
            self.pending = self.pending[end:]
        for prepared in [b"".join(frames)] if IS_JOINED and frames else frames:
            for member in members:
                member.write(prepared)

    def open(self) -> None:
        request, separator, rest = self.pending.partition(b"\r\n\r\n")
        if not separator:
            return
        self.transport.write(accept(request))
        self.pending, self.is_open = rest, True
        members[self.transport] = None


async def serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Member, "127.0.0.1", port, backlog=2048)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
