"""Files of a classroom: uploading (staff), a link for a member, and what the link opens."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response

from protocol.errors import Code, Refused
from protocol.ids import ClassroomId, FileId
from protocol.rest import FileLink
from server.core.moment import millis
from server.files.link import check_link, make_link
from server.rest.answer import answer
from server.rest.call import Call
from server.rest.serve_file import serve_file
from server.rest.upload import Shelf, take_upload, uploaded
from server.store import files

MOST_BYTES_OF_CLASSROOM = 2 * 1024**3
# Shown in the page; made anew by us, so they hold nothing but pixels. Everything else is for saving.
INLINE = frozenset(("image/jpeg", "image/png", "image/webp"))


async def upload(call: Call) -> Response:
    """Upload an image or a PDF of at most 20 MB as the plain request body, named by the query's `name`."""
    db, classroom = call.services.database, ClassroomId(call.path["id"])
    shelf = Shelf(
        begin=lambda file: files.insert_uploading(db, file, classroom, call.device.account, call.roles, call.now),
        select_bytes=partial(files.select_bytes, db, classroom),
        most_bytes_kept=MOST_BYTES_OF_CLASSROOM,
        update_size=files.update_size,
        update_active=files.update_active,
        is_active=files.is_active,
        delete_uploading=files.delete_uploading,
    )
    return answer(uploaded(await take_upload(call, shelf)), 201)


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
