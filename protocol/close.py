"""Close codes carry policy: 4000-4499 come back, 4500-4999 stay away, 1012 come back after a random wait."""

from __future__ import annotations

from enum import IntEnum


class Close(IntEnum):
    """Why the server closed the socket. Each value's comment says what the client does next."""

    RESTART = 1012  # wait the slot given by `reconnect`, else 0-4 s, then come back
    TOO_BIG = 1009  # a message above the limit; come back, do not resend it
    BAD_MESSAGE = 4400  # not a message of this protocol; come back with back-off
    HELLO_TIMEOUT = 4408  # no hello within 10 s; come back
    STALLED = 4410  # the socket took no byte for 15 s; come back and resume
    TOO_FAST = 4429  # kept on sending above the rate; come back after `retry_after_ms`
    OVERLOADED = 4453  # the node is full; come back with back-off
    UNAUTHENTICATED = 4501  # the token is unknown or expired; log in again
    LOGGED_OUT = 4502  # this device was logged out (here or from another device)
    TOO_MANY_DEVICES = 4503  # a newer device took the place of this one
    UPDATE_REQUIRED = 4504  # this client version is no longer served; please update
    UNSUPPORTED_PROTOCOL = 4505  # the hello names a protocol version the server does not speak


def may_come_back(code: int) -> bool:
    """Whether a client may reconnect by itself after this close code (codes of the network itself: yes)."""
    return not 4500 <= code <= 4999
