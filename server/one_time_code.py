"""One-time codes: six digits, kept as a keyed hash that is bound to what they are for.

It does not know how often one may be tried or sent: that is the store's, where it is counted under a lock.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Literal

from server.core.address import Address
from server.environment import Secret

Purpose = Literal["register", "login", "reset", "bind", "confirm"]

DIGITS = 6
TIME_TO_LIVE = timedelta(minutes=5)
TRIES = 5


def draw_code() -> str:
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def digest(secret: Secret, address: Address, purpose: Purpose, code: str, asker: str) -> bytes:
    """Keyed, since a million plain hashes are tried in a second; a code for another address, purpose or asker never
    fits. `asker`: the device that asked, or the nonce of a client that is not logged in; "" for one that drew none.
    """
    meant = "\0".join(("one-time code", address.subject, purpose, code.strip(), asker))
    return hmac.digest(secret.reveal().encode(), meant.encode(), hashlib.sha256)


def is_same(expected: bytes, given: bytes) -> bool:
    return hmac.compare_digest(expected, given)
