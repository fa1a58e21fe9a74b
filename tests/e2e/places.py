"""Every page of both apps, as their routers list them, and something for each to show."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Literal

from playwright.async_api import Page

from protocol.envelopes import Body
from server import demo
from server.store import platform_roles
from tests.e2e.campus import Person
from tests.e2e.college import PASSWORD, College, announce, must

App = Literal["phone", "console"]
PARAMETER = re.compile(r":(\w+)(\([^)]*\)\*|\?)?")
# The parts of a page that have an address.
PARTS = {"/runs/:run": ("announcements", "work", "exams", "board", "grading")}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """`known`: what stands for each parameter of a path, by app."""

    student: Person
    teacher: Person
    admin: Person
    operator: Person
    known: Mapping[App, Mapping[str, tuple[str, ...]]]

    def visitor(self, app: App, route: str) -> Person:
        """Who a page is for."""
        if app == "phone":
            return self.student
        if route.startswith("/schools/"):
            return self.admin
        return self.operator if route.startswith("/platform/") else self.teacher

    def addresses(self, app: App, route: str) -> list[str]:
        """Raises: KeyError, for a parameter that nothing is known of."""
        names = [each[0] for each in PARAMETER.findall(route)]
        values = [self.known[app][name] for name in names]
        found = []
        for chosen in product(*values):
            stands = dict(zip(names, chosen, strict=True))
            found.append(PARAMETER.sub(lambda match: stands[match[1]], route))  # noqa: B023 - used at once
        parts = PARTS.get(route, ()) if app == "phone" else ()
        return found + [f"{address}?part={part}" for address in found for part in parts]


async def routes(page: Page) -> list[str]:
    """All that the router of the app which is open there knows."""
    found: list[str] = await page.evaluate(
        "document.querySelector('#app').__vue_app__.config.globalProperties.$router.getRoutes().map(({path}) => path)"
    )
    assert "/classrooms/:classroom" in found
    return found


async def a_world(college: College) -> World:
    """A student in the middle of a term and of a lesson, with their teacher, their school's admin and an operator."""
    campus = college.campus
    student, operator = await campus.person("苏念安"), await campus.person("平台运营")
    async with campus.school.db.transaction() as tx:
        for role in platform_roles.PLATFORM_ROLES:
            await platform_roles.insert_role(tx, operator.account, role)
    await college.certify(student, "0260109")
    await college.enroll(student, college.spoc, PASSWORD)
    await college.enroll(student, college.upcoming)
    page: Body = {"real_name": college.teacher.name, "occupation": "teacher", "introduction": "研究分析学二十年。"}
    await must(college.desk, "PUT", "/me/profile", page)
    await announce(college, "第一周安排", "本周学完 1.1，周日前完成第一章测验。")
    attempt = await an_attempt(college, student)
    classroom = await campus.classroom(college.teacher, student)
    past, recorded = await a_lesson(college, classroom)
    await campus.school.wish(college.teacher.account, "session.end", classroom)
    _, open_now = await a_lesson(college, classroom)
    both = {
        "run": (college.spoc.run,),
        "course": (college.spoc.course, college.ended.course),
        "school": (college.id,),
        "topic": (college.topic,),
        "unit": tuple(college.units.values()),
        "assessment": tuple(college.assessments.values()),
        "attempt": (attempt,),
        "classroom": (classroom,),
        "session": (past,),
        "account": (college.teacher.account,),
        "code": (await campus.school.code(classroom),),
        "rest": ("no-such-page",),
    }
    return World(
        student=student,
        teacher=college.teacher,
        admin=college.admin,
        operator=operator,
        known={"phone": {**both, "activity": (*open_now, *recorded)}, "console": both},
    )


async def an_attempt(college: College, student: Person) -> str:
    """The quiz, handed in half wrong."""
    async with college.campus.client(student) as client:
        begun = await must(client, "POST", f"/assessments/{college.assessments['quiz']}/attempts")
        answers: Body = {"answers": [1, False]}
        await must(client, "POST", f"/attempts/{begun['id']}/submit", answers)
    return str(begun["id"])


async def a_lesson(college: College, classroom: str) -> tuple[str, list[str]]:
    """In session, with an activity of every kind. Gives their ids."""
    school, teacher = college.campus.school, college.teacher.account
    session = await school.wish(teacher, "session.start", classroom)
    made = []
    for draft in demo.DRAFTS:
        body: Body = {"kind": draft.kind, "title": draft.title, "config": draft.config}
        done = await school.wish(teacher, "activity.draft", classroom, body)
        activity = str((done.result or {})["activity"])
        await school.wish(teacher, "activity.publish", classroom, {"activity": activity})
        made.append(activity)
    return str((session.result or {})["session"]), made
