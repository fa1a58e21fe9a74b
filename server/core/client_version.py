"""Versions of clients, and which of them are too old to be served (R7). Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import get_args

from protocol.envelopes import ClientKind
from protocol.errors import Code, Refused

_LEAST = re.compile(r"([a-z_]{1,32})=(\d{1,6}(?:\.\d{1,6}){0,3})")
_VERSION = re.compile(r"\d{1,6}(?:\.\d{1,6}){0,3}")


def least_version(written: str) -> str:
    """Checks one `kind=version` of the setting. Raises: ValueError."""
    found = _LEAST.fullmatch(written)
    if found is None or found[1] not in get_args(ClientKind):
        raise ValueError(f"must be like app=2.4,web=0.1 with kinds of {', '.join(get_args(ClientKind))}")
    return written


def read_version(written: str) -> tuple[int, ...]:
    """`2.10.1-beta` is (2, 10, 1); what begins with no number is the oldest of all."""
    found = _VERSION.match(written)
    numbers = tuple(int(each) for each in found[0].split(".")) if found else ()
    # 2.4 and 2.4.0 are the same.
    return numbers + (0,) * (4 - len(numbers))


def check_version(least: Sequence[str], kind: ClientKind, version: str) -> None:
    """Raises Refused(UPDATE_REQUIRED) for a client older than the least version of its kind."""
    for each in least:
        of_kind, _, oldest = each.partition("=")
        if of_kind == kind and read_version(version) < read_version(oldest):
            raise Refused(Code.UPDATE_REQUIRED, data={"least": oldest})
