"""Uploading courseware: a video or a PDF for a course's units, by its teachers."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response

from protocol.courses import CourseId
from server.files.courseware import MOST_BYTES, find_courseware
from server.rest.answer import answer
from server.rest.call import Call
from server.rest.upload import Shelf, take_upload, uploaded
from server.store import course_files

MOST_BYTES_OF_COURSE = 50 * 1024**3


async def upload_courseware(call: Call) -> Response:
    """Upload a video or a PDF of less than 500 MB as the plain request body, named by the query's `name`."""
    shelf = shelf_of(call, CourseId(call.path["id"]))
    return answer(uploaded(await take_upload(call, shelf, most_bytes=MOST_BYTES, find=find_courseware)), 201)


def shelf_of(call: Call, course: CourseId) -> Shelf:
    """The course's files, which its teachers alone may add to."""
    db, account, now = call.services.database, call.device.account, call.now
    return Shelf(
        begin=lambda file: course_files.insert_uploading(db, file, course, account, now),
        select_bytes=partial(course_files.select_bytes, db, course),
        most_bytes_kept=MOST_BYTES_OF_COURSE,
        update_size=course_files.update_size,
        update_active=course_files.update_active,
        is_active=course_files.is_active,
        delete_uploading=course_files.delete_uploading,
    )
