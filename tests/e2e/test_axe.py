"""axe finds nothing serious on any page that the routers list, light or dark."""

from __future__ import annotations

import contextlib
from typing import Literal

import pytest
import pytest_asyncio

from tests.e2e.axe import findings, settle
from tests.e2e.college import College
from tests.e2e.device import Device, Look
from tests.e2e.lesson import CONSOLE
from tests.e2e.places import App, World, a_world, routes

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.limit(600)]

LOOKS: dict[App, Look] = {"phone": Look(width=390, height=844), "console": CONSOLE}
BEFORE: dict[App, str] = {"phone": "", "console": "/console"}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# What stays open to nobody in particular.
OPEN = ("/login", "/register", "/reset", "/oauth")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(college: College) -> World:
    return await a_world(college)


@pytest.mark.parametrize("app", ["phone", "console"])
async def test_no_page_is_closed_to_people_with_a_disability(college: College, world: World, app: App) -> None:
    found: list[str] = []
    async with contextlib.AsyncExitStack() as stack:
        visitor = await stack.enter_async_context(college.campus.device("visitor", LOOKS[app]))
        await visitor.open(f"{BEFORE[app]}/login")
        await settle(visitor)
        devices = {"visitor": visitor}
        for route in await routes(visitor.page):
            person = None if route in OPEN else world.visitor(app, route)
            name = person.name if person else "visitor"
            if name not in devices:
                devices[name] = await stack.enter_async_context(college.campus.device(name, LOOKS[app], person))
            for address in world.addresses(app, route):
                found += await look(devices[name], BEFORE[app] + address, f"{app} {route}")
    assert not found, "\n".join(found)


async def look(device: Device, address: str, name: str) -> list[str]:
    await device.page.emulate_media(color_scheme="light")
    await device.open(address)
    try:
        await settle(device)
    except (AssertionError, TimeoutError) as error:
        error.add_note("\n".join([*device.troubles, await device.page.content()]))
        raise
    found = await in_both_themes(device, f"{name} {address}")
    if name.startswith("console"):
        for tab in await device.page.get_by_role("tab").all():
            await tab.click()
            await settle(device)
            found += await in_both_themes(device, f"{name} {address} {await tab.inner_text()}")
    return found


async def in_both_themes(device: Device, name: str) -> list[str]:
    found = []
    for theme in THEMES:
        await device.page.emulate_media(color_scheme=theme)
        await settle(device)
        found += [f"{name} {theme} {each}" for each in await findings(device.page)]
    return found
