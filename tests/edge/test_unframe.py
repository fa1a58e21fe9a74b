"""Messages that pass the parser by: the same messages, answers and goodbyes as through it, wherever a read ends."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
import uvicorn
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState
from websockets.utils import apply_mask

from protocol.limits import MESSAGE_BYTES
from server.edge.unframe import unframe
from server.edge.websocket import EXTENSION, SLICE_BYTES, PreparedWebSocket
from tests.edge.wire import Wire

REQUEST = (
    b"GET /ws HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
BYE, WAIT = b"close me", b"read no more"


class Parsed(PreparedWebSocket):
    """As if every read were for the parser."""

    @property
    def is_between(self) -> bool:
        return False

    @is_between.setter
    def is_between(self, value: bool) -> None:
        pass


@dataclass(slots=True)
class Heard:
    socket: PreparedWebSocket
    messages: list[tuple[bytes, bool]] = field(default_factory=list)

    def received(self, data: bytes, is_text: bool) -> None:
        self.messages.append((data, is_text))
        if data == BYE:
            self.socket.close(4400)
        if data == WAIT:
            self.socket.pause_reading()

    def paused(self) -> None: ...
    def drained(self) -> None: ...
    def lost(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    messages: list[tuple[bytes, bool]]
    said: list[bytes]
    is_closing: bool
    n_passed: int


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    socket = scope["extensions"][EXTENSION]["socket"]
    socket.take_over(Heard(socket))


CONFIG = uvicorn.Config(
    app, ws_max_size=MESSAGE_BYTES, ws_ping_interval=None, ws_per_message_deflate=False, log_config=None
)
CONFIG.load()


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    yield made
    made.close()


def converse(kind: type[PreparedWebSocket], reads: Sequence[bytes], loop: asyncio.AbstractEventLoop) -> Outcome:
    """What these reads lead to after a handshake; after a goodbye of the transport nothing is read any more."""
    wire = Wire()
    socket = kind(CONFIG, ServerState(), {}, loop)
    socket.connection_made(wire)
    socket.data_received(REQUEST)
    for _ in range(2):
        loop.run_until_complete(asyncio.sleep(0))
    wire.said.clear()
    n_passed = 0
    for read in reads:
        if wire.is_closing():
            break
        n_passed += socket.is_between and not socket.close_sent and unframe(read, MESSAGE_BYTES) is not None
        socket.data_received(read)
    if socket.close_timer is not None:
        socket.close_timer.cancel()
    assert isinstance(socket.receiver, Heard)
    return Outcome(socket.receiver.messages, wire.said, wire.is_closing(), n_passed)


def framed(payload: bytes, first: int = 0x82, mask: bytes = b"\x01\x02\x03\x04", *, width: int | None = None) -> bytes:
    """A masked frame; `width`: how many bytes its size takes, else as few as do."""
    if width is None:
        width = 0 if len(payload) < 126 else 2 if len(payload) < 65_536 else 8
    head = {
        0: struct.pack("!BB", first, 0x80 | min(len(payload), 125)),
        2: struct.pack("!BBH", first, 0xFE, len(payload)),
        8: struct.pack("!BBQ", first, 0xFF, len(payload)),
    }[width]
    return head + mask + apply_mask(payload, mask)


payloads = st.one_of(
    st.binary(max_size=12),
    st.sampled_from([BYE, WAIT, bytes(125), bytes(126), bytes(300), "课".encode(), b"\xff", bytes(SLICE_BYTES)]),
)
masks = st.binary(min_size=4, max_size=4)
plain = st.builds(framed, payloads, st.sampled_from([0x82, 0x82, 0x82, 0x81]), masks)
odd = st.one_of(
    st.builds(framed, st.binary(max_size=12), st.integers(0, 255), masks),
    st.builds(framed, st.binary(max_size=12), st.sampled_from([0x02, 0x01, 0x00, 0x80, 0x89, 0x8A]), masks),
    st.builds(framed, st.binary(max_size=125), st.sampled_from([0x82, 0x81]), masks, width=st.sampled_from([2, 8])),
    st.builds(lambda code: framed(struct.pack("!H", code), 0x88), st.sampled_from([1000, 1001, 4000, 999])),
    st.just(framed(bytes(MESSAGE_BYTES))),
    st.just(framed(bytes(MESSAGE_BYTES + 1))),
    st.just(framed(b"")),
    st.just(b"\x82\x01x"),
    st.binary(max_size=16),
)


@st.composite
def conversations(draw: st.DrawFn) -> list[bytes]:
    """Frames, mostly plain, as the reads they might arrive in."""
    frames = draw(st.lists(st.one_of(plain, plain, plain, odd), max_size=12))
    if draw(st.booleans()):
        return [frame for frame in frames if frame]
    data = b"".join(frames)
    cuts = sorted({0, len(data), *draw(st.lists(st.integers(0, len(data)), max_size=12))})
    return [data[start:end] for start, end in pairwise(cuts)]


@settings(max_examples=200, deadline=None)
@given(reads=conversations())
def test_passing_the_parser_by_changes_nothing(loop: asyncio.AbstractEventLoop, reads: list[bytes]) -> None:
    short, long = converse(PreparedWebSocket, reads, loop), converse(Parsed, reads, loop)
    assert (short.messages, short.said, short.is_closing) == (long.messages, long.said, long.is_closing)


def test_whole_messages_do_pass_it_by(loop: asyncio.AbstractEventLoop) -> None:
    """Else the property above would hold of nothing."""
    reads = [framed(b"one"), framed(b"two") + framed("三".encode(), 0x81), framed(bytes(200)), framed(b"four")]
    assert converse(PreparedWebSocket, reads, loop).n_passed == 4
    assert converse(Parsed, reads, loop).n_passed == 0
    halves = [framed(b"one"), reads[1][:7], reads[1][7:], framed(b"four")]
    assert converse(PreparedWebSocket, halves, loop).n_passed == 2
    assert converse(PreparedWebSocket, [framed(b"a", 0x02), framed(b"b", 0x82)], loop).n_passed == 0


@pytest.mark.parametrize("n_bytes", range(1, 9))
def test_a_head_that_is_not_whole_keeps_the_next_read_for_the_parser(
    loop: asyncio.AbstractEventLoop, n_bytes: int
) -> None:
    # What follows looks like a message of its own.
    inner = framed(b"inside") + bytes(100)
    outer = framed(inner, mask=bytes(4))
    reads = [outer[:n_bytes], outer[n_bytes:], framed(bytes(200))]
    assert converse(PreparedWebSocket, reads, loop).messages == [(inner, False), (bytes(200), False)]


def test_a_goodbye_right_behind_what_we_close_for_is_answered(loop: asyncio.AbstractEventLoop) -> None:
    goodbye = framed(struct.pack("!H", 1000), 0x88)
    outcome = converse(PreparedWebSocket, [framed(BYE) + goodbye], loop)
    assert outcome == Outcome([(BYE, False)], [b"\x88\x02\x03\xe8", b"closed"], True, 0)


def test_a_message_larger_than_allowed_is_left_to_the_parser() -> None:
    assert unframe(framed(bytes(200)), 200) == [(bytes(200), False)]
    assert unframe(framed(bytes(200)), 199) is None
