"""Tells whoever started this process that it is ready: the datagram that service managers know.

The starter names a unix socket in NOTIFY_SOCKET. systemd does (Type=notify), and so does `shangke up`.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

VARIABLE = "NOTIFY_SOCKET"


def ready(environment: Mapping[str, str] = os.environ) -> None:
    send(f"READY=1\nMAINPID={os.getpid()}", environment)


def stopping(environment: Mapping[str, str] = os.environ) -> None:
    send("STOPPING=1", environment)


def send(words: str, environment: Mapping[str, str]) -> None:
    address = environment.get(VARIABLE)
    if not address:
        return
    # A leading @ means the abstract namespace, whose names begin with a zero byte.
    name = f"\0{address[1:]}" if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(words.encode(), name)
