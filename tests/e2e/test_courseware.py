"""The teacher who types faster than the network carries loses nothing."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Route, expect

from tests.e2e.college import College
from tests.e2e.device import Device, Look

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.limit(90)]

DESK = Look(width=1440, height=900, scale=1, is_phone=False)
CHAPTERS = ["第一章", "第二章"]


async def test_r50_chapters_typed_one_after_the_other_are_all_there_in_order(college: College) -> None:
    """The second one is typed while the first is on its way."""
    on_its_way = asyncio.Queue[Route]()
    async with college.campus.device("desk", DESK, college.teacher) as desk:
        await desk.page.route(re.compile(r"/api/runs/\w+/units$"), lambda route: hold(route, on_its_way))
        await desk.open(f"/console/runs/{college.upcoming.run}")
        for chapter in CHAPTERS:
            await add(desk, chapter)
        for _ in CHAPTERS:
            await (await on_its_way.get()).continue_()
        await expect(desk.page.get_by_role("main").get_by_role("heading", level=2)).to_have_text(CHAPTERS)
        assert desk.grievances() == []


async def hold(route: Route, on_its_way: asyncio.Queue[Route]) -> None:
    """What is asked passes; what is written waits."""
    if route.request.method == "POST":
        await on_its_way.put(route)
    else:
        await route.continue_()


async def add(desk: Device, chapter: str) -> None:
    await desk.press("添加章")
    box = desk.page.get_by_role("dialog").locator("visible=true")
    await box.get_by_role("textbox").fill(chapter)
    await box.get_by_role("button", name="保存").click()
    await expect(box).to_be_hidden()
