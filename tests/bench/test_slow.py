"""The steady stream on real sockets: a server that frames nothing says the same to all, and one of them lags."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial

from bench.load.client import connect
from bench.load.crowd import Crowd
from bench.load.orders import Connect, Laggard, Lagged, Steady
from bench.load.steady import steady
from bench.mark import make_payload
from bench.seat import Seat, Step

PAYLOAD = 2_000


class Room:
    """Says to everybody what one says, and tells a new member all that was said before.

    `forgets`: the message that it does not tell.
    """

    def __init__(self, listener: socket.socket, forgets: int | None) -> None:
        self.listener = listener
        self.forgets = forgets
        self.said: list[bytes] = []
        self.members: list[socket.socket] = []
        self.lock = threading.Lock()
        self.threads: list[threading.Thread] = []

    def begin(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work)
        self.threads.append(thread)
        thread.start()

    def welcome(self) -> None:
        with suppress(OSError):
            while True:
                self.begin(partial(self.attend, self.listener.accept()[0]))

    def attend(self, member: socket.socket) -> None:
        with member, suppress(OSError):
            with self.lock:
                self.members.append(member)
                member.sendall(b"in" + b"".join(each for n, each in enumerate(self.said) if n != self.forgets))
            pending = b""
            while data := member.recv(65_536):
                pending += data
                while len(pending) >= PAYLOAD:
                    self.tell(pending[:PAYLOAD])
                    pending = pending[PAYLOAD:]

    def tell(self, message: bytes) -> None:
        with self.lock:
            self.said.append(message)
            for each in self.members:
                with suppress(OSError):
                    each.sendall(message)


@contextmanager
def a_room(*, forgets: int | None = None) -> Iterator[int]:
    """Its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        room = Room(listener, forgets)
        room.begin(room.welcome)
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        for thread in room.threads:
            thread.join(5)


def a_seat(port: int, *, is_publisher: bool = False, is_narrow: bool = False) -> Seat:
    return Seat(
        port=port,
        request=b"",
        steps=(Step(wait_for=b"in"),),
        say=make_payload(PAYLOAD),
        room=0,
        is_publisher=is_publisher,
        is_narrow=is_narrow,
    )


def lagged(port: int, bytes_per_s: int) -> Lagged:
    crowd = Crowd()
    seats = (a_seat(port, is_publisher=True), a_seat(port))
    connect(crowd, Connect(seats=seats, in_flight=2, limit_s=5))
    laggard = Laggard(seat=a_seat(port, is_narrow=True), bytes_per_s=bytes_per_s)
    report = steady(crowd, Steady(per_s=50, for_s=0.4, laggards=(laggard,), limit_s=2))
    assert report.n_events == 20
    assert len(report.latencies_ms) == 20
    for line in crowd.lines.values():
        line.sock.close()
    (one,) = report.laggards
    return one


def test_who_reads_slowly_has_less_in_the_window_and_everything_after_it() -> None:
    with a_room() as port:
        one = lagged(port, 5_000)
    assert 0 < one.n_had < 20
    assert (one.n_owed, one.is_cut, one.n_missed, one.n_twice, one.is_in_order) == (20, False, 0, 0, True)


def test_who_reads_nothing_returns_and_is_given_everything() -> None:
    with a_room() as port:
        one = lagged(port, 0)
    assert (one.n_owed, one.n_had, one.n_missed, one.n_twice, one.is_in_order) == (20, 0, 0, 0, True)


def test_what_a_return_misses_is_counted() -> None:
    with a_room(forgets=7) as port:
        one = lagged(port, 0)
    assert (one.n_owed, one.n_missed, one.n_twice) == (20, 1, 0)
