"""Files: what is kept and who may have it. The bytes are `server.files`' business.

Who asks is part of every question: another classroom's file and one that is not there give the same nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from protocol.account import Role
from protocol.ids import AccountId, ClassroomId, FileId
from server.store.pool import Database, Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A whole file that may be read."""

    id: FileId
    name: str
    content_type: str
    size_bytes: int
    sha256: bytes


async def insert_uploading(
    db: Database, file: FileId, classroom: ClassroomId, account: AccountId, roles: Sequence[Role], now: datetime
) -> bool:
    """A place for a file on its way; False when the account has none of `roles` in the classroom."""
    status = await db.execute(
        """
        INSERT INTO file (id, classroom_id, account_id, name, content_type, size_bytes, sha256, state, created_at)
        SELECT $1, classroom_id, account_id, '', '', 0, '', 'uploading', $5
          FROM membership
         WHERE classroom_id = $2 AND account_id = $3 AND state = 'joined' AND role = ANY ($4::text[])
        """,
        file,
        classroom,
        account,
        list(roles),
        now,
    )
    return status == "INSERT 0 1"


async def update_size(db: Database, file: FileId, size_bytes: int) -> None:
    """It counts from now on, so that of several that are as far each sees the others."""
    await db.execute("UPDATE file SET size_bytes = $2 WHERE id = $1 AND state = 'uploading'", file, size_bytes)


async def update_active(db: Database, file: StoredFile) -> bool:
    """It is whole: uploading -> active. False when the sweep took it for broken meanwhile."""
    status = await db.execute(
        """
        UPDATE file
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
    return bool(await db.fetchval("SELECT EXISTS (SELECT FROM file WHERE id = $1 AND state = 'active')", file))


async def delete_uploading(db: Database, file: FileId) -> None:
    """It broke off: nothing was ever to be seen of it."""
    await db.execute("DELETE FROM file WHERE id = $1 AND state = 'uploading'", file)


async def select_stale(db: Reader, before: datetime) -> list[FileId]:
    """Uploads that began before `before` and never ended: for the sweep."""
    rows = await db.fetch("SELECT id FROM file WHERE state = 'uploading' AND created_at < $1", before)
    return [row["id"] for row in rows]


async def select_bytes(db: Reader, classroom: ClassroomId) -> int:
    """How much the classroom keeps, with what is about to be kept."""
    total: int = await db.fetchval(
        "SELECT coalesce(sum(size_bytes), 0)::bigint FROM file WHERE classroom_id = $1 AND state <> 'deleted'",
        classroom,
    )
    return total


async def select_readable(db: Reader, file: FileId, account: AccountId) -> StoredFile | None:
    """The file, if the account is in its classroom now, and logged in anywhere: a link dies with the last log-out."""
    row = await db.fetchrow(
        """
        SELECT file.id, file.name, file.content_type, file.size_bytes, file.sha256
          FROM file
          JOIN membership ON membership.classroom_id = file.classroom_id
          JOIN account ON account.id = membership.account_id
         WHERE file.id = $1 AND file.state = 'active'
           AND membership.account_id = $2 AND membership.state = 'joined' AND account.state = 'active'
           AND EXISTS (SELECT FROM device WHERE device.account_id = account.id AND device.expires_at > now())
        """,
        file,
        account,
    )
    return StoredFile(**row) if row else None
