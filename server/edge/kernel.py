"""What the kernel knows of a socket and Python does not ask."""

from __future__ import annotations

import fcntl
import struct
import sys
import termios
from typing import Protocol

# On sockets Linux calls it SIOCOUTQ: what was written and is not acknowledged, sent or not.
OUTQ = termios.TIOCOUTQ if sys.platform == "linux" else None


class HasDescriptor(Protocol):
    def fileno(self) -> int: ...


def held_by_kernel(sock: HasDescriptor | None) -> int:
    """How many bytes the kernel keeps because the peer has not acknowledged them; 0 where it does not tell."""
    if sock is None or OUTQ is None:
        return 0
    try:
        return int(struct.unpack("i", fcntl.ioctl(sock.fileno(), OUTQ, bytes(4)))[0])
    except (OSError, ValueError):
        # It is closed.
        return 0
