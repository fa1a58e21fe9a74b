"""Whatever people write is shown as the text it is, on every page of both apps (92 of the checklist)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Dialog

from protocol.envelopes import Body
from server.ids import draw_id
from tests.e2e.axe import settle
from tests.e2e.campus import Campus
from tests.e2e.college import College, a_college, must
from tests.e2e.conftest import open_campus
from tests.e2e.device import Device
from tests.e2e.places import App, World, a_world, routes
from tests.e2e.test_axe import BEFORE, LOOKS, OPEN
from tests.harness import servers
from tests.harness.phone import phone
from tests.harness.wait import until

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.limit(600)]

SHORT = "<img src=x onerror=alert(1)>{{7*7}}"
LONG = (
    f"{SHORT}<svg onload=alert(2)></svg><math><a xlink:href='javascript:alert(3)'>m</a></math>"
    "<iframe srcdoc='<script>parent.alert(4)</script>'></iframe>[l](javascript:alert(5))![p](x)"
    "<script>alert(6)</script><a href='javascript:alert(7)'>a</a>"
)
# Everything people write that a page shows, but numbers and codes.
NAMES = {
    "account": ["name"],
    "activity": ["title"],
    "assessment": ["title"],
    "certification": ["name"],
    "classroom": ["name"],
    "course": ["title", "summary"],
    "course_announcement": ["title"],
    "course_file": ["name"],
    "device": ["label"],
    "inbox_item": ["title"],
    "membership": ["name"],
    "post": ["author_name"],
    "profile": ["real_name", "region", "school_text"],
    "push": ["title"],
    "roster_entry": ["name"],
    "school_staff": ["title"],
    "topic": ["title"],
    "unit": ["title"],
}
TEXTS = {
    "assessment": ["intro"],
    "course": ["introduction"],
    "course_announcement": ["text"],
    "inbox_item": ["text"],
    "post": ["text"],
    "profile": ["introduction"],
    "push": ["text"],
    "run": ["grading_text"],
    "school": ["introduction"],
    "topic": ["text"],
    "topic_reply": ["text"],
    "unit": ["text"],
}
BODIES = {"activity": "config", "assessment": "questions"}
APPS: tuple[App, ...] = ("phone", "console")
# Pages on which nobody's words stand; the desk of support shows whom one looks for.
WORDLESS: dict[App, set[str]] = {
    "phone": {*OPEN, "/scan", "/join/:code?", "/:rest(.*)*"},
    "console": {"/login", "/platform/support"},
}
# What people read in those; the rest are kinds, ids and keys.
SAID = frozenset({"text", "markdown", "options"})
# Elements that only came of a text, and a template that was filled in.
MADE = """() => [...document.querySelectorAll(
  'img[src="x"], img[src$="/x"], [onerror], [onload], math, iframe[srcdoc], a[href^="javascript"], #app script')]
  .map((each) => each.outerHTML).concat(/alert\\(1\\)>49/.test(document.body.innerText) ? ['49'] : [])"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hostile(
    web_app: None, running_servers: servers.Servers, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Campus, World]]:
    """A campus of its own, since nobody else could find their way in it."""
    async with (
        open_campus(running_servers, tmp_path_factory.mktemp("hostile")) as campus,
        a_college(campus) as college,
    ):
        world = await a_world(college)
        await speak(college, world)
        # The announcement reaches inboxes by the worker.
        await until(lambda: campus.school.db.fetchval("SELECT EXISTS (SELECT FROM inbox_item)"), 30)
        await spoil(college)
        student, node = world.student.account, campus.nodes[0]
        token = await campus.token(world.student)
        async with phone(node.socket_url, account=student, token=token, client_version=SHORT):
            yield campus, world


async def speak(college: College, world: World) -> None:
    """What nobody in the world has said yet: in a discussion, in a survey, on the board; and a push."""
    school, student = college.campus.school, world.student.account
    said: dict[str, tuple[str, Body]] = {
        "discussion": ("activity.post", {"text": LONG}),
        "survey": ("response.submit", {"value": {"answers": [0, 5, LONG]}}),
    }
    for row in await school.db.fetch("SELECT id, kind, classroom_id FROM activity WHERE phase = 'published'"):
        if row["kind"] in said:
            op, body = said[row["kind"]]
            await school.wish(student, op, row["classroom_id"], {"activity": row["id"], **body})
    async with college.campus.client(college.teacher) as desk:
        await must(desk, "POST", f"/topics/{college.topic}/replies", {"text": LONG})
    await school.db.execute(
        """
        INSERT INTO push (id, author_id, to_kind, item_kind, title, text, state)
        VALUES ($1, $2, 'all', 'platform_push', $3, $4, 'sent')
        """,
        draw_id(),
        world.operator.account,
        SHORT,
        LONG,
    )


async def spoil(college: College) -> None:
    db = college.campus.school.db
    for texts, text in ((NAMES, SHORT), (TEXTS, LONG)):
        for table, columns in texts.items():
            for column in columns:
                done = await db.execute(f"UPDATE {table} SET {column} = $1 WHERE {column} IS NOT NULL", text)  # noqa: S608
                # Else it would be tried nowhere.
                assert done != "UPDATE 0", (table, column)
    for table, column in BODIES.items():
        for row in await db.fetch(f"SELECT id, {column} AS body FROM {table}"):  # noqa: S608
            await db.execute(f"UPDATE {table} SET {column} = $2 WHERE id = $1", row["id"], spoilt(row["body"]))  # noqa: S608
    await db.execute("UPDATE school SET name = $1 || id", SHORT)


def spoilt(body: Body) -> Body:
    return {key: LONG if key in SAID and isinstance(value, str) else within(value, key) for key, value in body.items()}


def within(value: object, key: str) -> object:
    if isinstance(value, dict):
        return spoilt(value)
    if isinstance(value, list):
        return [LONG if isinstance(each, str) and key in SAID else within(each, key) for each in value]
    return value


async def test_security_92_no_text_becomes_anything_else(hostile: tuple[Campus, World]) -> None:
    campus, world = hostile
    walks = await asyncio.gather(*(walk(campus, world, app) for app in APPS))
    for app, (found, blank) in zip(APPS, walks, strict=True):
        assert (app, found, blank) == (app, [], WORDLESS[app])


async def walk(campus: Campus, world: World, app: App) -> tuple[list[str], set[str]]:
    """Every page of the app: what came of a text there, and the routes where none was seen."""
    found, blank = list[str](), set[str]()
    async with contextlib.AsyncExitStack() as stack:

        async def enter(name: str, device: contextlib.AbstractAsyncContextManager[Device]) -> Device:
            entered = devices[name] = await stack.enter_async_context(device)
            entered.page.on("dialog", lambda dialog: refuse(dialog, found))
            return entered

        devices = dict[str, Device]()
        visitor = await enter("visitor", campus.device("visitor", LOOKS[app]))
        await visitor.open(f"{BEFORE[app]}/login")
        await settle(visitor)
        for route in await routes(visitor.page):
            blank.add(route)
            person = None if route in OPEN else world.visitor(app, route)
            name = person.account if person else "visitor"
            device = devices.get(name) or await enter(name, campus.device(name, LOOKS[app], person))
            for address in world.addresses(app, route):
                await device.open(BEFORE[app] + address)
                await settle(device)
                for tab in [None, *await device.page.get_by_role("tab").all()]:
                    if tab is not None:
                        await tab.click()
                        await settle(device)
                    found += [f"{route} {address}: {each}" for each in await device.page.evaluate(MADE)]
                    if SHORT in await device.page.locator("body").inner_text():
                        blank.discard(route)
        found += [each for device in devices.values() for each in device.troubles if "Content Security" in each]
        # A page that makes HTML of it would be found out.
        await visitor.page.evaluate("text => document.body.insertAdjacentHTML('beforeend', text)", LONG)
        assert len(await visitor.page.evaluate(MADE)) >= 5
    return found, blank


async def refuse(dialog: Dialog, found: list[str]) -> None:
    found.append(f"dialog {dialog.message}")
    await dialog.dismiss()
