"""账号设置 on the web, at a desk (R14): login methods, handing a number over, devices, closing and its conditions."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from server.ids import draw_id
from tests.e2e.campus import PASSWORD, Campus, Person
from tests.e2e.device import Device
from tests.e2e.test_school_admin import DESK, a_school
from tests.harness.wait import until

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.limit(240)]


async def code_sent(campus: Campus, to: str) -> str:
    """The code that went to a number or an address, as the drivers of development print it."""

    def found() -> str:
        lines = [line for node in campus.nodes for line in node.log().splitlines() if f"to={to} " in line]
        codes = [match[0] for line in lines if (match := re.search(r"(?<!\d)\d{6}(?!\d)", line.replace(to, "")))]
        return codes[-1] if codes else ""

    async def is_sent() -> bool:
        return bool(found())

    await until(is_sent, limit_s=20)
    return found()


async def settings(device: Device) -> None:
    await device.open("/account")
    await device.page.get_by_text("账号设置").click()
    await device.sees("登录方式")


async def confirm(device: Device) -> None:
    """The password, and the button."""
    await device.page.get_by_label("密码", exact=True).fill(PASSWORD)
    await device.page.locator("form button[type=submit]").click()


async def ask_for_code(device: Device, label: str, address: str) -> None:
    await device.page.get_by_label(label, exact=True).fill(address)
    await device.press("获取验证码")


async def log_in(device: Device, address: str) -> None:
    await device.open("/login")
    await device.page.get_by_label("手机号或邮箱").fill(address)
    await confirm(device)
    await expect(device.page).to_have_url(re.compile("/classrooms$"))


async def test_r12_a_number_is_handed_over_through_a_second_login_method(campus: Campus) -> None:
    """R8, R10, R11, R12, R13, R14, R15, R16: B binds an address, logs in with it and unbinds the number; A takes it."""
    a, b = await campus.person("账号甲"), await campus.person("账号乙")
    email = f"{draw_id().lower()}@163.com"
    async with campus.device("a", DESK, a) as mine, campus.device("b", DESK, b, node=1) as theirs:
        mine.forgive("409")
        await settings(theirs)
        await theirs.sees("唯一的登录方式，不能解绑", "建议再绑定一种登录方式")
        await theirs.picture("web-settings")
        await expect(theirs.button("解绑手机号")).to_have_count(0)
        await theirs.press("绑定邮箱")
        await ask_for_code(theirs, "邮箱地址", email)
        await theirs.page.get_by_label("验证码", exact=True).fill(await code_sent(campus, email))
        await theirs.picture("web-bind-email")
        await confirm(theirs)
        await theirs.sees("绑定成功")

        # The number is still B's.
        await settings(mine)
        await mine.press("更换手机号")
        await ask_for_code(mine, "新手机号", b.number)
        code = await code_sent(campus, f"+86{b.number}")
        await mine.page.get_by_label("验证码", exact=True).fill(code)
        await confirm(mine)
        await mine.sees("无法绑定")

        await theirs.open("/account")
        await theirs.press("退出登录")
        await theirs.page.get_by_role("dialog").get_by_role("button", name="退出登录").click()
        await expect(theirs.page).to_have_url(re.compile("/login"))
        await log_in(theirs, email)
        await settings(theirs)
        await theirs.press("解绑手机号")
        await theirs.sees("解绑后不能再用它登录")
        await confirm(theirs)
        await theirs.sees("已解绑", "唯一的登录方式，不能解绑")

        await confirm(mine)
        await mine.sees("修改成功", f"{b.number[:3]}****{b.number[-4:]}")
        phones = await campus.school.db.fetch("SELECT account_id, subject FROM identity WHERE provider = 'phone'")
        assert (a.account, f"+86{b.number}") in [tuple(each) for each in phones]
        assert mine.grievances() + theirs.grievances() == []


async def test_devices_are_listed_and_logged_out_from_afar(campus: Campus) -> None:
    person = await campus.person("陈思远")
    async with campus.device("here", DESK, person) as here, campus.device("there", DESK, person, node=1) as there:
        await there.open("/account")
        await there.sees("陈思远")
        await here.open("/account")
        await here.sees("学校云服务")
        await here.page.get_by_text("登录设备").click()
        await here.sees("本机")
        await here.picture("web-devices")
        await here.press("移除")
        await here.page.get_by_role("dialog").get_by_role("button", name="移除").click()
        await expect(there.page).to_have_url(re.compile("/login"))
        assert here.grievances() == []


async def test_r34_r35_closing_waits_for_the_certification_to_be_dissolved(campus: Campus) -> None:
    person, admin = await campus.person("宋佳宁"), await campus.person("教务处")
    school, _ = await a_school(campus, admin)
    await certified(campus, school, person)
    async with campus.device("web", DESK, person) as web:
        web.forgive("409", "401")
        await settings(web)
        await web.page.get_by_text("注销账号").click()
        await web.sees("注销前需先解除学校云认证", "不能转到其他账号", "不能再绑定其他账号", "只能联系客服恢复")
        await web.picture("web-close-account")
        await confirm(web)
        await web.sees("注销前请先在我的学校云解除认证")
        await web.open("/account/school-cloud")
        await web.press("解除认证")
        await web.page.get_by_role("dialog").get_by_role("button", name="解除认证").click()
        await web.sees("未认证")
        await settings(web)
        await web.page.get_by_text("注销账号").click()
        await confirm(web)
        await web.sees("账号已注销")
        await expect(web.page).to_have_url(f"{web.url}/login")
        await web.page.get_by_label("手机号或邮箱").fill(person.number)
        await confirm(web)
        await web.sees("手机号或密码错误")
        assert web.grievances() == []


async def certified(campus: Campus, school: str, person: Person) -> None:
    await campus.school.db.execute(
        """
        INSERT INTO certification (id, school_id, roster_entry_id, account_id, number, name)
        SELECT $1, school_id, id, $3, number, name
          FROM roster_entry
         WHERE school_id = $2 AND number = '00210001'
        """,
        draw_id(),
        school,
        person.account,
    )
