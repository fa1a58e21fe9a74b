"""Answers: a declared struct as JSON, nothing, or a problem (RFC 9457). All of them private and not to be kept."""

from __future__ import annotations

import math
from collections.abc import Mapping

import msgspec
from starlette.responses import Response

from protocol.codec import pack_stored, to_body
from protocol.errors import Refused
from protocol.rest import Problem

# For what is data, not a page: nothing in it may run, be framed, sniffed or kept.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def answer(body: msgspec.Struct, status: int = 200) -> Response:
    return Response(
        pack_stored(to_body(body)).encode(), status, headers={**HEADERS, "Content-Type": "application/json"}
    )


def nothing() -> Response:
    return Response(None, 204, headers=HEADERS)


def problem(
    refused: Refused, request_id: str, *, status: int | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """The refusal in both languages. `why` stays inside: it is for the log."""
    wording = refused.wording
    status = status or wording.status
    extra = dict(headers or {})
    wait_s = math.ceil(refused.retry_after_ms / 1_000) if refused.retry_after_ms is not None else None
    if wait_s is not None:
        extra["Retry-After"] = str(wait_s)
    if status == 401:
        extra["WWW-Authenticate"] = "Bearer"
    if status == 413:
        # Else the server would go on reading what nobody wants.
        extra["Connection"] = "close"
    body = Problem(
        type=f"urn:shangke:problem:{refused.code}",
        title=wording.en,
        status=status,
        code=refused.code,
        zh=wording.zh,
        en=wording.en,
        retry=wording.retry,
        request_id=request_id,
        retry_after_s=wait_s,
        data=refused.data,
    )
    content = pack_stored(to_body(body)).encode()
    return Response(content, status, headers={**HEADERS, **extra, "Content-Type": "application/problem+json"})
