"""The courseware tree of a run, as its page shows it and its teachers write it. Studying it is `study_units`'."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from protocol.courses import RunId, UnitContent, UnitId, UnitLevel
from protocol.ids import AccountId, FileId
from server.store.pool import Reader, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredUnit:
    id: UnitId
    run: RunId
    parent: UnitId | None
    level: UnitLevel
    title: str
    kind: UnitContent | None
    file: FileId | None
    file_name: str | None
    file_type: str | None
    text: str | None
    duration_ms: int | None
    is_published: bool


async def select_tree(db: Reader, run: RunId) -> list[StoredUnit]:
    """All of it, drafts too: chapters, then lessons, then units, each by position."""
    rows = await db.fetch(
        """
        SELECT unit.id, unit.run_id AS run, unit.parent_id AS parent, unit.level, unit.title, unit.kind,
               unit.file_id AS file, file.name AS file_name, file.content_type AS file_type, unit.text,
               unit.duration_ms, unit.is_published
          FROM unit
          LEFT JOIN course_file AS file ON file.id = unit.file_id
         WHERE unit.run_id = $1
         ORDER BY array_position(ARRAY['chapter', 'lesson', 'unit'], unit.level), unit.position, unit.id
        """,
        run,
    )
    return [StoredUnit(**row) for row in rows]


async def lock_unit(tx: Tx, unit: UnitId, teacher: AccountId) -> StoredUnit | None:
    """Holds its run's whole tree for a change, so that positions stay in order; None: not this teacher's."""
    row = await tx.fetchrow(
        """
        SELECT unit.id, unit.run_id AS run, unit.parent_id AS parent, unit.level, unit.title, unit.kind,
               unit.file_id AS file, file.name AS file_name, file.content_type AS file_type, unit.text,
               unit.duration_ms, unit.is_published
          FROM unit
          JOIN run ON run.id = unit.run_id
          JOIN course_teacher AS teacher ON teacher.course_id = run.course_id
          LEFT JOIN course_file AS file ON file.id = unit.file_id
         WHERE unit.id = $1 AND teacher.account_id = $2
           FOR NO KEY UPDATE OF run
        """,
        unit,
        teacher,
    )
    return StoredUnit(**row) if row else None


async def select_level(tx: Tx, run: RunId, unit: UnitId) -> UnitLevel | None:
    """The level of a node of this run's tree."""
    level: UnitLevel | None = await tx.fetchval("SELECT level FROM unit WHERE id = $1 AND run_id = $2", unit, run)
    return level


async def select_file_type(tx: Tx, run: RunId, file: FileId) -> str | None:
    """The type of a whole file of this run's course, which stays one until the end of this transaction; another
    course's is none (59)."""
    found: str | None = await tx.fetchval(
        """
        SELECT file.content_type
          FROM course_file AS file
          JOIN run ON run.course_id = file.course_id
         WHERE file.id = $2 AND run.id = $1 AND file.state = 'active'
           FOR SHARE OF file
        """,
        run,
        file,
    )
    return found


async def count_units(tx: Tx, run: RunId) -> int:
    n: int = await tx.fetchval("SELECT count(*) FROM unit WHERE run_id = $1", run)
    return n


async def insert_unit(tx: Tx, unit: StoredUnit, now: datetime) -> None:
    """As its parent's last."""
    await tx.execute(
        """
        INSERT INTO unit (id, run_id, parent_id, level, position, title, kind, file_id, text, duration_ms,
                          is_published, updated_at)
        SELECT $1, $2::text, $3::text, $4, coalesce(max(position), 0) + 1, $5, $6, $7, $8, $9, $10, $11
          FROM unit
         WHERE run_id = $2 AND parent_id IS NOT DISTINCT FROM $3
        """,
        unit.id,
        unit.run,
        unit.parent,
        unit.level,
        unit.title,
        unit.kind,
        unit.file,
        unit.text,
        unit.duration_ms,
        unit.is_published,
        now,
    )


async def update_unit(tx: Tx, unit: StoredUnit, now: datetime) -> None:
    await tx.execute(
        """
        UPDATE unit
           SET title = $2, file_id = $3, text = $4, duration_ms = $5, is_published = $6, updated_at = $7
         WHERE id = $1
        """,
        unit.id,
        unit.title,
        unit.file,
        unit.text,
        unit.duration_ms,
        unit.is_published,
        now,
    )


async def move_before(tx: Tx, unit: UnitId, sibling: UnitId) -> bool:
    """Put it before a sibling; False when that is none. The caller holds the tree."""
    status = await tx.execute(
        """
        WITH place AS (
            SELECT other.run_id, other.parent_id, other.position
              FROM unit AS moved
              JOIN unit AS other ON other.run_id = moved.run_id AND other.parent_id IS NOT DISTINCT FROM moved.parent_id
             WHERE moved.id = $1 AND other.id = $2 AND other.id <> moved.id
        )
        UPDATE unit
           SET position = CASE WHEN unit.id = $1 THEN place.position ELSE unit.position + 1 END
          FROM place
         WHERE unit.run_id = place.run_id AND unit.parent_id IS NOT DISTINCT FROM place.parent_id
           AND (unit.id = $1 OR unit.position >= place.position)
        """,
        unit,
        sibling,
    )
    return status != "UPDATE 0"


async def select_files_below(tx: Tx, unit: UnitId) -> list[FileId]:
    """The files of a node and of everything that hangs on it."""
    rows = await tx.fetch(
        """
        SELECT DISTINCT unit.file_id
          FROM unit
          LEFT JOIN unit AS parent ON parent.id = unit.parent_id
         WHERE $1 IN (unit.id, unit.parent_id, parent.parent_id) AND unit.file_id IS NOT NULL
           AND unit.run_id = (SELECT run_id FROM unit WHERE id = $1)
        """,
        unit,
    )
    return [row["file_id"] for row in rows]


async def delete_unit(tx: Tx, unit: UnitId) -> None:
    """With everything that hangs on it, and what was learned of it."""
    await tx.execute("DELETE FROM unit WHERE id = $1", unit)
