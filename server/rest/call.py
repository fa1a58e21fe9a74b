"""One request, as far as a handler needs to know it: checked path and query, the caller, the body's stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from protocol.account import Role
from protocol.errors import Code, Refused
from server.rest.services import Services
from server.store import idempotency
from server.store.devices import KnownDevice
from server.store.idempotency import Claim
from server.store.pool import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`roles`: what the caller must be in the classroom that is asked about, from the table of endpoints.
    `claim`: of the request's Idempotency-Key, if it has one; `key`: that of an upload, which claims it itself."""

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
    key: str | None = None

    @property
    def device(self) -> KnownDevice:
        assert self.caller is not None, "the table lets only the logged-in come here"
        return self.caller

    def transaction(self) -> AbstractAsyncContextManager[Tx]:
        """The transaction of the request's effect. A POST's ends with `keep`."""
        return self.services.database.transaction()

    async def keep(self, tx: Tx, response: Response) -> Response:
        """Gives the same response. It is written with the effect, last in its transaction, so that the same request
        again is answered the same (see `once`). Raises Refused(UNDER_WAY)."""
        if self.claim is not None:
            await idempotency.keep(tx, self.claim, response.status_code, bytes(response.body))
        return response

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
