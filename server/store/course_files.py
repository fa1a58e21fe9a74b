"""Files of courses: videos, PDFs and covers. Reading the first two is `study_units`'; the bytes are `server.files`'."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from protocol.courses import CourseId
from protocol.ids import AccountId, FileId
from server.store.files import StoredFile
from server.store.pool import Database, Reader, Tx


async def insert_uploading(db: Database, file: FileId, course: CourseId, account: AccountId, now: datetime) -> bool:
    """A place for a file on its way; False when the account does not teach the course."""
    status = await db.execute(
        """
        INSERT INTO course_file (id, course_id, account_id, name, content_type, size_bytes, sha256, state, created_at)
        SELECT $1, course_id, account_id, '', '', 0, '', 'uploading', $4
          FROM course_teacher
         WHERE course_id = $2 AND account_id = $3
        """,
        file,
        course,
        account,
        now,
    )
    return status == "INSERT 0 1"


async def update_size(db: Database, file: FileId, size_bytes: int) -> None:
    """It counts from now on, so that of several that are as far each sees the others."""
    await db.execute("UPDATE course_file SET size_bytes = $2 WHERE id = $1 AND state = 'uploading'", file, size_bytes)


async def update_active(db: Database, file: StoredFile) -> bool:
    """It is whole: uploading -> active. False when the sweep took it for broken meanwhile."""
    status = await db.execute(
        """
        UPDATE course_file
           SET name = $2, content_type = $3, size_bytes = $4, sha256 = $5, state = 'active'
         WHERE id = $1 AND state = 'uploading'
        """,
        file.id,
        file.name,
        file.content_type,
        file.size_bytes,
        file.sha256,
    )
    return status == "UPDATE 1"


async def is_active(db: Reader, file: FileId) -> bool:
    return bool(await db.fetchval("SELECT EXISTS (SELECT FROM course_file WHERE id = $1 AND state = 'active')", file))


async def delete_uploading(db: Database, file: FileId) -> None:
    """It broke off: nothing was ever to be seen of it."""
    await db.execute("DELETE FROM course_file WHERE id = $1 AND state = 'uploading'", file)


async def update_deleted(tx: Tx, file: FileId) -> None:
    """active -> deleted: nothing shows it any more. The bytes are the caller's to remove, after the commit."""
    await tx.execute("UPDATE course_file SET state = 'deleted' WHERE id = $1", file)


async def update_unused(tx: Tx, files: Sequence[FileId]) -> list[FileId]:
    """active -> deleted for those that no unit of their course holds any more; the bytes are the caller's, as above.

    Locked first, since a unit that takes one up at this moment holds it: only a look after that sees the unit.
    """
    await tx.fetch("SELECT FROM course_file WHERE id = ANY ($1::text[]) ORDER BY id FOR UPDATE", list(files))
    rows = await tx.fetch(
        """
        UPDATE course_file AS file
           SET state = 'deleted'
         WHERE file.id = ANY ($1::text[])
           AND NOT EXISTS (SELECT FROM run
                             JOIN unit ON unit.run_id = run.id
                            WHERE run.course_id = file.course_id AND unit.file_id = file.id)
        RETURNING file.id
        """,
        list(files),
    )
    return [row["id"] for row in rows]


async def select_cover(db: Reader, file: FileId) -> StoredFile | None:
    """The file, if it is the cover of its course: that is for everybody."""
    row = await db.fetchrow(
        """
        SELECT file.id, file.name, file.content_type, file.size_bytes, file.sha256
          FROM course_file AS file
          JOIN course ON course.id = file.course_id AND course.cover_file_id = file.id
         WHERE file.id = $1 AND file.state = 'active'
        """,
        file,
    )
    return StoredFile(**row) if row else None


async def select_stale(db: Reader, before: datetime) -> list[FileId]:
    """Uploads that began before `before` and never ended: for the sweep."""
    rows = await db.fetch("SELECT id FROM course_file WHERE state = 'uploading' AND created_at < $1", before)
    return [row["id"] for row in rows]


async def select_bytes(db: Reader, course: CourseId) -> int:
    """How much the course keeps, with what is about to be kept."""
    total: int = await db.fetchval(
        "SELECT coalesce(sum(size_bytes), 0)::bigint FROM course_file WHERE course_id = $1 AND state <> 'deleted'",
        course,
    )
    return total
