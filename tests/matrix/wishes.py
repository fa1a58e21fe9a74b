"""What each command is asked with: the stream and the body, for a side of the world and for who will ask."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from protocol.envelopes import Body
from protocol.ids import ActivityId
from server.ids import draw_id
from tests.harness.site import Person
from tests.matrix.bodies import MISSING
from tests.matrix.world import Side, World

Wish = tuple[str, Body]
Asked = Callable[[World, Side, Person], Awaitable[Wish]]

EXERCISE: Body = {
    "questions": [{"type": "single", "text": "1 + 1", "options": ["1", "2"], "key": 1}],
    "time_limit_s": 600,
}


async def a_classroom(world: World, side: Side) -> str:
    """One like the side's, with the same people in it and nobody in session."""
    site, teacher = world.site, side.teacher
    if side is world.there:
        joining = {"teacher": side.colleague, "student": side.student}
    else:
        roles = ("co_teacher", "assistant", "student", "fellow")
        joining = {{"co_teacher": "teacher"}.get(role, role): world.roles[role] for role in roles}
    made = str((await site.command(teacher, "classroom.create", teacher.account, {"name": "C"}))["classroom"])
    code = await site.database.fetchval("SELECT code FROM classroom WHERE id = $1", made)
    for role, person in joining.items():
        await site.command(person, "classroom.join", person.account, {"code": code})
        if role in ("teacher", "assistant"):
            await site.command(teacher, "member.set_role", made, {"account": person.account, "role": role})
    return made


async def published(world: World, side: Side, kind: str, config: Body) -> ActivityId:
    return ActivityId(await world.site.publish(side.teacher, side.classroom, kind, config))


def on_own(body: Body) -> Asked:
    async def asked(world: World, side: Side, asker: Person) -> Wish:
        other = world.there.teacher if asker is not world.there.teacher else world.here.teacher
        return (asker if side is world.here else other).account, body

    return asked


async def join(world: World, side: Side, asker: Person) -> Wish:
    stream, _ = await on_own({})(world, side, asker)
    open_to_all = await world.site.classroom(await world.site.register())
    code = await world.site.database.fetchval("SELECT code FROM classroom WHERE id = $1", open_to_all)
    return stream, {"code": code}


def on_classroom(body: Body) -> Asked:
    async def asked(world: World, side: Side, asker: Person) -> Wish:
        return side.classroom, body

    return asked


def on_another(body: Body) -> Asked:
    """A classroom of its own, since what is asked for changes it."""

    async def asked(world: World, side: Side, asker: Person) -> Wish:
        return await a_classroom(world, side), body

    return asked


def about_student(body: Body) -> Asked:
    async def asked(world: World, side: Side, asker: Person) -> Wish:
        return await a_classroom(world, side), {"account": side.student.account, **body}

    return asked


async def link(world: World, side: Side, asker: Person) -> Wish:
    return side.classroom, {"run": side.run}


async def rename_student(world: World, side: Side, asker: Person) -> Wish:
    return side.classroom, {"account": side.student.account, "name": "N"}


async def show_student(world: World, side: Side, asker: Person) -> Wish:
    return side.classroom, {"account": side.student.account}


async def end(world: World, side: Side, asker: Person) -> Wish:
    made = await a_classroom(world, side)
    await world.site.command(side.teacher, "session.start", made)
    return made, {}


async def about_draft(world: World, side: Side, asker: Person) -> Wish:
    body: Body = {"kind": "discussion", "title": "T", "config": {}}
    made = await world.site.command(side.teacher, "activity.draft", side.classroom, body)
    return side.classroom, {"activity": made["activity"]}


def about_exercise(body: Body) -> Asked:
    async def asked(world: World, side: Side, asker: Person) -> Wish:
        return side.classroom, {"activity": await published(world, side, "exercise", EXERCISE), **body}

    return asked


async def act(world: World, side: Side, asker: Person) -> Wish:
    plan = await published(world, side, "lesson_plan", {"markdown": "T"})
    return side.classroom, {"activity": plan, "verb": "send"}


async def post(world: World, side: Side, asker: Person) -> Wish:
    return side.classroom, {"activity": side.activity, "text": "T"}


async def remove_post(world: World, side: Side, asker: Person) -> Wish:
    body: Body = {"activity": side.activity, "text": "T"}
    made = await world.site.command(side.student, "activity.post", side.classroom, body)
    return side.classroom, {"activity": side.activity, "post": made["post"]}


async def correct(world: World, side: Side, asker: Person) -> Wish:
    check_in = await published(world, side, "check_in", {})
    body: Body = {"account": side.student.account, "correction": {"status": "present"}, "reason": "seen"}
    return side.classroom, {"activity": check_in, **body}


WISHES: dict[str, Asked] = {
    "account.rename": on_own({"name": "N"}),
    "classroom.create": on_own({"name": "N"}),
    "classroom.join": join,
    "inbox.read": on_own({"items": [MISSING]}),
    "inbox.read_all": on_own({}),
    "classroom.rename": on_classroom({"name": "N"}),
    "classroom.link": link,
    "classroom.reset_code": on_classroom({}),
    "classroom.open_code": on_another({}),
    "classroom.close_code": on_another({}),
    "classroom.leave": on_another({}),
    "member.kick": about_student({}),
    "member.set_role": about_student({"role": "assistant"}),
    "member.rename": rename_student,
    "member.show": show_student,
    "session.start": on_another({}),
    "session.end": end,
    "activity.draft": on_classroom({"kind": "discussion", "title": "T", "config": {}}),
    "activity.discard": about_draft,
    "activity.publish": about_draft,
    "activity.extend": about_exercise({"extra_s": 60}),
    "activity.close": about_exercise({}),
    "activity.act": act,
    "activity.post": post,
    "activity.remove_post": remove_post,
    "response.save": about_exercise({"value": {"answers": [1]}}),
    "response.submit": about_exercise({"value": {"answers": [1]}}),
    "response.correct": correct,
}


def missing(wish: Wish) -> Wish:
    return MISSING, wish[1]


def astray(wish: Wish, other: Wish) -> Wish:
    """The one's stream with what is in the other's."""
    return wish[0], other[1]


def new_id() -> str:
    return f"matrix-{draw_id()}"
