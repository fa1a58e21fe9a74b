"""One raw socket of the load client: its way in, and what it remembers of the stream it hears."""

from __future__ import annotations

import socket

from bench.seat import Seat

# What a phone at the edge of a cell takes: one window, in packets that fit the internet. Without it the kernel would
# give this machine's own sockets megabytes, and nobody here would ever be slow.
NARROW_WINDOW_BYTES = 4_096
NARROW_PACKET_BYTES = 1_400
WIDE_WINDOW_BYTES = 1 << 20


class Line:
    """A connection on its way in or open. Mutable and slotted: there are thousands."""

    __slots__ = ("is_open", "is_sampled", "n_step", "seat", "sock", "tail")

    def __init__(self, seat: Seat, *, is_sampled: bool) -> None:
        self.seat = seat
        self.is_sampled = is_sampled
        self.is_open = False
        self.n_step = 0
        self.tail = b""
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if seat.is_narrow:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW_WINDOW_BYTES)
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, NARROW_PACKET_BYTES)
        self.sock.connect_ex(("127.0.0.1", seat.port))

    def widen(self) -> None:
        """The network is good again."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WIDE_WINDOW_BYTES)

    def acknowledge_at_once(self) -> None:
        """Until something is said on it. Who says something has its kernel acknowledge later, in the hope of something
        to send along, and on loopback a late acknowledgement is made and taken while the server writes its next event.
        Contestants whose members say more would pay for that.
        """
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)

    def knock(self) -> bool:
        """Send the request once the socket is connected; False if it was refused."""
        if self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            return False
        self.sock.send(self.seat.request)
        return True

    def enter(self, data: bytes) -> bytes:
        """Take the steps that `data` allows; what came with the last one belongs to the stream, as what comes after."""
        self.tail += data
        steps = self.seat.steps
        while self.n_step < len(steps):
            step = steps[self.n_step]
            before, found, rest = self.tail.partition(step.wait_for)
            if not found:
                return b""
            if step.then:
                self.sock.send(step.then)
            self.tail = rest
            self.n_step += 1
        self.is_open = True
        self.acknowledge_at_once()
        self.tail = b""
        return before + rest
