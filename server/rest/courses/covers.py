"""A course's cover: set, replaced and taken away by its teachers, shown to everybody."""

from __future__ import annotations

from starlette.responses import Response

from protocol.courses import CourseId
from protocol.errors import Code, Refused
from protocol.ids import FileId
from server.files.content import find_image
from server.rest.answer import answer, nothing
from server.rest.call import Call
from server.rest.courses.files import shelf_of
from server.rest.files import INLINE
from server.rest.serve_file import serve_file
from server.rest.upload import take_upload, uploaded
from server.store import course_files, courses

# A card's width on the sharpest phones: lists hold twenty of them.
COVER_EDGE = 1_280


async def set_cover(call: Call) -> Response:
    """Upload an image of at most 20 MB as the plain request body; the one before is gone."""
    course = CourseId(call.path["id"])
    stored = await take_upload(call, shelf_of(call, course), find=find_image, longest_edge=COVER_EDGE)
    await replace_cover(call, course, stored.id)
    return answer(uploaded(stored))


async def remove_cover(call: Call) -> Response:
    """Take the cover away."""
    await replace_cover(call, CourseId(call.path["id"]), None)
    return nothing()


async def show_cover(call: Call) -> Response:
    """A course's cover, without a log-in."""
    stored = await course_files.select_cover(call.services.database, FileId(call.path["id"]))
    if stored is None:
        raise Refused(Code.NOT_FOUND)
    return await serve_file(call, stored, INLINE)


async def replace_cover(call: Call, course: CourseId, cover: FileId | None) -> None:
    async with call.transaction() as tx:
        if not await courses.lock_taught(tx, course, call.device.account):
            raise Refused(Code.NOT_FOUND)
        before = await courses.update_cover(tx, course, cover)
        if before is not None:
            await course_files.update_deleted(tx, before)
    if before is not None:
        await call.services.storage.delete(before)
