"""Idempotency-Key: a POST that is sent again, because its answer was lost, has no second effect.

Only what was done is remembered, for a day; a refused request had no effect and is judged anew. What it is answered is
written in the transaction of the effect, by `Call.keep`: where a process dies after it, the same request is answered
the same. Where it dies before, the same request is under way for two minutes, and then runs again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from protocol.errors import Code, Refused
from protocol.ids import AccountId
from server.rest.answer import HEADERS
from server.store import idempotency
from server.store.idempotency import Claim, Kept
from server.store.pool import Database

HEADER = "Idempotency-Key"
KEY_PATTERN = "^[0-9A-Za-z_-]{8,64}$"
_KEY = re.compile(KEY_PATTERN[1:-1])
UNDER_WAY_MS = 1_000


def key_of(request: Request) -> str | None:
    """Raises Refused(BAD_FIELD)."""
    key = request.headers.get(HEADER)
    if key is not None and not _KEY.fullmatch(key):
        raise Refused(Code.BAD_FIELD, HEADER, data={"field": HEADER})
    return key


def hash_of(request: Request, data: bytes) -> bytes:
    asked = f"{request.method} {request.scope['path']}?".encode() + bytes(request.scope["query_string"])
    return hashlib.sha256(hashlib.sha256(asked).digest() + data).digest()


async def once(
    db: Database, account: AccountId, key: str, request_hash: bytes, run: Callable[[Claim], Awaitable[Response]]
) -> Response:
    """`run`'s answer, or the one it gave before. Raises Refused: ID_CONFLICT, for another request with the same key;
    UNDER_WAY, while the same one runs.
    """
    claim = await idempotency.claim(db, account, key, request_hash)
    if claim is None:
        return again(await idempotency.select_kept(db, account, key), request_hash)
    try:
        response = await run(claim)
    except Exception:
        await idempotency.let_go(db, claim)
        raise
    await idempotency.keep_alone(db, claim, response.status_code, bytes(response.body))
    return response


def again(kept: Kept | None, request_hash: bytes) -> Response:
    if kept is not None and kept.request_hash != request_hash:
        raise Refused(Code.ID_CONFLICT, HEADER)
    if kept is None or kept.status is None:
        raise Refused(Code.UNDER_WAY, retry_after_ms=UNDER_WAY_MS)
    headers = dict(HEADERS) if not kept.body else {**HEADERS, "Content-Type": "application/json"}
    return Response(kept.body or None, kept.status, headers=headers)
