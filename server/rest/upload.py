"""An upload for whatever keeps files: its row, then the bytes, then the row whole. What breaks off leaves neither."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from protocol.errors import Code, Refused
from protocol.ids import FileId
from protocol.rest import UploadedFile
from server.files.content import ContentType, find_type
from server.files.image import LONGEST_EDGE
from server.files.receive import MOST_BYTES, receive
from server.ids import draw_id
from server.limiter import UPLOADS
from server.rest.call import Call
from server.store.files import StoredFile
from server.store.pool import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Where the file belongs. `begin` is false where the caller may not put one there; `select_bytes` is how much is
    kept there, at most `most_bytes_kept`."""

    begin: Callable[[FileId], Awaitable[bool]]
    select_bytes: Callable[[], Awaitable[int]]
    most_bytes_kept: int
    update_size: Callable[[Database, FileId, int], Awaitable[None]]
    update_active: Callable[[Database, StoredFile], Awaitable[bool]]
    is_active: Callable[[Database, FileId], Awaitable[bool]]
    delete_uploading: Callable[[Database, FileId], Awaitable[None]]


async def take_upload(
    call: Call,
    shelf: Shelf,
    *,
    most_bytes: int = MOST_BYTES,
    find: Callable[[Path], ContentType] = find_type,
    longest_edge: int = LONGEST_EDGE,
) -> StoredFile:
    """The request's body as a file of the shelf, named by the query's `name`. Raises Refused."""
    services, file = call.services, FileId(draw_id())
    check_declared(call.headers.get("content-length"), most_bytes)
    await services.limiter.take(UPLOADS, call.device.account)
    if not await shelf.begin(file):
        raise Refused(Code.NOT_FOUND)
    try:
        if await shelf.select_bytes() >= shelf.most_bytes_kept:
            raise Refused(Code.FILE_TOO_LARGE, "the quota")
        stored = await receive(
            services.storage,
            file,
            call.query.get("name", ""),
            call.stream(),
            services.images,
            most_bytes=most_bytes,
            find=find,
            longest_edge=longest_edge,
        )
        await shelf.update_size(services.database, file, stored.size_bytes)
        if await shelf.select_bytes() > shelf.most_bytes_kept:
            raise Refused(Code.FILE_TOO_LARGE, "the quota")
        if not await shelf.update_active(services.database, stored):
            raise Refused(Code.UPLOAD_BROKEN, "swept")
    except BaseException:
        # Also when the client went away and this task with it: the row must not wait for the sweep. Whoever lost the
        # database in the middle of the last commit does not know whether the file is one now.
        if not await shelf.is_active(services.database, file):
            await services.storage.delete(file)
            await shelf.delete_uploading(services.database, file)
        raise
    return stored


def check_declared(length: str | None, most_bytes: int) -> None:
    """Refuse at the earliest place what is too large by its own word; the received bytes are counted all the same."""
    if length is not None and (not length.isdigit() or len(length) > 12 or int(length) > most_bytes):
        raise Refused(Code.FILE_TOO_LARGE)


def uploaded(stored: StoredFile) -> UploadedFile:
    return UploadedFile(
        id=stored.id,
        name=stored.name,
        content_type=stored.content_type,
        size_bytes=stored.size_bytes,
        sha256=stored.sha256.hex(),
    )
