"""The school that is fuzzed: the demo school with people of every role in it, and one of everything that has an id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from protocol.ids import AccountId
from server import demo
from server.config import Config
from server.core.phone import normalise
from server.ids import draw_id
from server.password import Passwords
from server.rest.endpoint import Who
from server.seed import seed
from server.store import accounts, activities, identities
from server.store.platform_roles import PLATFORM_ROLES, insert_role
from server.store.pool import Database, connect
from tests.fuzz.life import live

ANYBODY = frozenset({Who.ANYONE, Who.ACCOUNT, Who.LINK})
IN_CLASS = frozenset({Who.MEMBER, Who.LEARNER, Who.COURSE})
# Who teaches a course may take its password away, and then enroll like anybody.
TEACHING = IN_CLASS | {Who.STAFF, Who.COURSE_TEACHER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`places`: where they may come in, of all that the world holds."""

    phone: str
    places: frozenset[Who]


# Everything at once, so that what is made can be read, changed and deleted by whoever made it.
EVERYTHING = "head"
PEOPLE: Mapping[str, Person] = {
    EVERYTHING: Person(phone="13700000001", places=frozenset(Who)),
    "stranger": Person(phone="13700000002", places=ANYBODY),
    "support": Person(phone="13700000003", places=ANYBODY | {Who.SUPPORT}),
    "operator": Person(phone="13700000004", places=ANYBODY | {Who.OPERATOR}),
    "student": Person(phone=demo.student_phone(1), places=ANYBODY | IN_CLASS),
    "teacher": Person(phone=demo.TEACHER_PHONE, places=ANYBODY | TEACHING),
    "admin": Person(phone=demo.ADMIN_PHONE, places=ANYBODY | {Who.SCHOOL_ADMIN}),
}
# Somebody to be renamed, kicked and removed.
CLASSMATE = demo.student_phone(2)
OF_ACTIVITIES = "SELECT id FROM activity WHERE session_id IS NOT NULL ORDER BY id"
# What each placeholder of a path may stand for: the beginning of the path, and where its ids are kept.
KEPT: Mapping[str, str] = {
    "/api/classrooms/": "SELECT DISTINCT classroom_id AS id FROM session",
    "/api/records/": "SELECT id FROM session ORDER BY id LIMIT 8",
    "/api/activities/": OF_ACTIVITIES,
    "/api/people/": "SELECT id FROM account ORDER BY id LIMIT 8",
    "/api/support/accounts/": "SELECT id FROM account WHERE state = 'closed' ORDER BY id LIMIT 8",
    "/api/schools/": "SELECT id FROM school ORDER BY id LIMIT 8",
    "/api/courses/": "SELECT id FROM course ORDER BY id LIMIT 8",
    "/api/runs/": "SELECT id FROM run ORDER BY id LIMIT 8",
    "/api/topics/": "SELECT id FROM topic ORDER BY id LIMIT 8",
    "/api/replies/": "SELECT id FROM topic_reply ORDER BY id LIMIT 8",
    "/api/course-announcements/": "SELECT id FROM course_announcement ORDER BY id LIMIT 8",
    "/api/units/": "SELECT id FROM unit ORDER BY id LIMIT 8",
    "/api/assessments/": "SELECT id FROM assessment ORDER BY id LIMIT 8",
    "/api/attempts/": "SELECT id FROM attempt ORDER BY id LIMIT 8",
    "/api/pushes/": "SELECT id FROM push ORDER BY id LIMIT 8",
    "/api/files/": "SELECT id FROM file ORDER BY id LIMIT 8",
}
# What a field of a body, or the second placeholder of a path, may be.
KEPT_FIELDS: Mapping[str, str] = {
    "entry": "SELECT id FROM roster_entry ORDER BY number LIMIT 8",
    "import": "SELECT id FROM roster_import ORDER BY id LIMIT 8",
    "account": "SELECT account_id AS id FROM identity WHERE subject = '+8613900000002'",
    "teacher": "SELECT account_id AS id FROM school_staff GROUP BY account_id HAVING min(role) = 'teacher'",
    "school": "SELECT id FROM school",
    "activity": OF_ACTIVITIES,
    "run": "SELECT id FROM run ORDER BY id LIMIT 8",
    "unit": "SELECT id FROM unit WHERE level = 'unit' ORDER BY id LIMIT 8",
    "post": "SELECT id FROM post ORDER BY id LIMIT 8",
    "number": """
        SELECT number AS id FROM roster_entry
         WHERE NOT EXISTS (SELECT FROM certification WHERE roster_entry_id = roster_entry.id)
        """,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """`paths`: ids by the beginning of the path; `fields`: values by the name of the field; `own`: the accounts."""

    paths: Mapping[str, Sequence[str]]
    fields: Mapping[str, Sequence[str]]
    own: Mapping[str, str]


async def a_world(config: Config, url: str) -> World:
    """Fill the database; what people do, they do at `url`, where a node of it answers."""
    await seed(config)
    async with connect(config.database_url, most=2) as database:
        await place_people(database)
        phones = {name: person.phone for name, person in PEOPLE.items()} | {"classmate": CLASSMATE}
        own = await live(database, url, phones)
        return World(paths=await kept(database, KEPT), fields=await kept(database, KEPT_FIELDS), own=own)


async def kept(database: Database, queries: Mapping[str, str]) -> dict[str, list[str]]:
    found = {key: [row["id"] for row in await database.fetch(query)] for key, query in queries.items()}
    assert all(found.values()), f"the world lacks {[key for key, ids in found.items() if not ids]}"
    return found


async def place_people(database: Database) -> None:
    async with Passwords() as passwords:
        hashed = await passwords.hash(demo.PASSWORD)
    async with database.transaction() as tx:
        now = await activities.select_now(tx)
        for name in (EVERYTHING, "stranger", "support", "operator", "closed"):
            account = AccountId(draw_id())
            await accounts.insert_account(tx, account, name, hashed)
            if name in PEOPLE:
                await identities.insert_identity(tx, "phone", normalise(PEOPLE[name].phone), account, now)
            if name == "closed":
                await tx.execute("UPDATE account SET state = 'closed', closed_at = now() WHERE id = $1", account)
            for role in PLATFORM_ROLES:
                if name in (EVERYTHING, role):
                    await insert_role(tx, account, role)
            if name == EVERYTHING:
                await tx.execute(
                    """
                    INSERT INTO school_staff (school_id, account_id, role)
                    SELECT id, $1, role FROM school, unnest(ARRAY['admin', 'teacher']) AS role
                    """,
                    account,
                )
                await tx.execute(
                    "INSERT INTO course_teacher (course_id, account_id, role) SELECT id, $1, 'teacher' FROM course",
                    account,
                )
        # Or whoever is fuzzed would come in by 立即参加, which is no bypass.
        await tx.execute("UPDATE course SET password_hash = (SELECT max(password_hash) FROM course)")
