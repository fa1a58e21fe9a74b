"""The message centre holds whatever came, also while a page of it was under way."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import APIResponse, Route, expect

from tests.e2e.college import PASSWORD, College, announce
from tests.e2e.device import Device, Look

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.limit(60)]

PHONE = Look(width=390, height=844)
NUMBER = "0260401"


async def test_r57_what_comes_while_a_page_is_under_way_is_in_the_list(college: College) -> None:
    """The network is slow: each page was read from the book before the next announcement, and arrives after it."""
    student = await college.campus.person("沈星河")
    await college.certify(student, NUMBER)
    await college.enroll(student, college.spoc, PASSWORD)
    pages: asyncio.Queue[tuple[Route, APIResponse]] = asyncio.Queue()

    async def hold(route: Route) -> None:
        await pages.put((route, await route.fetch()))

    async with college.campus.device("student", PHONE, student) as phone:
        await phone.page.route(re.compile(r"/api/inbox"), hold)
        await phone.open("/inbox")
        for n, title in enumerate(("第一条公告", "第二条公告"), 1):
            route, page = await pages.get()
            await announce(college, title, "请查看。")
            await waits(phone, n)
            await route.fulfill(response=page)
        route, page = await pages.get()
        await route.fulfill(response=page)
        titles = phone.page.get_by_role("main").get_by_role("listitem").locator("strong")
        await expect(titles.nth(0)).to_have_text("第二条公告")
        await expect(titles.nth(1)).to_have_text("第一条公告")
        assert phone.grievances() == []


async def waits(phone: Device, n: int) -> None:
    """So many announcements are said to be unread."""
    await expect(phone.page.get_by_role("button", name=f"课程公告{n}", exact=True)).to_be_visible()
