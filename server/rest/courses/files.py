"""Uploading courseware: a video or a PDF for a course's units, by its teachers."""

from __future__ import annotations

from starlette.responses import Response

from protocol.courses import CourseId
from protocol.errors import Code, Refused
from protocol.ids import FileId
from protocol.rest import UploadedFile
from server.files.courseware import MOST_BYTES, find_courseware
from server.files.receive import receive
from server.ids import draw_id
from server.limiter import UPLOADS
from server.rest.answer import answer
from server.rest.call import Call
from server.store import course_files

MOST_BYTES_OF_COURSE = 50 * 1024**3


async def upload_courseware(call: Call) -> Response:
    """Upload a video or a PDF of less than 500 MB as the plain request body, named by the query's `name`."""
    services, account = call.services, call.device.account
    course, file = CourseId(call.path["id"]), FileId(draw_id())
    check_declared(call.headers.get("content-length"))
    await services.limiter.take(UPLOADS, account)
    if not await course_files.insert_uploading(services.database, file, course, account, call.now):
        raise Refused(Code.NOT_FOUND)
    try:
        if await course_files.select_bytes(services.database, course) > MOST_BYTES_OF_COURSE:
            raise Refused(Code.FILE_TOO_LARGE, "the course's quota")
        name = call.query.get("name", "")
        stored = await receive(
            services.storage, file, name, call.stream(), services.images, most_bytes=MOST_BYTES, find=find_courseware
        )
        if not await course_files.update_active(services.database, stored):
            raise Refused(Code.UPLOAD_BROKEN, "swept")
    except BaseException:
        # Also when the client went away and this task with it: the row must not wait for the sweep.
        await services.storage.delete(file)
        await course_files.delete_uploading(services.database, file)
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


def check_declared(length: str | None) -> None:
    """Refuse at the earliest place what is too large by its own word; the received bytes are counted all the same."""
    if length is not None and (not length.isdigit() or len(length) > 12 or int(length) > MOST_BYTES):
        raise Refused(Code.FILE_TOO_LARGE)
