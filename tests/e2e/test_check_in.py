"""A check-in: who signs in is seen at once, and the teacher has the last word."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.lesson import Timetable

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.limit(240)]


async def test_signing_in_is_seen_at_once_and_the_teacher_corrects_it(timetable: Timetable) -> None:
    """R73: the prompt on the phone leads into the activity."""
    async with timetable.story() as lesson:
        one, other, third = lesson.phones

        async def compose(composer: Locator) -> None:
            await composer.get_by_text("10 分钟后").click()

        await lesson.draft("check_in", "第一周签到", compose)
        await lesson.publish("第一周签到")
        await one.picture("phone-prompt")
        await lesson.enter()
        await one.sees("后签到记为迟到")
        await one.picture("phone-check_in-open")

        await one.page.locator("button.sign").tap()
        await other.page.locator("button.sign").tap()
        await one.sees("已签到")
        await other.sees("Present", "Signed in at")
        await expect(lesson.panel.locator(".here")).to_have_text("到课 2 / 5")
        await expect(lesson.wall.page.locator(".unit")).to_have_text("2 / 5 已签到")
        await lesson.idle()
        await lesson.picture("check_in")

        # The third one's phone will not take it; he shows his face instead.
        await lesson.panel.get_by_role("button", name="陈思远").click()
        form = lesson.console.page.get_by_role("dialog")
        await form.get_by_text("手机没电").click()
        await lesson.console.picture("console-check_in-correct")
        await form.get_by_role("button", name="保存").click()
        await third.sees("由老师登记")
        await expect(lesson.panel.locator(".here")).to_have_text("到课 3 / 5")

        await lesson.close()
        await expect(lesson.wall.page.locator(".line")).to_have_text("签到已结束")
        await expect(lesson.wall.page.locator(".fact")).to_have_text("缺勤 2")
        await lesson.phones[2].sees("已签到")
        await lesson.picture("check_in-closed")
