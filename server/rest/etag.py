"""ETag: who holds a larger answer already is told so instead of being sent it again."""

from __future__ import annotations

import hashlib

from starlette.requests import Request
from starlette.responses import Response

from server.rest.answer import HEADERS

# Below, the headers cost as much as the body.
LEAST_BYTES = 1_024


def tagged(request: Request, response: Response) -> Response:
    """The answer with its tag, or 304 to who named the tag. Streams and small answers stay as they are."""
    is_json = response.headers.get("content-type") == "application/json"
    if request.method not in ("GET", "HEAD") or response.status_code != 200 or not is_json:
        return response
    body = bytes(response.body)
    if len(body) < LEAST_BYTES:
        return response
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if is_named(request.headers.get("if-none-match", ""), tag):
        return Response(None, 304, headers={**HEADERS, "ETag": tag})
    response.headers["ETag"] = tag
    return response


def is_named(if_none_match: str, tag: str) -> bool:
    named = {each.strip().removeprefix("W/") for each in if_none_match.split(",")}
    return tag in named or "*" in named
