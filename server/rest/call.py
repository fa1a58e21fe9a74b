"""One request, as far as a handler needs to know it: checked path and query, the caller, the body's stream."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from starlette.requests import Request

from protocol.account import Role
from protocol.errors import Code, Refused
from server.rest.services import Services
from server.store.devices import KnownDevice
from server.store.idempotency import Claim, mark_done
from server.store.pool import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`roles`: what the caller must be in the classroom that is asked about, from the table of endpoints.
    `claim`: of the request's Idempotency-Key, if it has one."""

    services: Services
    request_id: str
    now: datetime
    caller: KnownDevice | None
    roles: tuple[Role, ...]
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    request: Request = field(repr=False)
    claim: Claim | None = None

    @property
    def device(self) -> KnownDevice:
        assert self.caller is not None, "the table lets only the logged-in come here"
        return self.caller

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """The transaction of the request's effect: with it is written that the request was done (see `once`)."""
        async with self.services.database.transaction() as tx:
            yield tx
            if self.claim is not None:
                await mark_done(tx, self.claim)

    def stream(self) -> AsyncIterator[bytes]:
        """The body in pieces, unread until asked for, and without any limit of its own."""
        return self.request.stream()

    def number(self, name: str, default: int) -> int:
        """A whole number of at most nine digits from the query. Raises Refused(BAD_FIELD)."""
        given = self.query.get(name)
        if given is None:
            return default
        if not (given.isascii() and given.isdigit() and len(given) <= 9):
            raise Refused(Code.BAD_FIELD, name, data={"field": name})
        return int(given)
