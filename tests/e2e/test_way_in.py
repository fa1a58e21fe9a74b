"""The way into a class: a teacher's first classroom, a student's first minute."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.async_api import expect

from tests.e2e.campus import PASSWORD, Campus, a_phone_number
from tests.e2e.lesson import CONSOLE, PHONES
from tests.harness.until import until

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.limit(240)]


async def test_from_registering_to_the_first_lesson(campus: Campus) -> None:
    teacher, student = await campus.person("王晓岚"), await campus.person("Emma Zhang")
    async with (
        campus.device("console", replace(CONSOLE, has_motion=True)) as console,
        campus.device("new", PHONES[0]) as new,
        campus.device("known", PHONES[1], node=1) as known,
    ):
        # The teacher logs in and makes a classroom.
        await console.open("/console/")
        await console.sees("一次点击，全班同步。")
        await console.picture("console-log-in")
        await console.page.get_by_label("手机号").fill(teacher.number)
        await console.page.get_by_label("密码", exact=True).fill(PASSWORD)
        await console.page.locator("form button[type=submit]").click()
        await console.sees("还没有课堂")
        await console.page.get_by_role("main").get_by_role("button", name="新建课堂").first.click()
        await console.page.get_by_label("课堂名称").fill("数据结构 · 计科 2301")
        await console.page.get_by_role("dialog").get_by_role("button", name="新建课堂").click()
        code = await console.page.locator(".code strong").inner_text()
        await console.press("显示二维码")
        await expect(console.page.locator(".popover").get_by_role("img")).to_be_visible()
        await console.picture("console-code")
        await console.page.keyboard.press("Escape")

        # A new student follows the code on the wall, and has no account yet.
        await new.open(f"/join/{code}")
        await new.sees(code)
        await new.page.get_by_role("link", name="还没有账号？立即注册").tap()
        # The page that is left asks for a number too.
        await expect(new.page.get_by_label("设置密码")).to_be_visible()
        number = a_phone_number()
        await new.page.get_by_label("手机号").fill(number)
        await new.press("获取验证码")
        await until(lambda: code_sent(campus, number), lambda: campus.nodes[0].log()[-2000:])
        await new.page.get_by_label("验证码").fill(code_sent(campus, number))
        await new.page.get_by_label("姓名").fill("周嘉怡")
        await new.page.get_by_label("设置密码").fill(PASSWORD)
        await new.picture("phone-register")
        await new.page.locator("form button[type=submit]").tap()
        await new.press("加入")
        await new.sees("老师还没有上课")

        # Another one logs in and types the code.
        await known.open("/")
        await known.page.get_by_label("Phone").fill(student.number)
        await known.page.get_by_label("Password", exact=True).fill(PASSWORD)
        await known.page.locator("form button[type=submit]").tap()
        await known.page.get_by_role("button", name=re.compile("class code", re.I)).tap()
        await known.page.locator(".code input").fill(code.lower())
        await known.picture("phone-join")
        await known.page.locator("form button[type=submit]").tap()
        await expect(known.page.locator(".lesson")).to_contain_text("Not in session")
        await console.page.get_by_role("tab", name="成员").click()
        await console.sees("周嘉怡", "Emma Zhang")

        await console.press("上课")
        await new.sees("第 1 次课")
        await known.sees("Lesson 1")
        await new.picture("phone-classroom")
        await console.press("下课")
        await console.page.get_by_role("dialog").get_by_role("button", name="下课").click()
        await known.sees("Not in session")
        await new.page.get_by_role("tab", name="课堂记录").tap()
        await new.sees("第 1 次课")
        for screen in (console, new, known):
            assert (screen.n_loads, screen.grievances()) == (1, [])


def code_sent(campus: Campus, number: str) -> str:
    """The code that went to the number, as the driver of development prints it; empty until it has."""
    found = [re.search(rf"sms to=\+86{number} \S+ code=(\d+)", each.log()) for each in campus.nodes]
    return next((each[1] for each in found if each), "")
