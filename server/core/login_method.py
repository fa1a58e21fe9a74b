"""What may be bound to an account and taken off it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from protocol.errors import Code, Refused


def check_bind(bound: Sequence[str], provider: str) -> None:
    """`bound`: the providers of the account's login methods. Raises Refused(ALREADY_BOUND): one of each kind."""
    if provider in bound:
        raise Refused(Code.ALREADY_BOUND)


def check_unbind(bound: Sequence[str], provider: str) -> None:
    """Raises Refused: NOT_BOUND; LAST_METHOD, since nobody could log in any more (R13)."""
    if provider not in bound:
        raise Refused(Code.NOT_BOUND)
    if len(bound) == 1:
        raise Refused(Code.LAST_METHOD)
