"""A WebSocket client without manners: it sends what it is told to, bit by bit, and reads only when asked."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import struct
from collections.abc import AsyncIterator, Sequence
from typing import TypeVar

from protocol.codec import Format, decode_server, encode
from protocol.envelopes import SUBPROTOCOL_MSGPACK, Attach, FromClient, FromServer, Hello, Welcome

WAIT_S = 10.0
Wanted = TypeVar("Wanted")


class Raw:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wire: Format) -> None:
        self.reader = reader
        self.writer = writer
        self.wire: Format = wire
        self.patience_s = WAIT_S
        self.seen: list[FromServer] = []
        self._waiting: list[FromServer] = []

    # What it sends

    def say(self, *envelopes: FromClient) -> None:
        self.frame(b"".join(encode(each, self.wire) for each in envelopes), 2 if self.wire == "msgpack" else 1)

    def frame(self, payload: bytes, opcode: int = 2, *, first: int = 0x80, is_masked: bool = True) -> None:
        """One frame; `first` holds FIN and the reserved bits."""
        self.writer.write(frame_bytes(payload, opcode, first=first, is_masked=is_masked))

    def raw(self, data: bytes) -> None:
        self.writer.write(data)

    async def greet(self, token: str, *streams: object) -> Welcome:
        attaches = [each if isinstance(each, Attach) else Attach(stream=str(each)) for each in streams]
        self.say(Hello(token=token, client_kind="web", client_version="1", streams=attaches))
        return await self.until(Welcome)

    # What it reads

    async def until(self, kind: type[Wanted]) -> Wanted:
        """The next envelope of this kind; what came before it is in `seen`."""
        while True:
            each = await self.next()
            if isinstance(each, kind):
                return each

    async def next(self) -> FromServer:
        while not self._waiting:
            opcode, payload = await self.read_frame()
            assert opcode in (1, 2), f"a message, not opcode {opcode} {payload!r}"
            self._waiting.extend(decode_server(payload, self.wire))
        each = self._waiting.pop(0)
        self.seen.append(each)
        return each

    async def read_frame(self) -> tuple[int, bytes]:
        async with asyncio.timeout(self.patience_s):
            first, second = await self.reader.readexactly(2)
            size = second & 0x7F
            if size == 126:
                (size,) = struct.unpack("!H", await self.reader.readexactly(2))
            elif size == 127:
                (size,) = struct.unpack("!Q", await self.reader.readexactly(8))
            return first & 0x0F, await self.reader.readexactly(size)

    async def close_code(self) -> int:
        """The code of the server's close frame; messages before it are read away. 1006: cut without one."""
        try:
            while True:
                opcode, payload = await self.read_frame()
                if opcode == 8:
                    return int(struct.unpack("!H", payload[:2])[0])
                if opcode in (1, 2):
                    self.seen.extend(decode_server(payload, self.wire))
        except (asyncio.IncompleteReadError, ConnectionError):
            return 1006


def frame_bytes(payload: bytes, opcode: int = 2, *, first: int = 0x80, is_masked: bool = True) -> bytes:
    size, mask_bit = len(payload), 0x80 if is_masked else 0
    if size < 126:
        head = struct.pack("!BB", first | opcode, mask_bit | size)
    elif size < 65_536:
        head = struct.pack("!BBH", first | opcode, mask_bit | 126, size)
    else:
        head = struct.pack("!BBQ", first | opcode, mask_bit | 127, size)
    # A mask of zeroes is a mask: the payload stays readable.
    return head + (bytes(4) if is_masked else b"") + payload


async def shake_hands(
    port: int,
    *,
    headers: Sequence[tuple[str, str]] = (),
    protocol: str | None = SUBPROTOCOL_MSGPACK,
    target: str = "/ws",
    version: str = "13",
    key: str | None = None,
    method: str = "GET",
) -> tuple[str, asyncio.StreamReader, asyncio.StreamWriter]:
    """The answer's head, and the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = [f"{method} {target} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade"]
    lines += [f"Sec-WebSocket-Version: {version}"]
    lines += [f"Sec-WebSocket-Key: {key or base64.b64encode(os.urandom(16)).decode()}"]
    lines += [f"Sec-WebSocket-Protocol: {protocol}"] if protocol else []
    lines += [f"{name}: {value}" for name, value in headers]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    async with asyncio.timeout(WAIT_S):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    return head, reader, writer


@contextlib.asynccontextmanager
async def open_raw(port: int, wire: Format = "msgpack") -> AsyncIterator[Raw]:
    """A socket that has shaken hands and said nothing yet."""
    head, reader, writer = await shake_hands(port, protocol=f"shangke.v1.{wire}")
    assert head.startswith("HTTP/1.1 101"), head
    try:
        yield Raw(reader, writer, wire)
    finally:
        writer.transport.abort()
