"""An exercise: answered against the clock, saved as it is typed, handed in by itself at zero."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Locator, expect

from protocol.envelopes import Body
from tests.e2e.device import Device
from tests.e2e.lesson import Timetable

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.limit(240)]

SHORT: Body = {
    "time_limit_s": 12,
    "questions": [{"type": "single", "text": "lim (sin x)/x，x→0", "options": ["0", "1", "∞"], "key": 1}],
}


async def choose(phone: Device, *options: str) -> None:
    for option in options:
        await phone.page.locator("label", has=phone.page.get_by_text(option, exact=True)).tap()


async def submit(phone: Device, word: str) -> None:
    await phone.button(word).tap()
    await phone.page.get_by_role("dialog").get_by_role("button", name=word, exact=True).tap()


async def test_what_is_saved_is_handed_in_at_the_close(timetable: Timetable) -> None:
    async with timetable.story() as lesson:
        one, other, third = lesson.phones

        async def compose(composer: Locator) -> None:
            await composer.get_by_role("button", name="单选").click()
            single = composer.get_by_role("region", name="第 1 题")
            await single.get_by_label("题目").fill("f(x) = x² 在 x = 1 处的导数是？")
            for letter, option in (("A", "0"), ("B", "1"), ("C", "2"), ("D", "4")):
                await single.get_by_label(f"选项 {letter}", exact=True).fill(option)
            await single.get_by_role("radio", name="选项 C 是正确答案").check(force=True)
            await composer.get_by_role("button", name="判断").click()
            truth = composer.get_by_role("region", name="第 2 题")
            await truth.get_by_label("题目").fill("可导的函数一定连续。")
            await truth.get_by_text("对", exact=True).click()
            await composer.get_by_text("共 2 题，满分 2").scroll_into_view_if_needed()

        await lesson.draft("exercise", "导数小测", compose)
        await lesson.publish("导数小测")
        await lesson.enter()
        for phone in lesson.phones:
            await expect(phone.page.get_by_role("timer").first).to_contain_text("2:")

        await choose(one, "2", "对")
        await one.sees("已答 2/2", "已保存")
        await one.picture("phone-exercise-open")
        await choose(other, "1", "True")
        await choose(third, "2")
        await third.sees("已答 1/2", "已保存")
        await submit(one, "提交")
        await submit(other, "Submit")
        await one.sees("答对 2 / 2 题")
        await other.sees("1 of 2 right")
        await expect(lesson.panel.locator(".facts").first).to_contain_text("2/5")
        await expect(lesson.wall.page.locator(".facts")).to_contain_text("已提交 2 / 5")
        await lesson.idle()
        await lesson.picture("exercise")
        lesson.class_picture("exercise")

        await lesson.close()
        await third.sees("时间到，已自动提交", "答对 1 / 2 题")
        await expect(lesson.wall.page.locator(".right")).to_contain_text("正确率 67%")
        await lesson.picture("exercise-closed")


async def test_the_clock_hands_in_what_nobody_did(timetable: Timetable) -> None:
    async with timetable.story() as lesson:
        third = lesson.phones[2]
        await lesson.campus.school.draft(lesson.teacher.account, lesson.classroom, "exercise", SHORT)
        await lesson.publish("exercise")
        await lesson.enter(third)
        await choose(third, "1")
        await third.sees("已保存")
        # Nobody does anything any more.
        await asyncio.gather(third.sees("时间到，已自动提交", "答对 1 / 1 题"), lesson.phones_see("已结束", "Closed"))
        await expect(lesson.panel.locator("header").first).to_contain_text("已结束")
        await expect(lesson.panel.locator(".facts").first).to_contain_text("1/5")
