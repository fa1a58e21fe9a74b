"""Lesson plans: after class only those sent to the students are left to them (R85)."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.campus import Campus
from tests.e2e.lesson import a_lesson

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.limit(240)]

PLAN = """# 第三讲 导数的概念

## 教学目标

- 理解导数的定义
- 会求简单函数的导数

| 内容 | 时间 |
|---|---|
| 切线 | 15 分钟 |
| 例题 | 25 分钟 |
"""


async def test_after_class_students_keep_only_the_plan_that_was_sent(campus: Campus) -> None:
    async with a_lesson(campus) as lesson:
        await lesson.start()
        one = lesson.phones[0]

        async def compose(composer: Locator) -> None:
            await composer.get_by_label("教案内容").fill(PLAN)

        await lesson.draft("lesson_plan", "第三讲 导数的概念", compose)
        await lesson.publish("第三讲 导数的概念")
        await lesson.enter()
        await lesson.phones_see("会求简单函数的导数", "会求简单函数的导数")
        await one.sees("上课期间可以查看")
        await lesson.idle()
        await lesson.console.press("发给学生")
        await lesson.phones_see("老师已发给学生", "Sent to you")
        await lesson.picture("lesson_plan")

        await lesson.draft("lesson_plan", "教师备注", compose)
        await lesson.publish("教师备注")
        await lesson.enter(one)
        await one.sees("会求简单函数的导数")
        await lesson.end()

        # It vanishes under the reader's eyes; the other one is in the record.
        await one.sees("活动已不在当前课堂")
        await one.press("查看课堂记录")
        await one.page.get_by_role("link").filter(has_text="第 1 次课").tap()
        await expect(one.page.get_by_role("link").filter(has_text="第三讲")).to_be_visible()
        await one.sees_no("教师备注")
        await one.picture("phone-record")
        await one.page.get_by_role("link").filter(has_text="第三讲").tap()
        await one.sees("会求简单函数的导数")
        await lesson.check()
