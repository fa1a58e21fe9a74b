"""The platform's own people: an operator's push, support that restores an account, clients for ops."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from protocol.people import PlatformRole
from server.store import platform_roles
from tests.e2e.campus import PASSWORD, Campus, Person
from tests.e2e.device import Look
from tests.e2e.test_school_admin import DESK, PHONE, a_school, agree

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.limit(240)]

NARROW = Look(width=390, height=844, is_phone=False)


async def somebody(campus: Campus, name: str, *roles: PlatformRole) -> Person:
    person = await campus.person(name)
    async with campus.school.db.transaction() as tx:
        for role in roles:
            await platform_roles.insert_role(tx, person.account, role)
    return person


async def test_r57_an_operator_tells_everybody_of_a_school(campus: Campus) -> None:
    """To a school here, so that the other stories' people are left alone."""
    operator, admin = await somebody(campus, "运营", "operator"), await campus.person("教务处")
    _, name = await a_school(campus, admin)
    async with campus.device("desk", DESK, operator) as desk, campus.device("phone", PHONE, admin, node=1) as phone:
        await phone.open("/inbox")
        await desk.open("/console/")
        await desk.page.get_by_role("link", name="平台推送").click()
        await desk.press("新建推送")
        form = desk.page.get_by_role("dialog", name="新建推送")
        await form.get_by_text("学校", exact=True).click()
        await form.get_by_role("combobox").fill(name)
        await desk.page.get_by_role("option").filter(has_text=name).click()
        await form.get_by_label("标题").fill("系统维护通知")
        await form.get_by_label("内容").fill("今晚 22:00 至 23:00 系统维护，期间无法登录。")
        await desk.picture("console-push")
        await form.get_by_role("button", name="发送").click()
        await agree(desk, "发送", "系统维护通知", "发送后无法撤回")
        card = desk.page.locator("article").first
        await expect(card).to_contain_text("已发送")
        await expect(card).to_contain_text("已送达 1 人")
        await phone.sees("系统维护通知")
        await desk.picture("console-pushes")
        await desk.page.reload()
        await expect(desk.page.locator("article").first).to_contain_text("系统维护通知")
        assert desk.grievances() + phone.grievances() == []


async def test_r38_d15_support_restores_an_account_and_its_name_comes_back_live(campus: Campus) -> None:
    """R34, R36, R38, D15: closed on the web, nameless in class at once; restored by support, named again at once."""
    support, teacher = await somebody(campus, "客服", "support"), await campus.person("王晓岚")
    student, other = await campus.person("赵梓萱"), await campus.person("黄俊杰")
    classroom = await campus.classroom(teacher, student, other, name="线性代数")
    await campus.school.session(teacher.account, classroom)
    activity = await campus.school.publish(teacher.account, classroom, "discussion", {"text": "说说看"})
    await campus.school.wish(student.account, "activity.post", classroom, {"activity": activity, "text": "我先说"})
    async with (
        campus.device("own", DESK, student) as own,
        campus.device("desk", DESK, support) as desk,
        campus.device("console", DESK, teacher) as console,
        campus.device("phone", PHONE, other, node=1) as phone,
    ):
        await phone.open(f"/classrooms/{classroom}/activities/{activity}")
        await phone.sees("赵梓萱", "我先说")
        await console.open(f"/console/classrooms/{classroom}")
        await console.page.get_by_role("tab", name="成员").click()
        await console.sees("赵梓萱")

        await own.open("/account/settings")
        await own.page.get_by_text("注销账号").click()
        await own.sees("注销后无法登录，学习数据不会删除、不能转到其他账号", "注销前需先解除学校云认证")
        await own.page.get_by_label("密码", exact=True).fill(PASSWORD)
        await own.page.locator("form button[type=submit]").click()
        await expect(own.page).to_have_url(f"{own.url}/login")
        await phone.sees("已注销用户", "我先说")
        await phone.sees_no("赵梓萱")
        await console.sees("已注销用户")
        await console.sees_no("赵梓萱")
        await phone.picture("phone-closed-account")

        await desk.open("/console/")
        await desk.page.get_by_role("link", name="账号客服").click()
        await desk.page.get_by_label("手机号").fill(student.number)
        await desk.press("查找")
        dialog = desk.page.get_by_role("dialog")
        await expect(dialog).to_contain_text("赵梓萱")
        await expect(dialog).to_contain_text(f"{student.number[:3]}****{student.number[-4:]}")
        await desk.page.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()
        await desk.page.get_by_role("row").filter(has_text="赵梓萱").get_by_role("button", name="查看").click()
        await expect(dialog).to_contain_text("注销账号")
        await desk.picture("console-support")
        await dialog.get_by_label("工单编号").fill("case-2026-001")
        await dialog.get_by_role("button", name="恢复账号").click()
        await desk.sees("账号已恢复")
        await expect(dialog).to_contain_text("正常")
        await desk.page.keyboard.press("Escape")
        await expect(desk.page.get_by_role("row").filter(has_text="赵梓萱")).to_have_count(0)
        await phone.sees("赵梓萱", "我先说")
        await console.sees("赵梓萱")
        await phone.sees_no("已注销用户")
        for screen in (phone, console, desk):
            assert (screen.n_loads, screen.grievances()) == (1, [])


async def test_r7_ops_see_which_versions_are_connected(campus: Campus) -> None:
    ops = await somebody(campus, "运维", "ops")
    async with campus.device("desk", DESK, ops) as desk:
        await desk.open("/console/")
        await desk.page.get_by_role("link", name="客户端版本").click()
        await desk.sees("来自 2 个节点", "未设置：所有版本都可使用")
        # The own connection, once its node told of it.
        row = desk.page.get_by_role("row").filter(has_text="网页").filter(has_text="0.1.0")
        await expect(row).to_contain_text("0.1.0")
        await desk.picture("console-clients")
        assert desk.grievances() == []


PAGES = ("平台推送", "账号客服", "客户端版本", "学校云")


async def test_to_everybody_else_there_is_no_platform(campus: Campus) -> None:
    """The menu has nothing, and who knows the address is told so by the server."""
    teacher = await campus.person("王晓岚")
    async with campus.device("desk", DESK, teacher) as desk:
        desk.forgive("404")
        await desk.open("/console/")
        await desk.sees("还没有课堂")
        await desk.sees_no(*PAGES)
        for page in ("pushes", "support", "clients"):
            await desk.open(f"/console/platform/{page}")
            await desk.sees("内容不存在")
        assert desk.grievances() == []


async def test_the_desks_pages_fit_a_narrow_window(campus: Campus) -> None:
    person = await somebody(campus, "运营", "operator", "support", "ops")
    school, _ = await a_school(campus, person)
    async with campus.device("narrow", NARROW, person) as narrow:
        for path in ("platform/pushes", "platform/support", "platform/clients", f"schools/{school}"):
            await narrow.open(f"/console/{path}")
            await expect(narrow.page.locator("main h1")).to_be_visible()
            await expect(narrow.page.locator("main .el-skeleton")).to_have_count(0)
            wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert await narrow.page.evaluate(wide) == 0, path
            # From each page to the next by the menu, which is behind a button here.
            await narrow.press("菜单")
            await narrow.sees(*PAGES)
            await narrow.press("菜单")
            await narrow.sees_no("学校云")
