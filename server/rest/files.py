"""Files of a classroom: uploading (staff), a link for a member, and what the link opens."""

from __future__ import annotations

from starlette.responses import Response

from protocol.errors import Code, Refused
from protocol.ids import ClassroomId, FileId
from protocol.rest import FileLink, UploadedFile
from server.core.moment import millis
from server.files.link import check_link, make_link
from server.files.receive import MOST_BYTES, receive
from server.ids import draw_id
from server.limiter import UPLOADS
from server.rest.answer import answer
from server.rest.call import Call
from server.rest.serve_file import serve_file
from server.store import files

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
    return await serve_file(call, stored, INLINE)


def check_declared(length: str | None) -> None:
    """Refuse at the earliest place what is too large by its own word; the received bytes are counted all the same."""
    if length is not None and (not length.isdigit() or len(length) > 12 or int(length) > MOST_BYTES):
        raise Refused(Code.FILE_TOO_LARGE)
