from __future__ import annotations

import socket

from bench.load.line import Line
from bench.seat import Seat, Step


def test_what_comes_with_the_last_step_is_heard() -> None:
    """A resume brings what was missed before it says that it is complete."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        steps = (Step(wait_for=b"\r\n\r\n", then=b"hello"), Step(wait_for=b"attached"))
        seat = Seat(port=server.getsockname()[1], request=b"GET", steps=steps, say=b"", room=0)
        line = Line(seat, is_sampled=False)
        there, _ = server.accept()
        with line.sock, there:
            assert line.enter(b"HTTP/1.1 101\r\n\r\nwelcome, ") == b""
            assert not line.is_open
            assert line.enter(b"missed, attached, new") == b"welcome, missed, , new"
            assert line.is_open
