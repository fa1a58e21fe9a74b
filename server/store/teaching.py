"""A school as its visitors see it: who may enter, and who teaches there (R42)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from protocol.ids import AccountId, SchoolId
from server.store.pool import Reader, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitedSchool:
    """`may_enter`: the account is certified there, teaches there, or there is no cloud (R20, R27)."""

    id: SchoolId
    name: str
    introduction: str
    has_cloud: bool
    has_moocs: bool
    may_enter: bool
    n_teachers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Teacher:
    account: AccountId
    name: str
    title: str


async def select_school(db: Reader, school: SchoolId, account: AccountId) -> VisitedSchool | None:
    row = await db.fetchrow(
        """
        SELECT id, name, introduction, has_cloud,
               EXISTS (SELECT FROM course
                        WHERE course.school_id = school.id AND kind = 'mooc' AND state = 'published') AS has_moocs,
               NOT has_cloud
               OR EXISTS (SELECT FROM certification
                           WHERE certification.school_id = school.id AND account_id = $2 AND state = 'certified')
               OR EXISTS (SELECT FROM school_staff
                           WHERE school_staff.school_id = school.id AND account_id = $2) AS may_enter,
               (SELECT count(*) FROM school_staff
                 WHERE school_staff.school_id = school.id AND role = 'teacher') AS n_teachers
          FROM school
         WHERE id = $1
        """,
        school,
        account,
    )
    return VisitedSchool(**row) if row else None


async def select_teachers(db: Reader, school: SchoolId, after_name: str, after: str, limit: int) -> list[Teacher]:
    """All teachers of the school, by name."""
    rows = await db.fetch(
        """
        SELECT account.id AS account, account.name, staff.title
          FROM school_staff AS staff
          JOIN account ON account.id = staff.account_id
         WHERE staff.school_id = $1 AND staff.role = 'teacher' AND account.state = 'active'
           AND (account.name, account.id::text) > ($2, $3)
         ORDER BY account.name, account.id
         LIMIT $4
        """,
        school,
        after_name,
        after,
        limit,
    )
    return [Teacher(**row) for row in rows]


async def upsert_teacher(tx: Tx, school: SchoolId, account: AccountId, title: str) -> None:
    """Who teaches there already gets the new title."""
    await tx.execute(
        """
        INSERT INTO school_staff (school_id, account_id, role, title)
        VALUES ($1, $2, 'teacher', $3)
            ON CONFLICT (school_id, account_id, role) DO UPDATE
           SET title = excluded.title
        """,
        school,
        account,
        title,
    )


async def delete_teacher(tx: Tx, school: SchoolId, account: AccountId) -> bool:
    """False: nobody who teaches there."""
    status = await tx.execute(
        "DELETE FROM school_staff WHERE school_id = $1 AND account_id = $2 AND role = 'teacher'", school, account
    )
    return status == "DELETE 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTeacher:
    """A teacher as the school's admins see them. `phone` is whole: mask it before it leaves the server."""

    account: AccountId
    name: str
    phone: str | None = field(repr=False)
    title: str
    n_courses: int
    added_at: datetime


async def select_kept_teachers(
    db: Reader, school: SchoolId, after_name: str, after: str, limit: int, one: AccountId | None = None
) -> list[KeptTeacher]:
    """All teachers of the school, or `one` of them, by name; those with a closed account too."""
    rows = await db.fetch(
        """
        SELECT account.id AS account, account.name, phone.subject AS phone, staff.title, staff.added_at,
               (SELECT count(*)
                  FROM course_teacher AS teacher
                  JOIN course ON course.id = teacher.course_id
                 WHERE teacher.account_id = account.id AND course.school_id = $1) AS n_courses
          FROM school_staff AS staff
          JOIN account ON account.id = staff.account_id
          LEFT JOIN identity AS phone ON phone.account_id = account.id AND phone.provider = 'phone'
         WHERE staff.school_id = $1 AND staff.role = 'teacher' AND ($5::text IS NULL OR account.id = $5)
           AND (account.name, account.id::text) > ($2, $3)
         ORDER BY account.name, account.id
         LIMIT $4
        """,
        school,
        after_name,
        after,
        limit,
        one,
    )
    return [KeptTeacher(**row) for row in rows]


async def update_introduction(tx: Tx, school: SchoolId, introduction: str) -> None:
    await tx.execute("UPDATE school SET introduction = $2 WHERE id = $1", school, introduction)


async def select_schools_taught(db: Reader, account: AccountId) -> list[tuple[SchoolId, str]]:
    """Where the account may open courses."""
    rows = await db.fetch(
        """
        SELECT school.id, school.name
          FROM school_staff AS staff
          JOIN school ON school.id = staff.school_id
         WHERE staff.account_id = $1 AND staff.role = 'teacher'
         ORDER BY school.name
        """,
        account,
    )
    return [(row["id"], row["name"]) for row in rows]
