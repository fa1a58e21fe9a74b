"""Phone numbers: the many ways people write one, and the one way we keep it. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import NewType

from protocol.errors import Code, Refused

# E.164 with the country code of mainland China; the only numbers a text message is sent to, because codes to
# expensive foreign numbers are how one-time codes are abused for money.
Phone = NewType("Phone", str)

_SEPARATORS = re.compile(r"[\s().\-\u2010-\u2015\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9][0-9]{9})")


def normalise(written: str) -> Phone:
    """The E.164 form: spaces, hyphens, `+86`, `0086`, `86` and full-width digits make no difference.

    Raises Refused(BAD_PHONE).
    """
    found = _MOBILE.fullmatch(_SEPARATORS.sub("", unicodedata.normalize("NFKC", written)))
    if found is None:
        raise Refused(Code.BAD_PHONE, data={"field": "phone"})
    return Phone(f"+86{found[1]}")


def mask(phone: str) -> str:
    """How a number is shown, even to its owner: `138****0001`."""
    national = phone.removeprefix("+86")
    return f"{national[:3]}****{national[-4:]}"
