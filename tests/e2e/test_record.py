"""Class records: after class the teacher reads who was there, what every activity brought, and what one student did."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.campus import Campus
from tests.e2e.lesson import a_lesson

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.limit(150)]


async def test_the_teacher_reads_a_past_lesson_and_one_students_part_in_it(campus: Campus) -> None:
    async with a_lesson(campus) as lesson:
        await lesson.start()
        page = lesson.console.page

        async def check_in(composer: Locator) -> None:
            """Nothing to fill in."""

        async def discussion(composer: Locator) -> None:
            await composer.locator("textarea").first.fill("今天哪里没听懂？")

        await lesson.draft("check_in", "第一周签到", check_in)
        await lesson.publish("第一周签到")
        one = lesson.phones[0]
        await lesson.enter()
        await one.page.locator("button.sign").tap()
        await one.sees("已签到")
        await lesson.draft("discussion", "课后提问", discussion)
        await lesson.publish("课后提问")
        await lesson.enter()
        await one.page.get_by_label("说说你的看法").fill("切线的定义再讲一遍")
        await one.page.get_by_role("button", name="发送").tap()
        await one.sees("1 条发言")
        await lesson.end()

        await page.get_by_role("navigation").get_by_role("link", name="课堂记录").click()
        await page.get_by_role("link").filter(has_text="第 1 次课").click()
        await lesson.console.sees("到课 1 / 5", "第一周签到", "课后提问")
        await page.get_by_role("button", name="李子涵").click()
        await expect(page.locator(".student")).to_contain_text("切线的定义再讲一遍")
        await lesson.console.picture("console-record")
        await page.locator(".timeline").get_by_role("button").filter(has_text="第一周签到").click()
        await expect(page.locator(".panel .here")).to_have_text("到课 1 / 5")
        await lesson.check()
