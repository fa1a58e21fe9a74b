"""Straight into the kernel: a message to each of many sockets, and what each of them took."""

from __future__ import annotations

import contextlib
import socket
from array import array

from server.edge.kernel import write_each, write_to_all

MESSAGES = [b"a frame of one's own %d" % n * 20 for n in range(5)]


def a_pair(stack: contextlib.ExitStack) -> tuple[socket.socket, socket.socket]:
    """Two ends, neither of which waits."""
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        stack.enter_context(end)
        end.setblocking(False)
    return ours, theirs


def test_who_takes_all_is_not_told_of() -> None:
    with contextlib.ExitStack() as stack:
        pairs = [a_pair(stack) for _ in range(5)]
        assert write_each(array("i", [ours.fileno() for ours, _ in pairs]), MESSAGES) == []
        assert [theirs.recv(1_000) for _, theirs in pairs] == MESSAGES
        assert write_each(array("i"), []) == []


def test_one_that_is_full_gone_or_not_to_be_written_to_stops_nobody_after_it() -> None:
    with contextlib.ExitStack() as stack:
        first, full, gone, last = (a_pair(stack) for _ in range(4))
        while True:
            try:
                full[0].send(b"x" * 65_536)
            except BlockingIOError:
                break
        gone[1].close()
        numbers = array("i", [first[0].fileno(), full[0].fileno(), -1, gone[0].fileno(), last[0].fileno()])
        assert write_each(numbers, MESSAGES) == [(1, 0), (2, 0), (3, 0)]
        assert [theirs.recv(1_000) for _, theirs in (first, last)] == [MESSAGES[0], MESSAGES[4]]


def test_what_was_taken_of_more_than_there_is_room_for_is_told() -> None:
    with contextlib.ExitStack() as stack:
        ours, theirs = a_pair(stack)
        long = b"x" * 10_000_000
        [(place, n_taken)] = write_each(array("i", [ours.fileno()]), [long])
        assert (place, 0 < n_taken < len(long)) == (0, True)
        taken = b""
        with contextlib.suppress(BlockingIOError):
            while True:
                taken += theirs.recv(1_000_000)
        assert len(taken) == n_taken


def test_the_same_to_all_goes_the_same_way() -> None:
    with contextlib.ExitStack() as stack:
        first, gone, last = (a_pair(stack) for _ in range(3))
        assert write_to_all(array("i", [first[0].fileno(), last[0].fileno()]), MESSAGES[0]) == []
        gone[1].close()
        numbers = array("i", [first[0].fileno(), -1, gone[0].fileno(), last[0].fileno()])
        assert write_to_all(numbers, MESSAGES[1]) == [(1, 0), (2, 0)]
        assert [theirs.recv(1_000) for _, theirs in (first, last)] == [MESSAGES[0] + MESSAGES[1]] * 2
