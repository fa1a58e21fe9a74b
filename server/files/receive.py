"""An upload: block by block into a file of its own, counted and hashed on the way, checked by content, then kept.

What broke off leaves a row `uploading` and a file in `incoming`, both found by `sweep`.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from starlette.requests import ClientDisconnect

from protocol.errors import Code, Refused
from protocol.ids import FileId
from server.core.file_name import clean
from server.files.content import ContentType, find_type
from server.files.image import LONGEST_EDGE, remake
from server.files.storage import Storage
from server.store import course_files, files
from server.store.files import StoredFile
from server.store.pool import Database

MOST_BYTES = 20 * 1024 * 1024
# Written together: a trip to a thread for every network packet would cost more than the writing.
BLOCK_BYTES = 256 * 1024
STALLED_S = 30.0
ABANDONED = timedelta(hours=1)
# No space, no quota, a limit on the size of files.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
FULL_RETRY_MS = 60_000

log = logging.getLogger("shangke.files")


async def receive(
    storage: Storage,
    file: FileId,
    name: str,
    pieces: AsyncIterator[bytes],
    images: asyncio.Semaphore,
    *,
    most_bytes: int = MOST_BYTES,
    find: Callable[[Path], ContentType] = find_type,
    longest_edge: int = LONGEST_EDGE,
) -> StoredFile:
    """Everything but the row. `images` bounds how many are remade at once: each may take 250 MB. `find` says which
    types are taken; images are made no wider or higher than `longest_edge`.

    Raises Refused: FILE_TOO_LARGE, as soon as it is; UPLOAD_BROKEN; FILE_TYPE; OVERLOADED, when the disk is full.
    """
    incoming = storage.incoming / file
    try:
        with room():
            await write(incoming, pieces, most_bytes)
            content = await asyncio.to_thread(find, incoming)
            if content.is_image:
                async with images:
                    await asyncio.to_thread(remake, incoming, content, longest_edge)
            size_bytes, sha256 = await asyncio.to_thread(measure, incoming)
            await storage.put(file, incoming)
    finally:
        incoming.unlink(missing_ok=True)
    default = "图片" if content.is_image else "教案"
    return StoredFile(
        id=file,
        name=clean(name, content.ending, default),
        content_type=content.name,
        size_bytes=size_bytes,
        sha256=sha256,
    )


@contextlib.contextmanager
def room() -> Iterator[None]:
    """A disk that takes no more is no fault of ours, and no reason to lose what can be sent again."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        log.error("event=disk_full why=%s", errno.errorcode[error.errno])
        raise Refused(Code.OVERLOADED, "no room", retry_after_ms=FULL_RETRY_MS) from error


async def write(target: Path, pieces: AsyncIterator[bytes], most_bytes: int = MOST_BYTES) -> None:
    """The pieces into `target`, at most a block of them in memory."""
    total, block = 0, bytearray()
    with await asyncio.to_thread(target.open, "xb") as opened:
        try:
            while True:
                async with asyncio.timeout(STALLED_S):
                    piece = await anext(pieces, None)
                if piece is None:
                    break
                total += len(piece)
                if total > most_bytes:
                    raise Refused(Code.FILE_TOO_LARGE)
                block += piece
                if len(block) >= BLOCK_BYTES:
                    await asyncio.to_thread(opened.write, bytes(block))
                    block.clear()
        except (TimeoutError, ClientDisconnect) as error:
            raise Refused(Code.UPLOAD_BROKEN, type(error).__name__) from None
        await asyncio.to_thread(opened.write, bytes(block))


def measure(file: Path) -> tuple[int, bytes]:
    """Size and SHA-256 of what is kept, which for an image is not what came. Reads the file; call it in a thread."""
    with file.open("rb") as opened:
        return file.stat().st_size, hashlib.file_digest(opened, "sha256").digest()


async def sweep(database: Database, storage: Storage, now: datetime) -> int:
    """Clear away uploads that were broken off by a crash; gives how many there were. Safe to run often."""
    stale = await files.select_stale(database, now - ABANDONED)
    of_courses = await course_files.select_stale(database, now - ABANDONED)
    for file in (*stale, *of_courses):
        await storage.delete(file)
        await files.delete_uploading(database, file)
        await course_files.delete_uploading(database, file)
    for left in list(storage.incoming.iterdir()):
        with contextlib.suppress(FileNotFoundError):
            if left.stat().st_mtime < (now - ABANDONED).timestamp():
                left.unlink()
    return len(stale) + len(of_courses)
