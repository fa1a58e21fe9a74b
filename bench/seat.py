"""How one load connection enters a contestant and speaks there, as data.

A dialect is a few byte strings: the request, what to wait for and answer, and a template of a
publication. The load client needs to know no protocol, which keeps it cheap and fair.
"""

from __future__ import annotations

from dataclasses import dataclass

from bench.mark import make_payload

PAYLOAD_BYTES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Once `wait_for` has come, send `then`."""

    wait_for: bytes
    then: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One connection to be: where to, how to enter, and how to publish to its room."""

    port: int
    request: bytes
    steps: tuple[Step, ...]
    say: bytes
    room: int
    is_publisher: bool = False
    #: What the server asks to stay alive, and the answer.
    ping: bytes = b""
    pong: bytes = b""
    #: Its socket takes only a little, in small pieces, as behind a bad network.
    is_narrow: bool = False


UPGRADED = Step(wait_for=b"\r\n\r\n")
TEXT, BINARY = 0x81, 0x82


def client_frame(payload: bytes, opcode: int) -> bytes:
    """One whole client frame. Its mask is zero, so payload templates can be filled in afterwards."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    return bytes([opcode]) + length + b"\0\0\0\0" + payload


def upgrade_request(target: str, port: int, *more: str) -> bytes:
    """The opening handshake of a WebSocket to `target` on this machine."""
    lines = (
        f"GET {target} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Version: 13",
        f"Origin: http://127.0.0.1:{port}",
        *more,
    )
    return "\r\n".join((*lines, "", "")).encode()


def plain_seat(port: int, room: int, *, is_publisher: bool, payload_bytes: int = PAYLOAD_BYTES) -> Seat:
    """A seat where any message published is the payload itself."""
    return Seat(
        port=port,
        request=upgrade_request(f"/ws/room{room}", port),
        steps=(UPGRADED,),
        say=client_frame(make_payload(payload_bytes), BINARY),
        room=room,
        is_publisher=is_publisher,
    )


def socketio_seat(port: int, room: int, *, is_publisher: bool) -> Seat:
    """A seat at a Socket.IO server: engine.io 4 over WebSocket only, then the default namespace."""
    say = b'42["say","' + make_payload(PAYLOAD_BYTES) + b'"]'
    return Seat(
        port=port,
        request=upgrade_request(f"/socket.io/?EIO=4&transport=websocket&room=room{room}", port),
        steps=(
            UPGRADED,
            Step(wait_for=b'"sid"', then=client_frame(b"40", TEXT)),
            Step(wait_for=b'40{"sid"'),
        ),
        say=client_frame(say, TEXT),
        room=room,
        is_publisher=is_publisher,
        ping=b"\x81\x012",
        pong=client_frame(b"3", TEXT),
    )
