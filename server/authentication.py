"""Whose token this is: the same question at both doors. The socket asks for many tokens at once, through the store."""

from __future__ import annotations

from protocol.errors import Code, Refused
from server.store import devices
from server.store.devices import KnownDevice
from server.store.pool import Database
from server.token import hash_token, is_token


async def authenticate(database: Database, token: str | None) -> KnownDevice:
    """The device that holds `token`, of an account that is not closed.

    Raises Refused: UNAUTHENTICATED; OVERLOADED when the book does not answer: a doubt is never a yes.
    """
    if token is None or not is_token(token):
        raise Refused(Code.UNAUTHENTICATED)
    hashed = hash_token(token)
    found = (await devices.select_by_tokens(database, [hashed])).get(hashed)
    if found is None:
        raise Refused(Code.UNAUTHENTICATED)
    return found
