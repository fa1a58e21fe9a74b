"""A school admin at the desk: a roster with errors, a number that somebody else holds, codes, teachers, the log."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from playwright.async_api import Locator, expect

from protocol.ids import SchoolId
from server.ids import draw_id
from server.store import schools
from tests.e2e.campus import Campus, Person
from tests.e2e.device import Device, Look

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.limit(240)]

DESK = Look(width=1440, height=900, scale=1, is_phone=False)
PHONE = Look(width=390, height=844)
CODE = "SPRING26"
NAMES = iter(f"{place}大学" for place in ("南山", "东湖", "西岭", "北江", "中原", "海滨", "高原", "星城"))
HEADINGS = ("认证码", "学生姓名", "学号（必填）")
# As the office has them: figures in full width, zeros in front, the columns in another order.
GOOD = (("", "周嘉怡", "００２１０００５"), ("OWN-CODE", "陈思远", "00210002"), ("", "林志远", "00210004"))
WRONG = (("", "", "00210006"), ("", "吴宇轩", "２１０ ００７"), ("", "徐静雯", "2.1E+11"), ("码", "孙博文", "00210008"))
MENDED = (
    ("", "马晓彤", "00210006"),
    ("", "吴宇轩", "00210007"),
    ("", "徐静雯", "00210009"),
    ("", "孙博文", "00210008"),
)
MANY = tuple(("", "新生", f"99{n:06}") for n in range(5_000))
# Every state that an import showed, however short it was.
WATCH = """
    window.states = []
    new MutationObserver(() => {
      const state = document.querySelector('article .el-tag')?.textContent
      if (state && window.states.at(-1) !== state) window.states.push(state)
    }).observe(document.body, { subtree: true, childList: true, characterData: true })
"""


async def a_school(campus: Campus, admin: Person) -> tuple[SchoolId, str]:
    """With a cloud and four students. Gives its id and name."""
    school, name = SchoolId(draw_id()), next(NAMES)
    async with campus.school.db.transaction() as tx:
        await schools.insert_school(tx, school, name, True, CODE)
        await schools.insert_admin(tx, school, admin.account)
        for number, student in (
            ("00210001", "李子涵"),
            ("00210002", "陈思源"),
            ("00210003", "杨若曦"),
            ("00210004", "林志远"),
        ):
            await tx.execute(
                "INSERT INTO roster_entry (id, school_id, number, name) VALUES ($1, $2, $3, $4)",
                draw_id(),
                school,
                number,
                student,
            )
    return school, name


def a_workbook(path: Path, *rows: Sequence[str]) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(("2026 级学生名单",))
    sheet.append(HEADINGS)
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


async def roster(campus: Campus, school: SchoolId) -> list[tuple[str, str, str | None]]:
    rows = await campus.school.db.fetch(
        "SELECT number, name, code FROM roster_entry WHERE school_id = $1 AND number < '99' ORDER BY number", school
    )
    return [(row["number"], row["name"], row["code"]) for row in rows]


async def upload(desk: Device, file: Path) -> Locator:
    await desk.page.get_by_label("上传名单").set_input_files(file)
    card = desk.page.locator("article").first
    await expect(card).to_contain_text(file.name)
    await expect(card).to_contain_text("待确认")
    return card


async def agree(desk: Device, button: str, *said: str) -> None:
    """Read what is asked, and say yes."""
    box = desk.page.locator(".el-message-box")
    for text in said:
        await expect(box).to_contain_text(text)
    await box.get_by_role("button", name=button).click()
    await expect(box).to_be_hidden()


async def test_r29_a_roster_with_errors_is_mended_imported_and_undone(campus: Campus, tmp_path: Path) -> None:
    admin = await campus.person("教务处")
    school, _ = await a_school(campus, admin)
    before = await roster(campus, school)
    async with campus.device("desk", DESK, admin) as desk:
        await desk.open(f"/console/schools/{school}")
        await desk.sees("4 名学生 · 0 名已认证")
        await desk.page.get_by_role("tab", name="导入名单").click()
        await desk.page.evaluate(WATCH)
        await desk.page.get_by_text("文件是完整名单").click()
        card = await upload(desk, a_workbook(tmp_path / "2026级.xlsx", *GOOD, *WRONG))
        for count in ("共 7 行", "新增 1", "修改 1", "删除 2", "错误 4"):
            await expect(card).to_contain_text(count)
        for problem in ("缺少姓名", "学号格式错误", "学号是数值", "认证码格式错误"):
            await expect(card).to_contain_text(problem)
        await desk.picture("console-roster-errors")
        async with desk.page.expect_download() as download:
            await card.get_by_role("button", name="下载错误行").click()
        found = (await (await download.value).path()).read_text("utf-8-sig")
        assert [row[:3] for row in csv.reader(io.StringIO(found))] == [
            ["行", "学号", "姓名"],
            ["6", "00210006", ""],
            ["7", "２１０ ００７", "吴宇轩"],
            ["8", "2.1E+11", "徐静雯"],
            ["9", "00210008", "孙博文"],
        ]
        # A whole roster with wrong rows would remove those students: it is refused.
        desk.forgive("409")
        await card.get_by_role("button", name="确认导入").click()
        await agree(desk, "确认导入", "删除 2 人", "原账号的学习数据不会转移")
        await desk.sees("文件中有错误行")
        await card.get_by_role("button", name="放弃").click()
        await expect(card).to_contain_text("已放弃")

        card = await upload(desk, a_workbook(tmp_path / "2026级-修正.xlsx", *GOOD, *MENDED, *MANY))
        for count in ("共 5007 行", "新增 5005", "修改 1", "删除 2", "错误 0"):
            await expect(card).to_contain_text(count)
        await card.get_by_text("修改", exact=True).click()
        await expect(card.get_by_role("table").last).to_contain_text("陈思源")
        await desk.picture("console-roster-dry-run")
        await card.get_by_role("button", name="确认导入").click()
        await agree(desk, "确认导入", "将新增 5005 人、修改 1 人、删除 2 人")
        await expect(card).to_contain_text("已导入")
        await desk.sees("5007 名学生")
        assert await roster(campus, school) == [
            ("00210002", "陈思远", "OWN-CODE"),
            ("00210004", "林志远", None),
            ("00210005", "周嘉怡", None),
            ("00210006", "马晓彤", None),
            ("00210007", "吴宇轩", None),
            ("00210008", "孙博文", None),
            ("00210009", "徐静雯", None),
        ]
        await card.get_by_role("button", name="撤销导入").click()
        await agree(desk, "撤销导入", "名单将恢复到导入前")
        await expect(card).to_contain_text("已撤销")
        await desk.sees("4 名学生")
        assert await roster(campus, school) == before
        # Seen live, without a reload.
        states = await desk.page.evaluate("window.states")
        order = ["待确认", "未导入", "正在读取", "待确认", "正在导入", "已导入", "正在撤销", "已撤销"]
        assert states[-len(order) :] == order
        assert (desk.n_loads, desk.grievances()) == (1, [])


async def certify(phone: Device, school: str, number: str, name: str, code: str) -> None:
    await phone.open("/account/school-cloud")
    await phone.page.get_by_label("学校", exact=True).tap()
    await phone.page.locator(".schools input").fill(school)
    await phone.page.locator(".schools .van-cell").filter(has_text=school).last.tap()
    await phone.page.get_by_label("学号").fill(number)
    await phone.press("下一步")
    await phone.page.get_by_label("姓名").fill(name)
    await phone.page.get_by_label("认证码").fill(code)
    await phone.press("完成认证")


async def test_r30_a_number_that_another_account_holds_is_freed(campus: Campus) -> None:
    """R18, R19, R24, R30, R31, R32, with the exact texts, from both sides."""
    admin, old, new = await campus.person("教务处"), await campus.person("林志远"), await campus.person("林同学")
    school, name = await a_school(campus, admin)
    async with (
        campus.device("desk", DESK, admin) as desk,
        campus.device("old", PHONE, old, node=1) as before,
        campus.device("new", PHONE, new) as phone,
    ):
        await certify(before, name, "00210004", "林志远", CODE)
        await before.sees("认证成功", "已认证")
        phone.forgive("409")
        await certify(phone, name, "00210004", "林志远", CODE)
        await phone.sees("学号存在异常认证关系")
        await phone.picture("phone-number-held")

        await desk.open(f"/console/schools/{school}")
        await desk.page.get_by_label("搜索学号或姓名").fill("00210004")
        row = desk.page.get_by_role("row").filter(has_text="00210004")
        await expect(row).to_contain_text(f"{old.number[:3]}****{old.number[-4:]}")
        assert old.number not in await desk.page.content()
        await expect(desk.page.get_by_role("row")).to_have_count(2)
        await row.get_by_role("button", name="认证记录").click()
        await desk.sees("当前认证")
        await desk.picture("console-number-holder")
        await desk.page.keyboard.press("Escape")
        await row.get_by_role("button", name="删除").click()
        await expect(desk.page.locator(".el-message-box")).to_be_visible()
        await desk.picture("console-number-removed")
        await agree(desk, "删除", "账号「林志远」的认证将被解除", "原账号的学习数据不会转移到新账号")
        await desk.sees("名单中没有符合的学生")
        await desk.press("添加学生")
        form = desk.page.get_by_role("dialog")
        await form.get_by_label("学号").fill("00210004")
        await form.get_by_label("姓名").fill("林志远")
        await form.get_by_role("button", name="保存").click()
        await expect(row).to_contain_text("未认证")

        # A new code for the school; the old one works no more.
        await desk.page.get_by_role("tab", name="认证码").click()
        await desk.sees(CODE)
        await desk.press("更换统一认证码")
        await agree(desk, "更换统一认证码", "旧的统一认证码立即失效")
        await desk.sees_no(CODE)
        code = await desk.page.locator("p.code").inner_text()
        await desk.press("为没有单独认证码的学生生成")
        await agree(desk, "为没有单独认证码的学生生成", "单独认证码将代替统一认证码")
        await desk.sees("已生成 4 个认证码")
        await desk.sees_no("已生成 4 个认证码")
        await desk.picture("console-codes")
        await desk.page.get_by_role("tab", name="学生管理").click()
        await desk.press("导出名单")
        async with desk.page.expect_download() as download:
            await desk.page.get_by_role("menuitem", name="Excel 工作簿").click()
        file = await (await download.value).path()
        book = load_workbook(io.BytesIO(file.read_bytes()))
        issued = {
            str(number): str(own) for number, _, own, *_ in book.worksheets[0].iter_rows(min_row=2, values_only=True)
        }
        assert list(issued) == ["00210001", "00210002", "00210003", "00210004"]

        await certify(phone, name, "00210004", "林志远", code)
        await phone.sees("学号输入错误，或学校未录入该学号")
        await phone.page.get_by_label("认证码").fill(issued["00210004"])
        await phone.press("完成认证")
        await phone.sees("认证成功", "已认证")
        await phone.picture("phone-certified")
        await before.open("/account/school-cloud")
        await before.sees("未认证", "学校管理员解除")

        await desk.page.get_by_role("tab", name="操作记录").click()
        await desk.sees("删除学生", "添加学生", "生成认证码", "导出名单", "完成认证")
        await desk.picture("console-school-log")
        assert desk.grievances() + before.grievances() + phone.grievances() == []


async def test_r42_an_admin_keeps_the_teachers_of_the_school(campus: Campus) -> None:
    admin, teacher, student = (
        await campus.person("教务处"),
        await campus.person("王晓岚"),
        await campus.person("陈思远"),
    )
    school, _ = await a_school(campus, admin)
    async with campus.device("desk", DESK, admin) as desk, campus.device("phone", PHONE, student) as phone:
        desk.forgive("409")
        await desk.open(f"/console/schools/{school}")
        await desk.page.get_by_role("tab", name="教师管理").click()
        await desk.sees("还没有教师")
        await desk.press("添加教师")
        form = desk.page.get_by_role("dialog")
        await form.get_by_label("手机号").fill("13900009999")
        await form.get_by_role("button", name="添加教师").click()
        await desk.sees("没有找到该手机号的账号，请老师先注册")
        await form.get_by_label("手机号").fill(teacher.number)
        await form.get_by_label("职称").fill("教授")
        await form.get_by_role("button", name="添加教师").click()
        await desk.sees("已添加 王晓岚")
        await expect(form).to_be_hidden()
        await expect(desk.page.get_by_role("row").filter(has_text="王晓岚")).to_contain_text("教授")
        await desk.picture("console-teachers")
        await phone.open(f"/schools/{school}")
        await phone.sees("王晓岚", "教授")
        await desk.press("移除")
        await agree(desk, "移除", "不再列在学校主页")
        await desk.sees("还没有教师")
        await desk.page.get_by_role("tab", name="操作记录").click()
        await desk.sees("添加教师", "移除教师")
        assert desk.grievances() + phone.grievances() == []
