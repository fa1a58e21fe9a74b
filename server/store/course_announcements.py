"""公告 of a run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from protocol.courses import CourseAnnouncementId, RunId
from protocol.ids import AccountId
from server.store.pool import Reader, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnnouncement:
    id: CourseAnnouncementId
    title: str
    text: str
    author_name: str
    at: datetime
    edited_at: datetime | None


async def insert_announcement(
    tx: Tx, announcement: CourseAnnouncementId, run: RunId, author: AccountId, title: str, text: str, now: datetime
) -> None:
    await tx.execute(
        "INSERT INTO course_announcement (id, run_id, author_id, title, text, at) VALUES ($1, $2, $3, $4, $5, $6)",
        announcement,
        run,
        author,
        title,
        text,
        now,
    )


async def update_announcement(
    tx: Tx, announcement: CourseAnnouncementId, teacher: AccountId, title: str, text: str, now: datetime
) -> bool:
    """False when it is not in a course of this teacher."""
    status = await tx.execute(
        """
        UPDATE course_announcement AS announcement
           SET title = $3, text = $4, edited_at = $5
          FROM run
          JOIN course_teacher AS teacher ON teacher.course_id = run.course_id
         WHERE announcement.id = $1 AND run.id = announcement.run_id AND teacher.account_id = $2
        """,
        announcement,
        teacher,
        title,
        text,
        now,
    )
    return status == "UPDATE 1"


async def delete_announcement(tx: Tx, announcement: CourseAnnouncementId, teacher: AccountId) -> bool:
    status = await tx.execute(
        """
        DELETE FROM course_announcement AS announcement
         USING run
          JOIN course_teacher AS teacher ON teacher.course_id = run.course_id
         WHERE announcement.id = $1 AND run.id = announcement.run_id AND teacher.account_id = $2
        """,
        announcement,
        teacher,
    )
    return status == "DELETE 1"


async def select_announcements(
    db: Reader, run: RunId, before: datetime, after: str, limit: int
) -> list[StoredAnnouncement]:
    """Newest first: before `before`, or at it with an id after `after`."""
    rows = await db.fetch(
        """
        SELECT announcement.id, announcement.title, announcement.text, announcement.at, announcement.edited_at,
               shown_name(account.name, account.state) AS author_name
          FROM course_announcement AS announcement
          JOIN account ON account.id = announcement.author_id
         WHERE announcement.run_id = $1 AND announcement.at <= $2 AND (announcement.at < $2 OR announcement.id > $3)
         ORDER BY announcement.at DESC, announcement.id
         LIMIT $4
        """,
        run,
        before,
        after,
        limit,
    )
    return [StoredAnnouncement(**row) for row in rows]
