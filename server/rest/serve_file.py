"""Answers with a stored file that the caller may have: validators, one range at a time, headers that keep it tame."""

from __future__ import annotations

from collections.abc import Collection

from starlette.responses import Response, StreamingResponse

from server.core.byte_range import ByteRange, parse_range
from server.core.file_name import disposition
from server.rest.answer import HEADERS
from server.rest.call import Call
from server.store.files import StoredFile


async def serve_file(call: Call, stored: StoredFile, inline: Collection[str]) -> Response:
    """`inline`: the content types shown in the page; everything else is for saving."""
    headers = headers_of(stored, inline)
    if call.headers.get("if-none-match") == headers["ETag"]:
        return Response(None, 304, headers=headers)
    whole = ByteRange(start=0, end=stored.size_bytes)
    asked = call.headers.get("range")
    is_current = call.headers.get("if-range") in (None, headers["ETag"])
    part = parse_range(asked, stored.size_bytes) if asked and is_current else whole
    if part is None:
        return Response(None, 416, headers={**headers, "Content-Range": f"bytes */{stored.size_bytes}"})
    headers["Content-Length"] = str(part.end - part.start)
    if part is not whole:
        headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{stored.size_bytes}"
    status = 200 if part is whole else 206
    if call.request.method == "HEAD":
        return Response(None, status, headers=headers)
    return StreamingResponse(await call.services.storage.read(stored.id, part), status, headers=headers)


def headers_of(stored: StoredFile, inline: Collection[str]) -> dict[str, str]:
    how = "inline" if stored.content_type in inline else "attachment"
    return {
        **HEADERS,
        # The link changes every few minutes and with the reader; within it the content does not.
        "Cache-Control": "private, max-age=300, immutable",
        "Content-Type": stored.content_type,
        "Content-Disposition": disposition(how, stored.name),
        "Accept-Ranges": "bytes",
        "ETag": f'"{stored.sha256.hex()[:32]}"',
    }
