"""Draws ids: 16 characters of chance from the system, 95 bits, so that none can be guessed from another."""

from __future__ import annotations

import secrets

from protocol.ids import ID_ALPHABET, ID_LENGTH


def draw_id() -> str:
    return "".join(secrets.choice(ID_ALPHABET) for _ in range(ID_LENGTH))
