"""What the kernel knows of a socket, what it shall not do to it, and the shortest way into it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import sys
import termios
from array import array
from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Protocol

# On sockets Linux calls it SIOCOUTQ: what was written and is not acknowledged, sent or not.
OUTQ = termios.TIOCOUTQ if sys.platform == "linux" else None
NOTHING = bytes(4)  # an int of C


class Sock(Protocol):
    def fileno(self) -> int: ...
    def setsockopt(self, level: int, option: int, value: int, /) -> None: ...


def held_by_kernel(sock: Sock | None) -> int:
    """How many bytes the kernel keeps because the peer has not acknowledged them; 0 where it does not tell."""
    held = [] if sock is None else held_each(array("i", [sock.fileno()]))
    return held[0][1] if held else 0


def held_each(numbers: array[int]) -> list[tuple[int, int]]:
    """The same of many sockets by their file numbers: (place in `numbers`, bytes) of those of whom it keeps any."""
    if OUTQ is None:
        return []
    answers: list[bytes] = []
    # In C, as below.
    asked = map(fcntl.ioctl, numbers, repeat(OUTQ), repeat(NOTHING))
    while len(answers) < len(numbers):
        try:
            answers.extend(asked)
        except (OSError, ValueError):
            # It is closed.
            answers.append(NOTHING)
    if answers.count(NOTHING) == len(answers):
        return []
    return [(place, int.from_bytes(answer, sys.byteorder)) for place, answer in enumerate(answers) if answer != NOTHING]


def never_time_out(sock: Sock | None) -> None:
    """For sockets that are watched from here.

    Linux takes a peer that reads slowly for dead: as long as its window is smaller than what waits to be sent next, the
    time runs on whatever it acknowledges (`icsk_probes_tstamp`).
    """
    if sock is not None and hasattr(socket, "TCP_USER_TIMEOUT"):
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 0)


def write_to_all(numbers: array[int], data: bytes) -> list[tuple[int, int]]:
    """The same bytes to many sockets by their file numbers, past the loop, whose own way is about a tenth of what a
    delivery costs. Gives (place in `numbers`, bytes taken) of those that did not take all; never raises.

    Nothing may wait in their transports, or it would come after. None may be past its protocol's `connection_lost`: the
    number may be another's by then.
    """
    taken = written(numbers, repeat(data))
    if taken.count(len(data)) == len(taken):
        return []
    return [(place, n_taken) for place, n_taken in enumerate(taken) if n_taken != len(data)]


def write_each(numbers: array[int], messages: Sequence[bytes]) -> list[tuple[int, int]]:
    """The same with a message for each."""
    taken = written(numbers, messages)
    sizes = list(map(len, messages))
    if taken == sizes:
        return []
    return [(place, n_taken) for place, (n_taken, size) in enumerate(zip(taken, sizes, strict=True)) if n_taken != size]


def written(numbers: array[int], messages: Iterable[bytes]) -> list[int]:
    """How many bytes each took."""
    taken: list[int] = []
    # The loop is in C: after each call of the kernel a processor guesses every branch of the interpreter wrong.
    writes = map(os.write, numbers, messages)
    while len(taken) < len(numbers):
        try:
            # What came before an error stays in the list, and what comes after it in the loop.
            taken.extend(writes)
        except OSError:
            taken.append(0)
    return taken
