"""Thousands of lines on two epolls. It moves bytes; what they mean is decided by the task that listens.

Sampled lines wake the client, so that their latency is true. All others are collected every tick:
a client that wakes for every delivery costs as much CPU as the server it measures.
"""

from __future__ import annotations

import select
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from time import monotonic

from bench.load.line import Line
from bench.mark import stamped
from bench.seat import Seat

RECV_BYTES = 65_536
SAMPLE_EVERY = 25
TICK_S = 0.001

Listener = Callable[[Line, bytes], None]


class CrowdError(Exception):
    """A contestant did not do what was asked of it within the limit."""


class Crowd:
    """The open lines, and those still on their way in."""

    def __init__(self) -> None:
        self._prompt = select.epoll()
        self._bulk = select.epoll()
        self._bulk_at = 0.0
        self.lines: dict[int, Line] = {}
        self.publishers: defaultdict[int, list[Line]] = defaultdict(list)
        self.n_open = 0
        #: Lines the other side closed, in the order they were noticed.
        self.cut: list[Line] = []
        self.listener: Listener = lambda _line, _data: None
        self._n_dialled = 0
        self._n_said = 0

    def dial(self, seat: Seat) -> Line:
        """Begin to connect; the line opens while `pump` runs."""
        line = Line(seat, is_sampled=self._n_dialled % SAMPLE_EVERY == 0)
        self._n_dialled += 1
        self.lines[line.sock.fileno()] = line
        self._prompt.register(line.sock, select.EPOLLOUT)
        return line

    def connect(self, seats: Iterable[Seat], *, in_flight: int, limit_s: float) -> None:
        """Open all the seats.

        Raises:
            CrowdError: when one is refused or cut, or the limit is reached.
        """
        waiting = deque(seats)
        deadline = monotonic() + limit_s
        n_wanted = len(self.lines) + len(waiting)
        while self.n_open < n_wanted:
            while waiting and len(self.lines) - self.n_open < in_flight:
                self.dial(waiting.popleft())
            self.pump(0.1)
            if self.cut:
                raise CrowdError(f"a seat was refused after {self.n_open} had opened")
            if monotonic() > deadline:
                raise CrowdError(f"{self.n_open} of {n_wanted} seats open after {limit_s} s")

    def let_go(self, line: Line) -> None:
        """No longer read it: who did this reads it, or nobody."""
        (self._prompt if line.is_sampled or not line.is_open else self._bulk).unregister(line.sock)
        del self.lines[line.sock.fileno()]
        self.n_open -= line.is_open

    def take_back(self, line: Line) -> None:
        """Read it again with the others."""
        (self._prompt if line.is_sampled else self._bulk).register(line.sock, select.EPOLLIN)
        self.lines[line.sock.fileno()] = line
        self.n_open += 1

    def pump(self, timeout_s: float) -> None:
        """Wait for the network, a tick at most, and hand what came to the listener."""
        self._take(self._prompt.poll(min(timeout_s, TICK_S)))
        if monotonic() - self._bulk_at >= TICK_S:
            self._take(self._bulk.poll(0))
            self._bulk_at = monotonic()

    def _take(self, ready: list[tuple[int, int]]) -> None:
        lines, listener, writable, failed = self.lines, self.listener, select.EPOLLOUT, select.EPOLLERR
        for fd, what in ready:
            line = lines[fd]
            if what & writable and not what & failed:
                self._knock(line)
                continue
            try:
                data = line.sock.recv(RECV_BYTES)
            except OSError:
                data = b""
            if not data:
                self._lose(line)
            elif line.is_open:
                listener(line, data)
                if line.seat.ping and line.seat.ping in data:
                    line.sock.send(line.seat.pong)
                    line.acknowledge_at_once()
            else:
                self._enter(line, data)

    def say(self, room: int, *, n_events: int, now_ns: int) -> None:
        """Publish `n_events` to a room, shared out among its publishers, one write for each."""
        publishers = self.publishers[room]
        turns: defaultdict[int, list[bytes]] = defaultdict(list)
        for _ in range(n_events):
            self._n_said += 1
            n_th = self._n_said % len(publishers)
            turns[n_th].append(stamped(publishers[n_th].seat.say, now_ns, self._n_said))
        for n_th, frames in turns.items():
            publishers[n_th].sock.sendall(b"".join(frames))
            publishers[n_th].acknowledge_at_once()

    def _knock(self, line: Line) -> None:
        if line.knock():
            self._prompt.modify(line.sock, select.EPOLLIN)
        else:
            self._lose(line)

    def _enter(self, line: Line, data: bytes) -> None:
        rest = line.enter(data)
        if not line.is_open:
            return
        self.n_open += 1
        if not line.is_sampled:
            self._prompt.unregister(line.sock)
            self._bulk.register(line.sock, select.EPOLLIN)
        if line.seat.is_publisher:
            self.publishers[line.seat.room].append(line)
        if rest:
            self.listener(line, rest)

    def _lose(self, line: Line) -> None:
        del self.lines[line.sock.fileno()]
        line.sock.close()
        self.n_open -= line.is_open
        if line.seat.is_publisher and line in self.publishers[line.seat.room]:
            self.publishers[line.seat.room].remove(line)
        self.cut.append(line)
