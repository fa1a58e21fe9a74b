"""uvicorn's sans-I/O WebSocket with two shortcuts for our own app: prepared frames are written as they are, and
messages are handed over by a call, so that an open socket needs no task, no queue and no timer.

The app finds it as `scope["extensions"]["shangke.write"]["socket"]`. Knows frames and floods, nothing of what is said.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import struct
from typing import TYPE_CHECKING, Protocol

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State

from protocol.close import Close
from protocol.limits import MESSAGE_BYTES
from server.edge.kernel import held_by_kernel, never_time_out
from server.edge.unframe import is_between_messages, is_utf8, unframe

if TYPE_CHECKING:
    from uvicorn._types import ASGIReceiveEvent

EXTENSION = "shangke.write"
# What is parsed before the floods are counted again; a read may bring 256 KiB, which is 40,000 empty frames.
SLICE_BYTES = 4 * 1024
FRAGMENTS = 64
CONTROLS_PER_S = 10
CONTROL_BURST = 50
# How long the peer has to answer our close frame before its socket is cut.
GOODBYE_S = 3.0
# More unsent than this: the peer would not read a goodbye within its time.
GOODBYE_BYTES = 64 * 1024

log = logging.getLogger("shangke.socket")


class Receiver(Protocol):
    """Who takes a socket over. Called in the loop; must neither wait nor raise."""

    def received(self, data: bytes, is_text: bool) -> None:
        """One whole message."""

    def paused(self) -> None:
        """Bytes wait in the transport. Called within `write`."""

    def drained(self) -> None:
        """None wait any more."""

    def lost(self) -> None:
        """The socket is gone. Called once, last."""


class Nowhere(asyncio.Queue["ASGIReceiveEvent"]):
    """Stands in for the queue nobody reads any more: a real one costs 2 KiB a socket."""

    def put_nowait(self, item: ASGIReceiveEvent) -> None:
        pass


NOWHERE = Nowhere()


class PreparedWebSocket(WebSocketsSansIOProtocol):
    receiver: Receiver | None = None
    n_fragments = 0
    n_controls = 0.0
    controls_at = 0.0
    # Whether the parser holds nothing, so that whole messages may pass it by.
    is_between = False

    # What the app calls

    def take_over(self, receiver: Receiver) -> None:
        """From here on messages go to `receiver` and the app's coroutine may end. Only after `websocket.accept`."""
        self.receiver = receiver
        # So that whatever the kernel does not take at once is told: until then others write past the transport.
        self.transport.set_write_buffer_limits(high=0)
        never_time_out(self.transport.get_extra_info("socket"))
        queue, self.queue = self.queue, NOWHERE
        # Nobody needs the handshake any more, and it is half of an idle socket's memory.
        del self.scope, self.request, self.response
        self.conn.events.clear()
        while not queue.empty():
            message = queue.get_nowait()
            if message["type"] == "websocket.receive":
                text = message.get("text")
                data = message.get("bytes")
                receiver.received(data if data is not None else (text or "").encode(), data is None)
        if self.disconnected:
            receiver.lost()
        elif self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.is_between = is_between_messages(self.conn)

    @property
    def number(self) -> int:
        """Of the socket, unless what is written has to be enciphered."""
        sock = self.transport.get_extra_info("socket")
        return -1 if sock is None or self.transport.get_extra_info("sslcontext") is not None else int(sock.fileno())

    def write(self, data: bytes) -> None:
        """Nobody writes after `close` or `lost`."""
        self.transport.write(data)

    def unsent(self) -> int:
        return 0 if self.disconnected else self.transport.get_write_buffer_size()

    def untaken(self) -> int:
        if self.disconnected:
            return 0
        return self.transport.get_write_buffer_size() + held_by_kernel(self.transport.get_extra_info("socket"))

    def close(self, code: int) -> None:
        """Say goodbye; cut the socket if the peer does not answer, at once if it would not even read it."""
        if self.close_sent or self.disconnected or self.conn.state is not State.OPEN:
            # In the last case the peer's own goodbye was in this read; it is answered next.
            return
        if self.transport.get_write_buffer_size() > GOODBYE_BYTES:
            self.close_sent = True
            self.cut()
            return
        self.conn.send_close(code)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.resume_reading()
        self.close_timer = self.loop.call_later(GOODBYE_S, self.cut)

    def cut(self) -> None:
        """Without linger the kernel would keep what it holds, megabytes at times, for as long as the peer does."""
        sock = self.transport.get_extra_info("socket")
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def pause_reading(self) -> None:
        if not self.read_paused and not self.disconnected and not self.close_sent:
            self.read_paused = True
            self.transport.pause_reading()

    def resume_reading(self) -> None:
        if self.read_paused and not self.disconnected:
            self.read_paused = False
            self.transport.resume_reading()

    # What the loop and uvicorn call

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            # The task that runs the app starts in the next turn of the loop, so it sees this.
            self.scope["extensions"][EXTENSION] = {"socket": self}

    def data_received(self, data: bytes) -> None:
        if len(data) > SLICE_BYTES:
            for start in range(0, len(data), SLICE_BYTES):
                self.data_received(data[start : start + SLICE_BYTES])
                if self.transport.is_closing():
                    return
            return
        messages = unframe(data, MESSAGE_BYTES) if self.is_between and not self.close_sent else None
        if messages is not None and self.receiver is not None:
            for n_th, (message, is_text) in enumerate(messages):
                # Nothing is taken from who was sent away for the one before.
                if n_th and (self.close_sent or self.transport.is_closing()):
                    return
                self.receiver.received(message, is_text)
            return
        super().data_received(data)
        if self.receiver is not None:
            self.is_between = is_between_messages(self.conn)

    def handle_events(self) -> None:
        if not self.handshake_complete:
            super().handle_events()
            return
        for event in self.conn.events_received():
            assert isinstance(event, Frame), "after the handshake come frames"
            if self.transport.is_closing():
                return
            self.handle_frame(event)

    def handle_frame(self, frame: Frame) -> None:
        match frame.opcode:
            case Opcode.BINARY:
                self.n_fragments = 0
                self.handle_bytes(frame)
            case Opcode.TEXT:
                self.n_fragments = 0
                self.handle_text(frame)
            case Opcode.CONT:
                self.n_fragments += 1
                if self.n_fragments > FRAGMENTS:
                    self.refuse_flood()
                else:
                    self.handle_cont(frame)
            case Opcode.CLOSE:
                self.handle_close(frame)
            case _:
                if self.is_control_flood():
                    self.refuse_flood()
                elif frame.opcode is Opcode.PING:
                    self.handle_ping()

    def is_control_flood(self) -> bool:
        now = self.loop.time()
        self.n_controls = max(0.0, self.n_controls - (now - self.controls_at) * CONTROLS_PER_S) + 1
        self.controls_at = now
        return self.n_controls > CONTROL_BURST

    def refuse_flood(self) -> None:
        """Unlike `close` this stops parsing at once: waiting for an answer would mean reading on."""
        self.conn.fail(Close.TOO_FAST)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.transport.close()

    def send_receive_event_to_app(self) -> None:
        receiver = self.receiver
        if receiver is None:
            super().send_receive_event_to_app()
            return
        data = self.frames[0] if len(self.frames) == 1 else b"".join(self.frames)
        self.frames = []
        if self.close_sent:
            return
        is_text = self.curr_msg_data_type == "text"
        if is_text and not is_utf8(data):
            self.conn.fail(1007)
            self.handle_parser_exception()
            return
        receiver.received(bytes(data), is_text)

    def pause_writing(self) -> None:
        if self.receiver is None:
            super().pause_writing()
        else:
            self.receiver.paused()

    def resume_writing(self) -> None:
        if self.receiver is None:
            super().resume_writing()
        else:
            self.receiver.drained()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.receiver is not None:
            self.receiver.lost()

    async def run_asgi(self) -> None:
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except Exception:
            log.exception("event=app_failed")
            self.send_500_response()
        if self.receiver is None and self.close_timer is None:
            self.transport.close()
