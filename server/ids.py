"""Draws ids: 16 characters of chance from the system, 95 bits, so that none can be guessed from another."""

from __future__ import annotations

import os

from protocol.ids import ID_ALPHABET, ID_LENGTH

_LETTERS = ID_ALPHABET.encode()
# 248 is the greatest multiple of 62 that a byte can reach: what is above it is thrown away, so that all are as likely.
_FAIR = 248
_TABLE = bytes(_LETTERS[byte % len(_LETTERS)] for byte in range(256))
_UNFAIR = bytes(range(_FAIR, 256))


def draw_id() -> str:
    drawn = b""
    while len(drawn) < ID_LENGTH:
        # One call to the system is enough nearly always.
        drawn += os.urandom(2 * ID_LENGTH).translate(_TABLE, _UNFAIR)
    return drawn[:ID_LENGTH].decode()
