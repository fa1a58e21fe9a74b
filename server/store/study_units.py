"""Units as whoever studies them needs them, and their files. Who asks is part of every question: a unit that is not
there and one of a run that is not yours give the same nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from protocol.ids import AccountId, FileId
from protocol.study import UnitKind
from server.store.files import StoredFile
from server.store.pool import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class StudiedUnit:
    id: str
    run: str
    course: str
    course_title: str
    title: str
    kind: UnitKind
    text: str | None
    duration_ms: int | None
    file: FileId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnable:
    """A unit that a learner's time may be counted for, from when they enrolled."""

    id: str
    kind: UnitKind
    duration_ms: int | None
    enrolled_at: datetime


async def select_unit(db: Reader, unit: str, account: AccountId) -> StudiedUnit | None:
    """The unit, for a learner of its run or a teacher of its course. Drafts are the teachers'."""
    row = await db.fetchrow(
        """
        SELECT unit.id, unit.run_id AS run, course.id AS course, course.title AS course_title, unit.title, unit.kind,
               unit.text, unit.duration_ms, unit.file_id AS file
          FROM unit
          JOIN run ON run.id = unit.run_id
          JOIN course ON course.id = run.course_id
         WHERE unit.id = $1 AND unit.level = 'unit'
           AND (EXISTS (SELECT FROM course_teacher
                         WHERE course_teacher.course_id = course.id AND course_teacher.account_id = $2)
                OR unit.is_published
                   AND EXISTS (SELECT FROM enrollment
                                WHERE enrollment.run_id = run.id AND enrollment.account_id = $2
                                  AND enrollment.state = 'enrolled'))
        """,
        unit,
        account,
    )
    return StudiedUnit(**row) if row else None


async def select_next(db: Reader, unit: str) -> str | None:
    """The published unit after it, in the order of the tree."""
    found: str | None = await db.fetchval(
        """
        WITH ordered AS (
            SELECT unit.id, row_number() OVER (ORDER BY chapter.position, lesson.position, unit.position) AS number
              FROM unit AS asked
              JOIN unit ON unit.run_id = asked.run_id AND unit.level = 'unit'
              JOIN unit AS lesson ON lesson.id = unit.parent_id
              LEFT JOIN unit AS chapter ON chapter.id = lesson.parent_id
             WHERE asked.id = $1 AND (unit.is_published OR unit.id = asked.id)
        )
        SELECT after.id
          FROM ordered AS here
          JOIN ordered AS after ON after.number = here.number + 1
         WHERE here.id = $1
        """,
        unit,
    )
    return found


async def select_learnable(db: Reader, units: Sequence[str], account: AccountId) -> dict[str, Learnable]:
    """Those of the units that the account learns; the others are nobody's time."""
    rows = await db.fetch(
        """
        SELECT unit.id, unit.kind, unit.duration_ms, enrollment.enrolled_at
          FROM unit
          JOIN enrollment ON enrollment.run_id = unit.run_id
         WHERE unit.id = ANY ($1::text[]) AND unit.level = 'unit' AND unit.is_published
           AND enrollment.account_id = $2 AND enrollment.state = 'enrolled'
        """,
        list(units),
        account,
    )
    return {row["id"]: Learnable(**row) for row in rows}


async def select_file(db: Reader, file: FileId, account: AccountId) -> StoredFile | None:
    """A course's file, for its teachers and for the learners of a run in which a published unit holds it; while they
    are logged in anywhere."""
    row = await db.fetchrow(
        """
        SELECT file.id, file.name, file.content_type, file.size_bytes, file.sha256
          FROM course_file AS file
          JOIN account ON account.id = $2 AND account.state = 'active'
         WHERE file.id = $1 AND file.state = 'active'
           AND EXISTS (SELECT FROM device WHERE device.account_id = account.id AND device.expires_at > now())
           AND (EXISTS (SELECT FROM course_teacher AS teacher
                         WHERE teacher.course_id = file.course_id AND teacher.account_id = $2)
                OR EXISTS (SELECT FROM unit
                             JOIN run ON run.id = unit.run_id AND run.course_id = file.course_id
                             JOIN enrollment ON enrollment.run_id = run.id
                            WHERE unit.file_id = file.id AND unit.is_published
                              AND enrollment.account_id = $2 AND enrollment.state = 'enrolled'))
        """,
        file,
        account,
    )
    return StoredFile(**row) if row else None


async def is_teacher(db: Reader, run: str, account: AccountId) -> bool:
    """Whether the account teaches the run's course."""
    found: bool = await db.fetchval(
        """
        SELECT EXISTS (SELECT FROM run
                         JOIN course_teacher AS teacher ON teacher.course_id = run.course_id
                        WHERE run.id = $1 AND teacher.account_id = $2)
        """,
        run,
        account,
    )
    return found


async def is_learner(db: Reader, run: str, account: AccountId) -> bool:
    found: bool = await db.fetchval(
        """
        SELECT EXISTS (SELECT FROM enrollment WHERE run_id = $1 AND account_id = $2 AND state = 'enrolled')
        """,
        run,
        account,
    )
    return found
