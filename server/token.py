"""The token a device shows for itself: 256 random bits, of which the server keeps only the SHA-256.

Opaque on purpose: a token that says nothing can be cut off at once, and nothing in it can be forged.
"""

from __future__ import annotations

import hashlib
import re
import secrets

TOKEN_BYTES = 32
_SHAPE = re.compile(r"[0-9A-Za-z_-]{43}")


def draw_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_token(token: str) -> bytes:
    """What the store knows the token by. A plain hash is enough: nobody can guess 256 bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def is_token(text: str) -> bool:
    """Whether it looks like one of ours, so that nonsense costs no query."""
    return _SHAPE.fullmatch(text) is not None


def bearer(authorization: str | None) -> str | None:
    """The token of an `Authorization: Bearer` header."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
