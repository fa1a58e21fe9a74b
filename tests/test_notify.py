"""A process tells the one who started it that it is ready, in the words of service managers."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from secrets import token_hex

import pytest

from server import notify


@pytest.mark.parametrize("is_abstract", [False, True])
def test_it_says_ready_and_stopping(is_abstract: bool, tmp_path: Path) -> None:
    address = f"@shangke-{token_hex(8)}" if is_abstract else str(tmp_path / "notify.sock")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(f"\0{address[1:]}" if is_abstract else address)
        notify.ready({notify.VARIABLE: address})
        notify.stopping({notify.VARIABLE: address})
        assert listener.recv(1024) == f"READY=1\nMAINPID={os.getpid()}".encode()
        assert listener.recv(1024) == b"STOPPING=1"


def test_nobody_listening_is_nothing_to_say() -> None:
    notify.ready({})
