"""What a slow peer takes is seen in the kernel, which takes more of ours only much later."""

from __future__ import annotations

import contextlib
import socket
from array import array

from server.edge.kernel import held_by_kernel, held_each, never_time_out
from tests.harness.until import until


async def test_what_the_peer_takes_of_a_full_socket_is_seen() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        peer.connect(listener.getsockname())
        ours, _ = listener.accept()
        with ours:
            ours.setblocking(False)
            assert held_by_kernel(ours) == 0
            n_written = fill(ours)
            before = held_by_kernel(ours)
            assert 0 < before <= n_written
            for _ in range(8):
                peer.recv(4_096)
            await until(lambda: held_by_kernel(ours) < before, lambda: held_by_kernel(ours))


def test_of_many_those_are_told_of_whose_peers_have_not_taken_all() -> None:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(each) for _ in range(3) for each in socket.socketpair()]
        gone, _, unread, _, read, _ = sockets
        number = gone.fileno()
        gone.close()
        unread.send(bytes(100))
        [(place, n_bytes)] = held_each(array("i", [number, unread.fileno(), -1, read.fileno()]))
        assert (place, n_bytes >= 100) == (1, True)
        assert held_each(array("i")) == []


async def test_a_socket_that_is_gone_holds_nothing() -> None:
    with socket.socket() as closed:
        pass
    assert (held_by_kernel(closed), held_by_kernel(None)) == (0, 0)


def test_the_kernel_may_be_told_to_leave_the_judging_to_us() -> None:
    with socket.socket() as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 15_000)
        never_time_out(sock)
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 0


def fill(sock: socket.socket) -> int:
    """Write until the kernel takes no more."""
    n_written = 0
    try:
        while True:
            n_written += sock.send(bytes(65_536))
    except BlockingIOError:
        return n_written
