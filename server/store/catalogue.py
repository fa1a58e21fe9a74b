"""The catalogue: searching MOOCs, and the cards of courses. Which grams a query means is `server.core.catalogue`'s."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from protocol.courses import CourseId, CourseKind
from protocol.ids import FileId, SchoolId
from server.core.catalogue import Sought
from server.core.run import Run
from server.store.pool import Reader, Single


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A course found, and its place among those that fit as well: the more learners the higher."""

    id: CourseId
    n_enrolled: int


# Before the first of all.
FIRST = Hit(id=CourseId(""), n_enrolled=2_147_483_647)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    id: CourseId
    kind: CourseKind
    title: str
    summary: str
    cover: FileId | None
    school: SchoolId
    school_name: str
    teachers: list[str]
    n_enrolled: int
    has_password: bool


async def plan_each(db: Single) -> None:
    """Within this transaction every query is planned for its own words: 大学 is in each course, 拓扑 in a few."""
    await db.fetchval("SELECT set_config('plan_cache_mode', 'force_custom_plan', true)")


async def select_popular(db: Reader, after: Hit, limit: int) -> list[Hit]:
    """All MOOCs, those with most learners first."""
    rows = await db.fetch(
        """
        SELECT id, n_enrolled
          FROM course
         WHERE state = 'published' AND kind = 'mooc' AND n_enrolled <= $1 AND (n_enrolled < $1 OR id > $2)
         ORDER BY n_enrolled DESC, id
         LIMIT $3
        """,
        after.n_enrolled,
        after.id,
        limit,
    )
    return [Hit(**row) for row in rows]


async def select_by_whole_title(db: Reader, sought: Sought, after: Hit, limit: int) -> list[Hit]:
    """MOOCs called just that."""
    rows = await db.fetch(
        """
        SELECT id, n_enrolled
          FROM course
         WHERE state = 'published' AND kind = 'mooc' AND n_enrolled <= $1 AND (n_enrolled < $1 OR id > $2)
           AND grams @> $4::text[] AND split_part(search, E'\n', 1) = $5
         ORDER BY n_enrolled DESC, id
         LIMIT $3
        """,
        after.n_enrolled,
        after.id,
        limit,
        list(sought.whole_title),
        sought.title,
    )
    return [Hit(**row) for row in rows]


async def select_first_by_title(db: Reader, sought: Sought, after: Hit, limit: int) -> list[Hit]:
    """As `select_by_title`, of the next thousand MOOCs alone: whole where it gives `limit`."""
    rows = await db.fetch(
        """
        SELECT id, n_enrolled
          FROM (SELECT id, n_enrolled, search
                  FROM course
                 WHERE state = 'published' AND kind = 'mooc' AND n_enrolled <= $1 AND (n_enrolled < $1 OR id > $2)
                 ORDER BY n_enrolled DESC, id
                 LIMIT 1000) AS next
         WHERE split_part(search, E'\n', 1) <> $4 AND split_part(search, E'\n', 1) LIKE ALL ($5::text[])
         ORDER BY n_enrolled DESC, id
         LIMIT $3
        """,
        after.n_enrolled,
        after.id,
        limit,
        sought.title,
        list(sought.patterns),
    )
    return [Hit(**row) for row in rows]


async def select_by_title(db: Reader, sought: Sought, after: Hit, limit: int) -> list[Hit]:
    """MOOCs with every word in their title, but for those called just that."""
    rows = await db.fetch(
        """
        SELECT id, n_enrolled
          FROM course
         WHERE state = 'published' AND kind = 'mooc' AND n_enrolled <= $1 AND (n_enrolled < $1 OR id > $2)
           AND grams @> $4::text[] AND split_part(search, E'\n', 1) <> $5
           AND split_part(search, E'\n', 1) LIKE ALL ($6::text[])
         ORDER BY n_enrolled DESC, id
         LIMIT $3
        """,
        after.n_enrolled,
        after.id,
        limit,
        list(sought.in_title),
        sought.title,
        list(sought.patterns),
    )
    return [Hit(**row) for row in rows]


async def select_first_by_people(db: Reader, sought: Sought, after: Hit, limit: int) -> list[Hit]:
    """As `select_by_people`, of the next thousand MOOCs alone: whole where it gives `limit`."""
    rows = await db.fetch(
        """
        SELECT id, n_enrolled
          FROM (SELECT id, n_enrolled, search
                  FROM course
                 WHERE state = 'published' AND kind = 'mooc' AND n_enrolled <= $1 AND (n_enrolled < $1 OR id > $2)
                 ORDER BY n_enrolled DESC, id
                 LIMIT 1000) AS next
         WHERE search LIKE ALL ($4::text[]) AND NOT split_part(search, E'\n', 1) LIKE ALL ($4::text[])
         ORDER BY n_enrolled DESC, id
         LIMIT $3
        """,
        after.n_enrolled,
        after.id,
        limit,
        list(sought.patterns),
    )
    return [Hit(**row) for row in rows]


async def select_by_people(db: Reader, sought: Sought, after: Hit, limit: int) -> list[Hit]:
    """MOOCs with every word in title, teachers and school together, but not all of them in the title."""
    rows = await db.fetch(
        """
        SELECT id, n_enrolled
          FROM course
         WHERE state = 'published' AND kind = 'mooc' AND n_enrolled <= $1 AND (n_enrolled < $1 OR id > $2)
           AND grams @> $4::text[]
           AND search LIKE ALL ($5::text[]) AND NOT split_part(search, E'\n', 1) LIKE ALL ($5::text[])
         ORDER BY n_enrolled DESC, id
         LIMIT $3
        """,
        after.n_enrolled,
        after.id,
        limit,
        list(sought.anywhere),
        list(sought.patterns),
    )
    return [Hit(**row) for row in rows]


async def select_of_school(db: Reader, school: SchoolId, kind: CourseKind, after: Hit, limit: int) -> list[Hit]:
    """The school's published courses of one kind. Whether the caller may see its SPOCs was asked before."""
    rows = await db.fetch(
        """
        SELECT id, n_enrolled
          FROM course
         WHERE school_id = $4 AND kind = $5 AND state = 'published'
           AND n_enrolled <= $1 AND (n_enrolled < $1 OR id > $2)
         ORDER BY n_enrolled DESC, id
         LIMIT $3
        """,
        after.n_enrolled,
        after.id,
        limit,
        school,
        kind,
    )
    return [Hit(**row) for row in rows]


async def select_cards(db: Reader, courses: Sequence[CourseId]) -> dict[CourseId, Card]:
    rows = await db.fetch(
        """
        SELECT course.id, course.kind, course.title, course.summary, course.cover_file_id AS cover,
               course.school_id AS school, school.name AS school_name, course.n_enrolled,
               course.password_hash IS NOT NULL AS has_password,
               ARRAY(SELECT shown_name(account.name, account.state)
                       FROM course_teacher
                       JOIN account ON account.id = course_teacher.account_id
                      WHERE course_teacher.course_id = course.id
                      ORDER BY course_teacher.position, course_teacher.added_at) AS teachers
          FROM course
          JOIN school ON school.id = course.school_id
         WHERE course.id = ANY ($1::text[])
        """,
        list(courses),
    )
    return {row["id"]: Card(**row) for row in rows}


async def select_runs(db: Reader, courses: Sequence[CourseId]) -> dict[CourseId, list[Run]]:
    """The runs of these courses, the newest first."""
    rows = await db.fetch(
        """
        SELECT course_id, id, number, starts_at, ends_at
          FROM run
         WHERE course_id = ANY ($1::text[]) AND NOT is_archived
         ORDER BY starts_at DESC, number DESC
        """,
        list(courses),
    )
    runs: dict[CourseId, list[Run]] = {course: [] for course in courses}
    for row in rows:
        run = Run(id=row["id"], number=row["number"], starts_at=row["starts_at"], ends_at=row["ends_at"])
        runs[row["course_id"]].append(run)
    return runs
