"""The world the roles live in: two schools alike, each with a course that runs and a classroom in session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from msgspec.structs import replace

from protocol.ids import AccountId, DeviceId, SchoolId
from server.ids import draw_id
from server.store import schools, teaching
from server.store.platform_roles import PLATFORM_ROLES, insert_role
from server.token import draw_token, hash_token
from tests.harness.site import Person, Site
from tests.matrix.policy import ACCOUNTS
from tests.rest.test_files import a_pdf, upload


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One school and what is in it. `learner` writes and answers; `record` is of a session that is over;
    `colleague` teaches at the school, but not the course."""

    school: str
    course: str
    run: str
    classroom: str
    record: str
    activity: str
    file: str
    lesson: str
    teacher: Person
    admin: Person
    learner: Person
    student: Person
    colleague: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    site: Site
    roles: dict[str, Person]
    here: Side
    there: Side

    async def device(self, person: Person, *, days: int = 30) -> Person:
        """One more device of the person's, good for so many days."""
        device, token = draw_id(), draw_token()
        await self.site.database.execute(
            """
            INSERT INTO device (id, account_id, token_hash, client_kind, expires_at)
            VALUES ($1, $2, $3, 'web', clock_timestamp() + $4::interval)
            """,
            device,
            person.account,
            hash_token(token),
            timedelta(days=days),
        )
        logged_in = replace(person.logged_in, device=DeviceId(device), token=token)
        return Person(phone=person.phone, logged_in=logged_in)


async def a_world(site: Site) -> World:
    people = {role: await site.register(role) for role in ACCOUNTS}
    resident = await site.register("resident")
    here = await a_side(site, people["teacher"], people["admin"], people["learner"], people["student"])
    there = await a_side(site, people["other_teacher"], people["other_admin"], resident, resident)
    await place(site, people, here)
    world = World(site=site, roles=people, here=here, there=there)
    people["expired"] = await world.device(people["learner"], days=-1)
    people["logged_out"] = await world.device(people["teacher"])
    assert (await site.client.delete("/api/devices/current", headers=people["logged_out"].headers)).status_code == 204
    # A number that registered just now is sent no other code yet.
    site.clock.pass_by(minutes=2)
    return world


async def a_side(site: Site, teacher: Person, admin: Person, learner: Person, student: Person) -> Side:
    db, school, course, run, chapter, lesson = site.database, *(draw_id() for _ in range(5))
    colleague = await site.register("colleague")
    async with db.transaction() as tx:
        await schools.insert_school(tx, SchoolId(school), f"学校 {school}", True, "SPRING26")
        await schools.insert_admin(tx, SchoolId(school), AccountId(admin.account))
        for each in (teacher, colleague):
            await teaching.upsert_teacher(tx, SchoolId(school), AccountId(each.account), "教授")
    await insert_course(site, course, school, teacher)
    await insert_run(site, run, course, learner)
    for unit, parent, level in ((chapter, None, "chapter"), (lesson, chapter, "lesson")):
        await db.execute(
            """
            INSERT INTO unit (id, run_id, parent_id, level, position, title, is_published)
            VALUES ($1, $2, $3, $4, 0, 'T', true)
            """,
            unit,
            run,
            parent,
            level,
        )
    classroom = await site.classroom(teacher, student)
    record = str((await site.command(teacher, "session.start", classroom))["session"])
    await site.command(teacher, "session.end", classroom)
    await site.command(teacher, "session.start", classroom)
    return Side(
        school=school,
        course=course,
        run=run,
        classroom=classroom,
        record=record,
        activity=await site.publish(teacher, classroom, "discussion", {}),
        file=str((await upload(site, teacher, classroom, a_pdf())).json()["id"]),
        lesson=lesson,
        teacher=teacher,
        admin=admin,
        learner=learner,
        student=student,
        colleague=colleague,
    )


async def insert_course(site: Site, course: str, school: str, teacher: Person) -> None:
    await site.database.execute(
        "INSERT INTO course (id, school_id, kind, title, state) VALUES ($1, $2, 'spoc', '微积分', 'published')",
        course,
        school,
    )
    await insert_teacher(site, course, teacher, "owner")


async def insert_teacher(site: Site, course: str, teacher: Person, role: str) -> None:
    await site.database.execute(
        "INSERT INTO course_teacher (course_id, account_id, role) VALUES ($1, $2, $3)", course, teacher.account, role
    )


async def insert_run(site: Site, run: str, course: str, *learners: Person) -> None:
    await site.database.execute(
        """
        INSERT INTO run (id, course_id, number, starts_at, ends_at)
        SELECT $1, $2::id, count(*) + 1, now() - interval '9 days', now() + interval '90 days'
          FROM run WHERE course_id = $2::id
        """,
        run,
        course,
    )
    for learner in learners:
        await site.database.execute(
            "INSERT INTO enrollment (run_id, account_id, enrolled_at) VALUES ($1, $2, now() - interval '8 days')",
            run,
            learner.account,
        )


async def certify(site: Site, school: str, person: Person) -> None:
    """As the school's admin and the student would."""
    entry = draw_id()
    await site.database.execute(
        "INSERT INTO roster_entry (id, school_id, number, name) VALUES ($1, $2, $3, 'N')", entry, school, entry
    )
    await site.database.execute(
        """
        INSERT INTO certification (id, school_id, roster_entry_id, account_id, number, name)
        VALUES ($1, $2, $3, $4, $5, 'N')
        """,
        draw_id(),
        school,
        entry,
        person.account,
        entry,
    )


async def place(site: Site, people: dict[str, Person], here: Side) -> None:
    """Everybody where their role is."""
    db, code = site.database, await site.database.fetchval("SELECT code FROM classroom WHERE id = $1", here.classroom)
    for role in ("fellow", "kicked", "assistant", "co_teacher"):
        await site.command(people[role], "classroom.join", people[role].account, {"code": code})
    for role, to in (("assistant", "assistant"), ("co_teacher", "teacher")):
        body: dict[str, object] = {"account": people[role].account, "role": to}
        await site.command(here.teacher, "member.set_role", here.classroom, body)
    await site.command(here.teacher, "member.kick", here.classroom, {"account": people["kicked"].account})
    await insert_teacher(site, here.course, people["co_teacher"], "teacher")
    for role in ("certified", "learner", "fellow"):
        await certify(site, here.school, people[role])
    for role in ("fellow", "dropped"):
        await db.execute("INSERT INTO enrollment (run_id, account_id) VALUES ($1, $2)", here.run, people[role].account)
    await db.execute(
        "UPDATE enrollment SET state = 'dropped', dropped_at = now() WHERE account_id = $1", people["dropped"].account
    )
    async with db.transaction() as tx:
        for platform_role in PLATFORM_ROLES:
            await insert_role(tx, AccountId(people[platform_role].account), platform_role)
