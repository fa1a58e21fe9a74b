"""WebSocket frames of the server: a header and the payload as it is. Knows nothing of what is inside."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from protocol.codec import Format, decode_server, encode

_TEXT, _BINARY = 0x81, 0x82


def frame(payload: bytes, wire: Format = "msgpack") -> bytes:
    """One unmasked, unfragmented frame: binary for msgpack, text for JSON."""
    opcode = _BINARY if wire == "msgpack" else _TEXT
    size = len(payload)
    if size < 126:
        return struct.pack("!BB", opcode, size) + payload
    if size < 65_536:
        return struct.pack("!BBH", opcode, 126, size) + payload
    return struct.pack("!BBQ", opcode, 127, size) + payload


def frame_for(wire: Format, payload: bytes) -> bytes:
    """Prepared msgpack envelopes as one frame of a connection that speaks `wire`."""
    if wire == "json":
        payload = b"".join(encode(envelope, "json") for envelope in decode_server(payload))
    return frame(payload, wire)


def unwrap(data: bytes) -> Iterator[tuple[bool, bytes]]:
    """Whether it is text, and the payload, of each of our own frames."""
    start = 0
    while start < len(data):
        opcode, size = data[start], data[start + 1]
        start += 2
        if size == 126:
            (size,) = struct.unpack_from("!H", data, start)
            start += 2
        elif size == 127:
            (size,) = struct.unpack_from("!Q", data, start)
            start += 8
        yield opcode == _TEXT, data[start : start + size]
        start += size
