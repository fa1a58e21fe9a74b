"""Schools (学校云): finding one, who its admins are, its certification code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from protocol.ids import AccountId, SchoolId
from protocol.schools import School
from server.store.pool import Reader, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Administered:
    """A school as its admins see it."""

    id: SchoolId
    name: str
    has_cloud: bool
    certification_code: str | None = field(repr=False)
    n_entries: int
    n_certified: int


def contains(text: str) -> str:
    """The LIKE pattern of texts with `text` in them; its own % and _ mean themselves."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


async def is_name(db: Reader, text: str) -> bool:
    return bool(await db.fetchval("SELECT EXISTS (SELECT FROM school WHERE name = $1)", text))


async def insert_school(tx: Tx, school: SchoolId, name: str, has_cloud: bool, code: str | None) -> None:
    await tx.execute(
        "INSERT INTO school (id, name, has_cloud, certification_code) VALUES ($1, $2, $3, $4)",
        school,
        name,
        has_cloud,
        code,
    )


async def insert_admin(tx: Tx, school: SchoolId, account: AccountId) -> None:
    await tx.execute(
        """
        INSERT INTO school_staff (school_id, account_id, role)
        VALUES ($1, $2, 'admin')
            ON CONFLICT DO NOTHING
        """,
        school,
        account,
    )


async def select_schools(db: Reader, query: str, after: str, limit: int) -> list[School]:
    """Schools with `query` in their name, by name, from behind the name `after`."""
    rows = await db.fetch(
        """
        SELECT id, name, has_cloud
          FROM school
         WHERE name ILIKE $1 AND name > $2
         ORDER BY name
         LIMIT $3
        """,
        contains(query),
        after,
        limit,
    )
    return [School(id=row["id"], name=row["name"], has_cloud=row["has_cloud"]) for row in rows]


async def is_admin(db: Reader, school: SchoolId, account: AccountId) -> bool:
    found: bool = await db.fetchval(
        "SELECT EXISTS (SELECT FROM school_staff WHERE school_id = $1 AND account_id = $2 AND role = 'admin')",
        school,
        account,
    )
    return found


async def select_administered(db: Reader, account: AccountId) -> list[Administered]:
    rows = await db.fetch(
        """
        SELECT school.id, school.name, school.has_cloud, school.certification_code,
               (SELECT count(*) FROM roster_entry WHERE school_id = school.id) AS n_entries,
               (SELECT count(*) FROM certification WHERE school_id = school.id AND state = 'certified') AS n_certified
          FROM school_staff AS staff
          JOIN school ON school.id = staff.school_id
         WHERE staff.account_id = $1 AND staff.role = 'admin'
         ORDER BY school.name
        """,
        account,
    )
    return [Administered(**row) for row in rows]


async def lock_school(tx: Tx, school: SchoolId) -> None:
    """Whoever begins an import's work comes here first: one at a time."""
    await tx.execute("SELECT FROM school WHERE id = $1 FOR NO KEY UPDATE", school)


async def update_code(tx: Tx, school: SchoolId, code: str) -> None:
    await tx.execute("UPDATE school SET certification_code = $2 WHERE id = $1", school, code)


async def select_without_code(tx: Tx, school: SchoolId, limit: int) -> list[str]:
    """Numbers of entries without a code of their own."""
    rows = await tx.fetch(
        "SELECT number FROM roster_entry WHERE school_id = $1 AND code IS NULL ORDER BY number LIMIT $2", school, limit
    )
    return [row["number"] for row in rows]


async def select_numbers(tx: Tx, school: SchoolId, after: str, limit: int) -> list[str]:
    """Numbers of all entries, from behind `after`."""
    rows = await tx.fetch(
        "SELECT number FROM roster_entry WHERE school_id = $1 AND number > $2 ORDER BY number LIMIT $3",
        school,
        after,
        limit,
    )
    return [row["number"] for row in rows]


async def update_codes(tx: Tx, school: SchoolId, numbers: Sequence[str], codes: Sequence[str]) -> None:
    """Give each of these numbers its own code."""
    await tx.execute(
        """
        UPDATE roster_entry
           SET code = given.code
          FROM unnest($2::text[], $3::text[]) AS given (number, code)
         WHERE roster_entry.school_id = $1 AND roster_entry.number = given.number
        """,
        school,
        list(numbers),
        list(codes),
    )
