"""E-mail addresses: one spelling each. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import NewType

from protocol.errors import Code, Refused

# The address in lower case: no provider we know of tells two people apart by capitals.
Email = NewType("Email", str)

MOST = 254  # of characters that mail servers carry
_NAME = r"[a-z0-9](?:[a-z0-9._+-]{0,62}[a-z0-9_+-])?"
_HOST = r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}"
_ADDRESS = re.compile(f"{_NAME}@{_HOST}")


def normalise(written: str) -> Email:
    """Blanks around it, capitals and full-width letters make no difference.

    Raises Refused(BAD_EMAIL).
    """
    address = unicodedata.normalize("NFKC", written).strip().lower()
    if len(address) > MOST or ".." in address or _ADDRESS.fullmatch(address) is None:
        raise Refused(Code.BAD_EMAIL, data={"field": "email"})
    return Email(address)


def mask(email: str) -> str:
    """How an address is shown, even to its owner: `l***n@163.com`."""
    name, _, host = email.partition("@")
    return f"{name[0]}***{name[-1]}@{host}"
