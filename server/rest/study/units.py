"""A unit to be studied, and its file by a signed link, with Range."""

from __future__ import annotations

from msgspec.structs import replace
from starlette.responses import Response

from protocol.errors import Code, Refused
from protocol.ids import AccountId, FileId
from protocol.study import StudyFile, StudyUnit
from server.core.moment import millis
from server.core.progress import go_on_at
from server.files.link import check_link, make_link
from server.rest.answer import answer
from server.rest.call import Call
from server.rest.serve_file import serve_file
from server.rest.study.progress import progress_of
from server.store import progress, study_units
from server.store.files import StoredFile
from server.store.progress import UnitProgress

# Played in the page. Everything else is for saving.
PLAYED = frozenset(("video/mp4", "video/webm"))


async def show_unit(call: Call) -> Response:
    """A unit with a link to its file and where one goes on in it."""
    account = call.device.account
    async with call.services.database.snapshot() as db:
        unit = await study_units.select_unit(db, call.path["id"], account)
        if unit is None:
            raise Refused(Code.NOT_FOUND)
        stands = await progress.select_of_units(db, account, [unit.id])
        file = await study_units.select_file(db, unit.file, account) if unit.file else None
        following = await study_units.select_next(db, unit.id)
    stand = stands.get(unit.id) or UnitProgress(unit=unit.id, position_ms=0, studied_ms=0, completed_at=None)
    shown = progress_of(stand)
    return answer(
        StudyUnit(
            id=unit.id,
            run=unit.run,
            course_title=unit.course_title,
            title=unit.title,
            kind=unit.kind,
            text=unit.text,
            duration_ms=unit.duration_ms,
            file=None if file is None else file_of(call, file, account),
            progress=replace(shown, position_ms=go_on_at(unit.duration_ms, shown.position_ms)),
            next=following,
        )
    )


def file_of(call: Call, file: StoredFile, account: AccountId) -> StudyFile:
    config = call.services.config
    path, until = make_link(config.secret, file.id, account, call.now)
    return StudyFile(
        id=file.id,
        name=file.name,
        content_type=file.content_type,
        size_bytes=file.size_bytes,
        url=config.public_url + path.replace("/files/", "/files/courseware/", 1),
        expires_at=millis(until),
    )


async def download_courseware(call: Call) -> Response:
    """A course's file, by its signed link; one range at a time."""
    file = FileId(call.path["id"])
    account = check_link(call.services.config.secret, file, call.query, call.now)
    stored = await study_units.select_file(call.services.database, file, account)
    if stored is None:
        raise Refused(Code.NOT_FOUND)
    return await serve_file(call, stored, PLAYED)
