"""What the ids of a path name: each maker gives them in their order, for a side of the world and for who will ask."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from urllib.parse import urlsplit

from protocol.ids import AccountId, FileId, SchoolId
from server.core.moment import millis
from server.files.link import make_link
from server.ids import draw_id
from server.store import teaching
from tests.harness.site import Person
from tests.matrix.world import Side, World, certify, insert_course, insert_run, insert_teacher
from tests.rest.study.run import an_assessment, begin
from tests.rest.test_files import PNG

Maker = Callable[[World, Side, Person], Awaitable[tuple[str, ...]]]


async def nothing(world: World, side: Side, asker: Person) -> tuple[str, ...]:
    return ()


def of_side(name: str) -> Maker:
    async def known(world: World, side: Side, asker: Person) -> tuple[str, ...]:
        return (str(getattr(side, name)),)

    return known


# One's own account


async def device(world: World, side: Side, asker: Person) -> tuple[str, ...]:
    owner = asker if side is world.here else side.learner
    return ((await world.device(owner)).logged_in.device,)


async def person(world: World, side: Side, asker: Person) -> tuple[str, ...]:
    body = {"real_name": "林一", "occupation": "student"}
    await world.site.client.put("/api/me/profile", json=body, headers=side.learner.headers)
    return (side.learner.account,)


async def closed(world: World, side: Side, asker: Person) -> tuple[str, ...]:
    account = draw_id()
    async with world.site.database.transaction() as tx:
        await tx.execute("INSERT INTO stream (id, kind) VALUES ($1, 'account')", account)
        await tx.execute(
            "INSERT INTO account (id, name, state, closed_at) VALUES ($1, '已注销', 'closed', now())", account
        )
    return (account,)


# Files


async def link(world: World, side: Side, asker: Person) -> tuple[str, ...]:
    """The id and the rest of a signed link: who holds it needs no token."""
    answer = await world.site.get(f"/api/files/{side.file}/link", side.teacher)
    parts = urlsplit(answer.json()["url"])
    return (f"{side.file}?{parts.query}",)


async def courseware(world: World, side: Side, asker: Person) -> tuple[str, ...]:
    file = await course_file(world, side)
    secret, account = world.site.services.config.secret, AccountId(side.learner.account)
    path, _ = make_link(secret, file, account, world.site.clock.now())
    return (f"{file}?{urlsplit(path).query}",)


async def course_file(world: World, side: Side) -> FileId:
    """The file of a published unit."""
    path, pdf = f"/api/courses/{side.course}/files?name=a.pdf", b"%PDF-1.7\n" + b"x" * 99 + b"\n%%EOF"
    made = await world.site.client.post(path, content=pdf, headers=side.teacher.headers)
    assert made.status_code == 201, made.text
    body = {
        "level": "unit",
        "parent": side.lesson,
        "title": "T",
        "kind": "pdf",
        "file": made.json()["id"],
        "is_published": True,
    }
    unit = await world.site.client.post(f"/api/runs/{side.run}/units", json=body, headers=side.teacher.headers)
    assert unit.status_code == 201, unit.text
    return FileId(made.json()["id"])


# Schools


async def entry(world: World, side: Side, asker: Person) -> tuple[str, ...]:
    made = draw_id()
    await world.site.database.execute(
        "INSERT INTO roster_entry (id, school_id, number, name) VALUES ($1, $2, $3, 'N')", made, side.school, made
    )
    return side.school, made


def an_import(state: str) -> Maker:
    async def made(world: World, side: Side, asker: Person) -> tuple[str, ...]:
        roster_import, db = draw_id(), world.site.database
        # Only one may be at work in a school.
        await db.execute("UPDATE roster_import SET state = 'failed' WHERE state IN ('parsing', 'applying', 'undoing')")
        await db.execute(
            """
            INSERT INTO roster_import (id, school_id, account_id, file_name, is_whole, state)
            VALUES ($1, $2, $3, 'a.csv', false, $4)
            """,
            roster_import,
            side.school,
            side.admin.account,
            state,
        )
        return side.school, roster_import

    return made


async def certified(world: World, side: Side, asker: Person) -> tuple[str, ...]:
    """The asker's certification, whether there is one or not."""
    held = "SELECT EXISTS (SELECT FROM certification WHERE account_id = $1 AND state = 'certified')"
    if not await world.site.database.fetchval(held, asker.account):
        await certify(world.site, side.school, asker)
    return ()


# Courses


async def course(world: World, side: Side, asker: Person) -> tuple[str, ...]:
    """A course like the side's, with a run of its own."""
    made = draw_id()
    await insert_course(world.site, made, side.school, side.teacher)
    if side is world.here:
        await insert_teacher(world.site, made, world.roles["co_teacher"], "teacher")
    learners = [world.roles["fellow"], side.learner] if side is world.here else [side.learner]
    await insert_run(world.site, draw_id(), made, *learners)
    return (made,)


async def with_colleague(world: World, side: Side, asker: Person) -> tuple[str, ...]:
    return (*(await course(world, side, asker)), side.colleague.account)


async def taught(world: World, side: Side, asker: Person) -> tuple[str, ...]:
    """A course that the colleague teaches, too."""
    made, colleague = await with_colleague(world, side, asker)
    await insert_teacher(world.site, made, side.colleague, "teacher")
    return made, colleague


async def cover(world: World, side: Side, asker: Person) -> tuple[str, ...]:
    path, headers = f"/api/courses/{side.course}/cover?name=a.png", side.teacher.headers
    made = await world.site.client.put(path, content=PNG, headers=headers)
    assert made.status_code == 200, made.text
    return (str(made.json()["id"]),)


async def school_teacher(world: World, side: Side, asker: Person) -> tuple[str, ...]:
    async with world.site.database.transaction() as tx:
        await teaching.upsert_teacher(tx, SchoolId(side.school), AccountId(side.student.account), "讲师")
    return side.school, side.student.account


async def wished(world: World, side: Side, asker: Person) -> tuple[str, ...]:
    """A course whose next run the asker waits for; elsewhere somebody else does."""
    made = await course(world, side, asker)
    owner = asker if side is world.here else side.learner
    await world.site.database.execute(
        "INSERT INTO next_run_wish (course_id, account_id) VALUES ($1, $2)", made[0], owner.account
    )
    return made


async def run(world: World, side: Side, asker: Person) -> tuple[str, ...]:
    made = await course(world, side, asker)
    return (str(await world.site.database.fetchval("SELECT id FROM run WHERE course_id = $1", made[0])),)


async def announcement(world: World, side: Side, asker: Person) -> tuple[str, ...]:
    made = draw_id()
    await world.site.database.execute(
        "INSERT INTO course_announcement (id, run_id, author_id, title, text) VALUES ($1, $2, $3, 'T', 'T')",
        made,
        side.run,
        side.teacher.account,
    )
    return (made,)


async def unit(world: World, side: Side, asker: Person) -> tuple[str, ...]:
    made = draw_id()
    await world.site.database.execute(
        """
        INSERT INTO unit (id, run_id, parent_id, level, position, title, kind, text, is_published)
        VALUES ($1, $2, $3, 'unit', 0, 'T', 'rich_text', 'T', true)
        """,
        made,
        side.run,
        side.lesson,
    )
    return (made,)


async def topic(world: World, side: Side, asker: Person) -> tuple[str, ...]:
    made = draw_id()
    await world.site.database.execute(
        "INSERT INTO topic (id, run_id, author_id, title, text) VALUES ($1, $2, $3, 'T', 'T')",
        made,
        side.run,
        side.learner.account,
    )
    return (made,)


async def reply(world: World, side: Side, asker: Person) -> tuple[str, ...]:
    made, (of,) = draw_id(), await topic(world, side, asker)
    await world.site.database.execute(
        "INSERT INTO topic_reply (id, topic_id, author_id, text) VALUES ($1, $2, $3, 'T')",
        made,
        of,
        side.learner.account,
    )
    return (made,)


# Study


async def assessment(world: World, side: Side, asker: Person) -> tuple[str, ...]:
    path, body = f"/api/runs/{side.run}/assessments", an_assessment(world.site, n_attempts=9)
    made = await world.site.client.post(path, json=body, headers=side.teacher.headers)
    assert made.status_code == 201, made.text
    return (str(made.json()["id"]),)


async def attempt(world: World, side: Side, asker: Person) -> tuple[str, ...]:
    (of,) = await assessment(world, side, asker)
    return (str((await begin(world.site, of, side.learner))["id"]),)


async def submitted(world: World, side: Side, asker: Person) -> tuple[str, ...]:
    (made,) = await attempt(world, side, asker)
    body = {"answers": [1, True]}
    done = await world.site.client.post(f"/api/attempts/{made}/submit", json=body, headers=side.learner.headers)
    assert done.status_code == 200, done.text
    return (made,)


# The platform


async def push(world: World, side: Side, asker: Person) -> tuple[str, ...]:
    made = draw_id()
    await world.site.database.execute(
        "INSERT INTO push (id, author_id, to_kind, item_kind, title) VALUES ($1, $2, 'all', 'platform_push', 'T')",
        made,
        world.roles["operator"].account,
    )
    return (made,)


def in_days(world: World, days: int) -> int:
    return millis(world.site.clock.now() + timedelta(days=days))


# By name in policy.txt; the second is for rows whose thing is used up.
THINGS: dict[str, Maker] = {
    "-": nothing,
    "current": nothing,
    "certified": certified,
    "device": device,
    "person": person,
    "closed": closed,
    "link": link,
    "courseware": courseware,
    "classroom": of_side("classroom"),
    "record": of_side("record"),
    "activity": of_side("activity"),
    "file": of_side("file"),
    "school": of_side("school"),
    "school/entry": entry,
    "school/import": an_import("checked"),
    "school/applied": an_import("applied"),
    "course": of_side("course"),
    "run": of_side("run"),
    "wished": wished,
    "cover": cover,
    "school/teacher": school_teacher,
    "course/colleague": with_colleague,
    "course/taught": taught,
    "announcement": announcement,
    "unit": unit,
    "topic": topic,
    "reply": reply,
    "assessment": assessment,
    "attempt": attempt,
    "submitted": submitted,
    "push": push,
}
ANEW: dict[str, Maker] = {**THINGS, "course": course, "run": run}
