"""The demo school is made by the real road, and only once."""

from __future__ import annotations

from pathlib import Path

from protocol.ids import StreamId
from server import demo
from server.config import read
from server.core.activities.registry import KINDS
from server.core.phone import normalise
from server.password import Passwords
from server.seed import seed
from server.store import activities, identities, memberships, platform_roles, schools
from server.store.pool import connect


async def test_the_demo_school_opens_once_and_its_people_can_log_in(
    database: str, redis_url: str, tmp_path: Path
) -> None:
    config = read({"DATABASE_URL": database, "REDIS_URL": redis_url, "SHANGKE_DATA": str(tmp_path)})
    await seed(config)
    await seed(config)
    async with connect(database) as db, Passwords() as passwords:
        classroom = StreamId(await db.fetchval("SELECT id FROM classroom"))
        members = await memberships.select_members(db, classroom)
        assert [each.name for each in members] == [demo.TEACHER_NAME, *demo.STUDENT_NAMES]
        assert len(set(demo.STUDENT_NAMES)) == 30
        drafts = await activities.select_drafts(db, classroom)
        assert sorted(each.kind for each in drafts) == sorted(KINDS)
        for draft in drafts:
            KINDS[draft.kind].check(draft.config)
        for phone in (demo.TEACHER_PHONE, demo.student_phone(1), demo.student_phone(30)):
            found = await identities.select_identified(db, "phone", normalise(phone))
            assert found is not None
            assert await passwords.verify(found.password_hash, demo.PASSWORD)
        n_entries = await db.fetchval("SELECT count(*) FROM roster_entry")
        n_certified = await db.fetchval("SELECT count(*) FROM certification WHERE state = 'certified'")
        assert (n_entries, n_certified) == (30, demo.CERTIFIED)
        admin = await identities.select_identified(db, "phone", normalise(demo.ADMIN_PHONE))
        assert admin is not None
        (school,) = await schools.select_administered(db, admin.account)
        assert (school.name, school.certification_code) == (demo.SCHOOL_NAME, demo.CERTIFICATION_CODE)
        platform = await identities.select_identified(db, "phone", normalise(demo.PLATFORM_PHONE))
        assert platform is not None
        assert set(await platform_roles.select_roles(db, platform.account)) == set(platform_roles.PLATFORM_ROLES)
        courses = await db.fetch("SELECT kind, title, password_hash, state FROM course ORDER BY kind")
        assert [(each["kind"], each["title"], each["state"]) for each in courses] == [
            (each.kind, each.title, "published") for each in demo.COURSES
        ]
        assert courses[0]["password_hash"] is None
        assert await passwords.verify(courses[1]["password_hash"], demo.SPOC_PASSWORD)
