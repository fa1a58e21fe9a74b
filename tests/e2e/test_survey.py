"""An anonymous survey: nobody, not even the teacher, sees who said what."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from protocol.envelopes import Body
from tests.e2e.lesson import Timetable

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.limit(240)]


async def test_an_anonymous_survey_shows_its_results_only_when_they_hide_everybody(timetable: Timetable) -> None:
    async with timetable.story() as lesson:
        one, other, third = lesson.phones

        async def compose(composer: Locator) -> None:
            await composer.get_by_text("匿名问卷", exact=True).click()
            await composer.get_by_role("button", name="单选").click()
            pace = composer.get_by_role("region", name="第 1 题")
            await pace.get_by_label("题目").fill("今天的进度如何？")
            await pace.get_by_label("选项 A", exact=True).fill("偏慢")
            await pace.get_by_label("选项 B", exact=True).fill("合适")
            # What is missing is told, and must not move the next button away from under the pointer.
            await expect(pace.get_by_role("alert")).to_have_count(0)
            await composer.get_by_role("button", name="评分").click()
            await composer.get_by_role("region", name="第 2 题").get_by_label("题目").fill("你对导数的理解程度？")
            await expect(pace.get_by_role("alert")).to_have_text("选项不能为空")
            await pace.get_by_role("button", name="删除选项 C").click()

        await lesson.draft("survey", "课堂反馈", compose)
        await lesson.publish("课堂反馈")
        await lesson.enter()
        for phone, option, rating, word in (
            (one, "合适", r"^4 分", "提交问卷"),
            (other, "偏慢", r"^3 of", "Submit"),
            (third, "合适", r"^5 分", "提交问卷"),
        ):
            await phone.page.locator("label", has=phone.page.get_by_text(option, exact=True)).tap()
            await phone.page.locator("label", has=phone.page.get_by_label(re.compile(rating))).tap()
            if phone is one:
                await one.picture("phone-survey-open")
            await phone.press(word)
        await one.sees("已提交，感谢你的回答", "匿名问卷不保留谁填写了什么")
        await other.sees("Submitted, thank you")
        await third.sees("已提交，感谢你的回答")
        await expect(lesson.panel.locator(".facts")).to_contain_text("3/5")
        await lesson.console.sees("收到 5 份回答后才显示结果")
        await lesson.wall.sees("3 / 5 已填写")

        activity = await lesson.activity("课堂反馈")
        for person in lesson.absent:
            answers: Body = {"activity": activity, "value": {"v": 1, "answers": [1, 4]}}
            await lesson.campus.command(person, "response.submit", lesson.classroom, answers)
        await expect(lesson.panel.locator("article").first).to_contain_text("4")
        assert await one.page.locator(".results").count() == 0
        await lesson.console.press("向学生展示结果")
        await lesson.phones_see("问卷结果", "Results")
        await expect(lesson.wall.page.locator(".result").first).to_contain_text("合适")
        names = lesson.panel.get_by_text("李子涵").or_(lesson.panel.get_by_text("Emma Zhang"))
        await expect(names).to_have_count(0)
        await lesson.idle()
        await lesson.picture("survey")

        await lesson.close()
        await lesson.picture("survey-closed")
