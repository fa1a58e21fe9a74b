"""Where a one-time code can be sent: a phone number or an e-mail address, in the one way we keep it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from server.core import email, phone

AddressKind = Literal["phone", "email"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """`subject` is an identity's; it may not come into a log, so it has no repr."""

    provider: AddressKind
    subject: str = field(repr=False)


def phone_address(written: str) -> Address:
    """Raises Refused(BAD_PHONE)."""
    return Address(provider="phone", subject=phone.normalise(written))


def email_address(written: str) -> Address:
    """Raises Refused(BAD_EMAIL)."""
    return Address(provider="email", subject=email.normalise(written))


def read_address(provider: AddressKind, written: str) -> Address:
    """Raises Refused: BAD_PHONE, BAD_EMAIL."""
    return phone_address(written) if provider == "phone" else email_address(written)


def mask(provider: str, subject: str) -> str:
    """How an identity is shown to its owner. What another's service calls somebody means nothing to people."""
    if provider == "phone":
        return phone.mask(subject)
    return email.mask(subject) if provider == "email" else ""
