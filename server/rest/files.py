"""Files of a classroom: uploading (staff), a link for a member, and what the link opens."""

from __future__ import annotations

from starlette.responses import Response, StreamingResponse

from protocol.errors import Code, Refused
from protocol.ids import ClassroomId, FileId
from protocol.rest import FileLink, UploadedFile
from server.core.byte_range import ByteRange, parse_range
from server.core.file_name import disposition
from server.core.moment import millis
from server.files.link import check_link, make_link
from server.files.receive import MOST_BYTES, receive
from server.ids import draw_id
from server.limiter import UPLOADS
from server.rest.answer import HEADERS, answer
from server.rest.call import Call
from server.store import files
from server.store.files import StoredFile

MOST_BYTES_OF_CLASSROOM = 2 * 1024**3
# Shown in the page; made anew by us, so they hold nothing but pixels. Everything else is for saving.
INLINE = frozenset(("image/jpeg", "image/png", "image/webp"))


async def upload(call: Call) -> Response:
    """Upload an image or a PDF of at most 20 MB as the plain request body, named by the query's `name`."""
    services, account = call.services, call.device.account
    classroom, file = ClassroomId(call.path["id"]), FileId(draw_id())
    check_declared(call.headers.get("content-length"))
    await services.limiter.take(UPLOADS, account)
    if not await files.insert_uploading(services.database, file, classroom, account, call.roles, call.now):
        raise Refused(Code.NOT_FOUND)
    try:
        if await files.select_bytes(services.database, classroom) > MOST_BYTES_OF_CLASSROOM:
            raise Refused(Code.FILE_TOO_LARGE, "the classroom's quota")
        stored = await receive(services.storage, file, call.query.get("name", ""), call.stream(), services.images)
        if not await files.update_active(services.database, stored):
            raise Refused(Code.UPLOAD_BROKEN, "swept")
    except BaseException:
        # Also when the client went away and this task with it: the row must not wait for the sweep.
        await services.storage.delete(file)
        await files.delete_uploading(services.database, file)
        raise
    return answer(
        UploadedFile(
            id=file,
            name=stored.name,
            content_type=stored.content_type,
            size_bytes=stored.size_bytes,
            sha256=stored.sha256.hex(),
        ),
        201,
    )


async def make_file_link(call: Call) -> Response:
    """A link to the file that works without a token for at most five minutes."""
    file, account = FileId(call.path["id"]), call.device.account
    if await files.select_readable(call.services.database, file, account) is None:
        raise Refused(Code.NOT_FOUND)
    config = call.services.config
    path, until = make_link(config.secret, file, account, call.now)
    return answer(FileLink(url=config.public_url + path, expires_at=millis(until)))


async def download(call: Call) -> Response:
    """The file itself, by its signed link; one range at a time."""
    file = FileId(call.path["id"])
    account = check_link(call.services.config.secret, file, call.query, call.now)
    stored = await files.select_readable(call.services.database, file, account)
    if stored is None:
        raise Refused(Code.NOT_FOUND)
    headers = headers_of(stored)
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
    return StreamingResponse(await call.services.storage.read(file, part), status, headers=headers)


def headers_of(stored: StoredFile) -> dict[str, str]:
    how = "inline" if stored.content_type in INLINE else "attachment"
    return {
        **HEADERS,
        # The link changes every few minutes and with the reader; within it the content does not.
        "Cache-Control": "private, max-age=300, immutable",
        "Content-Type": stored.content_type,
        "Content-Disposition": disposition(how, stored.name),
        "Accept-Ranges": "bytes",
        "ETag": f'"{stored.sha256.hex()[:32]}"',
    }


def check_declared(length: str | None) -> None:
    """Refuse at the earliest place what is too large by its own word; the received bytes are counted all the same."""
    if length is not None and (not length.isdigit() or len(length) > 12 or int(length) > MOST_BYTES):
        raise Refused(Code.FILE_TOO_LARGE)
