"""A teacher builds a course from nothing on a desk, while a student's phone sees it live."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Locator, expect

from protocol.ids import ClassroomId
from tests.e2e import pictures
from tests.e2e.campus import Campus, Person
from tests.e2e.device import Device, Look
from tests.e2e.faculty import PDF, VIDEO, Faculty, a_cover, a_faculty

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.limit(300)]

PHONE = Look(width=390, height=844)
DESK = Look(width=1440, height=900, scale=1, is_phone=False)
TITLE = "数据结构与算法"
PASSWORD = "tree2026"
READING = "顺序表把元素放在**连续**的内存里：\n\n- 按下标访问是 O(1)\n- 在中间插入是 O(n)"
PARTS = ("", "/announcements", "/assessments", "/grading", "/board", "/learners", "/classrooms", "/report")


def dialog(device: Device) -> Locator:
    return device.page.get_by_role("dialog").locator("visible=true")


async def answer(device: Device, text: str, yes: str) -> None:
    """What a small question of the console asks for."""
    box = dialog(device)
    await box.get_by_role("textbox").fill(text)
    await box.get_by_role("button", name=yes).click()
    await expect(box).to_be_hidden()


async def says_yes(device: Device, yes: str) -> None:
    box = dialog(device)
    await box.get_by_role("button", name=yes, exact=True).click()
    await expect(box).to_be_hidden()


async def open_part(desk: Device, name: str) -> None:
    await desk.page.get_by_role("navigation", name="本次开课的内容").get_by_role("link", name=name, exact=True).click()


async def show(desk: Device, name: str) -> None:
    """A picture without the short words of what was just done."""
    if not pictures.folder():
        return
    await expect(desk.page.locator(".el-message")).to_have_count(0)
    await desk.picture(name)


async def make_course(desk: Device) -> None:
    """R43, R44, R45: introduction, cover, password, a colleague, a run; then everybody may find it."""
    page = desk.page
    await desk.open("/console/courses")
    await desk.sees("还没有课程")
    await desk.press("新建课程")
    await dialog(desk).get_by_label("课程名称").fill(TITLE)
    await dialog(desk).get_by_role("button", name="新建课程").click()
    await expect(page.get_by_role("heading", name=TITLE)).to_be_visible()

    about = page.get_by_role("form", name="课程介绍")
    await about.get_by_label("一句话简介").fill("从线性表到图，学会为问题选择结构。")
    await about.get_by_label("详细介绍（支持 Markdown）").fill(
        "## 你将学到\n\n1. 线性表与树\n2. 图与最短路\n\n**先修**：程序设计基础"
    )
    await about.get_by_role("button", name="保存介绍").click()
    await desk.sees("课程介绍已保存")

    cover = page.get_by_role("region", name="课程封面")
    await cover.locator("input").set_input_files({"name": "封面.png", "mimeType": "image/png", "buffer": a_cover()})
    await desk.sees("封面已更新")
    await expect(cover.locator("img")).to_have_js_property("naturalWidth", 1_280)

    lock = page.get_by_role("form", name="选课密码")
    await lock.get_by_label("新密码（至少 4 位）").fill("first-try")
    await lock.get_by_role("button", name="设置密码").click()
    await desk.sees("已设置密码，选课时须输入")
    await lock.get_by_role("button", name="清除密码").click()
    await says_yes(desk, "清除密码")
    await desk.sees("未设置密码")
    await lock.get_by_label("新密码（至少 4 位）").fill(PASSWORD)
    await lock.get_by_role("button", name="设置密码").click()
    await desk.sees("已设置密码，选课时须输入")

    staff = page.get_by_role("region", name="授课教师")
    await staff.get_by_role("combobox").click()
    await page.get_by_role("option", name="周明 · 副教授").click()
    await staff.get_by_role("button", name="添加教师").click()
    await expect(staff.get_by_role("listitem")).to_have_text(["王晓岚教授 · 负责人", "周明副教授移除"])

    await desk.press("新增开课")
    await dialog(desk).get_by_role("button", name="保存日期").click()
    await expect(page.get_by_role("region", name="开课").get_by_role("listitem")).to_contain_text("正在进行")
    await desk.press("发布课程")
    await desk.sees("课程已发布")
    await expect(desk.button("撤回为草稿")).to_be_visible()


async def enroll(phone: Device) -> None:
    """R39, R40, R43: found by its name, entered with the password."""
    await phone.open("/courses")
    # What was listed before it was searched goes: a tap on that would be lost.
    async with phone.page.expect_response(lambda each: "/api/courses?query=%" in each.url):
        await phone.page.get_by_role("searchbox").fill(TITLE)
    await phone.page.get_by_role("link", name=TITLE).first.tap()
    await phone.sees("从线性表到图", "王晓岚、周明")
    await expect(phone.page.locator("img").first).to_have_js_property("naturalWidth", 1_280)
    await phone.picture("phone-course")
    await phone.press("立即参加")
    await phone.page.get_by_label("课程密码").fill(PASSWORD)
    await phone.press("确定")
    # The run's page: the introduction shows the same week, also while the enrollment is under way.
    await expect(phone.page).to_have_url(re.compile(r"/runs/\w+$"))
    await phone.sees("第 1 周，共 16 周")


async def add_unit(desk: Device, kind: str, lesson: str, title: str) -> Locator:
    """The dialog, with its title given."""
    await desk.page.get_by_role("button", name=f"在「{lesson}」中添加{kind}").click()
    box = dialog(desk)
    await box.get_by_label("课件标题").fill(title)
    return box


async def keep_unit(desk: Device, box: Locator, title: str) -> None:
    await box.get_by_role("button", name="保存课件").click()
    await expect(box).to_be_hidden()
    await expect(desk.page.get_by_role("link", name=title)).to_be_visible()


async def build_tree(desk: Device) -> None:
    """R50: chapters, a lesson, all kinds of units; made, put in order, replaced, taken back, removed."""
    page = desk.page
    for chapter in ("第二章 树", "第一章 线性表", "附录"):
        await desk.press("添加章")
        await answer(desk, chapter, "保存")
    await page.get_by_role("button", name="上移「第一章 线性表」").click()
    await expect(page.get_by_role("main").get_by_role("heading", level=2)).to_have_text(
        ["第一章 线性表", "第二章 树", "附录"]
    )
    await page.get_by_role("button", name="删除「附录」").click()
    await says_yes(desk, "删除")
    await page.get_by_role("button", name="在「第一章 线性表」中添加节").click()
    await answer(desk, "1.1 表", "保存")
    await page.get_by_role("button", name="编辑「1.1 表」").click()
    await answer(desk, "1.1 顺序表", "保存")

    box = await add_unit(desk, "视频", "1.1 顺序表", "顺序表的插入")
    await box.locator("input[type=file]").set_input_files(VIDEO)
    await expect(box.get_by_text("lecture.webm")).to_be_visible()
    await show(desk, "console-unit")
    await keep_unit(desk, box, "顺序表的插入")
    box = await add_unit(desk, "PDF", "1.1 顺序表", "讲义")
    await box.locator("input[type=file]").set_input_files(
        {"name": "讲义.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    await expect(box.get_by_text("讲义.pdf")).to_be_visible()
    await keep_unit(desk, box, "讲义")
    box = await add_unit(desk, "图文", "1.1 顺序表", "阅读：为什么是连续的")
    await box.get_by_label("正文（支持 Markdown）").fill(READING)
    await box.get_by_text("发布给学员").click()
    await keep_unit(desk, box, "阅读：为什么是连续的")

    await page.get_by_role("button", name="编辑「讲义」").click()
    box = dialog(desk)
    await box.get_by_role("button", name="移除文件").click()
    await box.locator("input[type=file]").set_input_files(
        {"name": "讲义（修订）.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    await expect(box.get_by_text("讲义（修订）.pdf")).to_be_visible()
    await keep_unit(desk, box, "讲义")
    await desk.sees("PDF · 讲义（修订）.pdf")
    await page.get_by_role("button", name="上移「阅读：为什么是连续的」").click()
    units = page.get_by_role("region", name="1.1 顺序表").get_by_role("link")
    await expect(units).to_have_text(["顺序表的插入", "阅读：为什么是连续的", "讲义"])


async def write_quiz(desk: Device, kind: str, title: str) -> None:
    page = desk.page
    await page.get_by_role("button", name="新建测验、作业或考试").click()
    if kind != "测验":
        await page.locator(".el-select").click()
        await page.get_by_role("option", name=kind).click()
    await page.get_by_label("标题").fill(title)
    await desk.press("单选")
    question = page.get_by_role("region", name="第 1 题")
    await question.get_by_label("题目").fill("在顺序表中间插入一个元素，平均要移动多少个元素？")
    for letter, option in zip("ABCD", ("1", "n/2", "n", "0"), strict=True):
        await question.get_by_label(f"选项 {letter}", exact=True).fill(option)
    await question.get_by_role("radio", name="选项 B 是正确答案").check(force=True)
    await show(desk, f"console-{'exam' if kind == '考试' else 'quiz'}")
    await desk.press("发布")
    await expect(page.get_by_role("row", name=title)).to_contain_text(kind)


async def test_a_teacher_builds_a_course_and_a_phone_sees_it_live(campus: Campus) -> None:
    """R25, R43-R45, R47, R49-R51, R56-R58 from the teacher's side."""
    faculty = await a_faculty(campus)
    student, leaver = await campus.person("林晓"), await campus.person("陈一")
    await faculty.certify(student, "20260117")
    async with (
        campus.device("desk", DESK, faculty.owner) as desk,
        campus.device("phone", PHONE, student) as phone,
        campus.device("leaver", PHONE, leaver) as other,
    ):
        await make_course(desk)
        await show(desk, "console-course")
        await enroll(phone)
        await phone.open("/inbox")
        n_loads = phone.n_loads

        await desk.page.get_by_role("link", name="第 1 次开课").click()
        await desk.sees("还没有课件")
        await build_tree(desk)
        await desk.page.mouse.move(0, 0)
        await show(desk, "console-courseware")
        await phone.sees("顺序表的插入", "讲义")
        await phone.sees_no("阅读：为什么是连续的")
        await desk.page.get_by_role("switch", name="发布「阅读：为什么是连续的」").locator("..").click()
        await phone.sees("阅读：为什么是连续的")

        await announce(desk, phone)
        await phone.picture("phone-inbox-course")
        await grade(desk)
        await open_part(desk, "测验与作业、考试")
        await write_quiz(desk, "测验", "第一章测验")
        await write_quiz(desk, "考试", "期末考试")
        assert phone.n_loads == n_loads

        await study(phone)
        await leave(other)
        await discuss(desk, phone)
        await see_learners(desk)
        await link_classroom(campus, student, desk, phone)
        await check_narrow(campus, faculty, desk)
        assert desk.grievances() + phone.grievances() + other.grievances() == []


async def announce(desk: Device, phone: Device) -> None:
    """R57: what is announced is on the phone at once; corrected and taken back on the page."""
    page = desk.page
    await open_part(desk, "公告")
    for title in ("第一周安排", "放错了地方"):
        await page.get_by_label("公告标题").first.fill(title)
        await page.get_by_label("公告内容").first.fill("周三前看完第一章的视频，周五直播答疑。")
        await desk.press("发布公告")
        await expect(page.get_by_role("heading", name=title)).to_be_visible()
        await phone.sees(title)
    first = page.get_by_role("article").filter(has=page.get_by_role("heading", name="第一周安排"))
    await first.get_by_role("button", name="编辑").click()
    await page.get_by_role("article").get_by_label("公告标题").fill("第一周安排（更新）")
    await desk.press("保存")
    await desk.sees("第一周安排（更新）", "已修改")
    wrong = page.get_by_role("article").filter(has=page.get_by_role("heading", name="放错了地方"))
    await wrong.get_by_role("button", name="删除").click()
    await says_yes(desk, "删除")
    await expect(page.get_by_role("article")).to_have_count(1)
    await show(desk, "console-announcements")


async def grade(desk: Device) -> None:
    """R51: shares that do not make a hundred cannot be saved."""
    page = desk.page
    await open_part(desk, "评分标准")
    await page.get_by_label("测验（%）").fill("40")
    await page.get_by_label("考试（%）").fill("50")
    await desk.sees("合计 90%")
    await expect(desk.button("保存评分标准")).to_be_disabled()
    await page.get_by_label("讨论（%）").fill("10")
    await page.get_by_label("评分说明").fill("测验取最高分；讨论区有效回复 10 条计满分。")
    await desk.sees("合计 100%")
    await desk.press("保存评分标准")
    await desk.sees("评分标准已保存")
    await show(desk, "console-grading")


async def study(phone: Device) -> None:
    """R52, R57: opened from the message centre, read until its circle is green."""
    told = phone.page.get_by_role("listitem").filter(has_text="阅读：为什么是连续的")
    await told.get_by_role("link", name="查看来源").tap()
    await phone.sees("连续", "已学完")


async def leave(other: Device) -> None:
    """R49."""
    await enroll(other)
    await other.open("/my-courses")
    await other.page.get_by_role("button", name=f"{TITLE} 的更多操作").tap()
    await other.page.get_by_role("button", name="放弃学习").tap()
    await other.page.get_by_role("dialog").get_by_role("button", name="放弃学习").last.tap()
    await other.sees("这里还没有课程")


async def discuss(desk: Device, phone: Device) -> None:
    """R50, R58: the teacher answers and moderates; the asker is told at once."""
    page = desk.page
    run = desk.page.url.split("/runs/")[1].split("/")[0]
    await phone.open(f"/runs/{run}")
    await phone.page.get_by_role("tab", name="讨论区").tap()
    for title, text in (("为什么平均是 n/2？", "第 1 题没有看懂。"), ("卖二手教材", "加我微信")):
        await phone.press("发起讨论")
        await phone.page.get_by_placeholder("标题").fill(title)
        await phone.page.get_by_placeholder("内容").fill(text)
        await phone.press("发布")
        await phone.sees(title)
    await phone.open("/inbox")
    await open_part(desk, "讨论区")
    await page.get_by_role("link", name="为什么平均是 n/2？").click()
    await page.get_by_placeholder("写下你的回复").fill("把每个位置要移动的个数加起来，再除以位置数。")
    await desk.press("发送")
    await desk.sees("王晓岚 · 老师")
    await desk.press("评论")
    await page.get_by_placeholder("写下你的回复").fill("即 (0 + 1 + … + n) / (n + 1)。")
    await desk.press("发送")
    await expect(page.get_by_role("article").nth(1)).to_contain_text("即 (0 + 1 + … + n) / (n + 1)。")
    await show(desk, "console-topic")
    await phone.sees("回复", "为什么平均是 n/2？")
    await page.get_by_role("link", name="返回讨论区").click()
    await page.get_by_role("link", name="卖二手教材").click()
    await page.get_by_role("button", name="删除").first.click()
    await says_yes(desk, "删除")
    # Nobody had replied: nothing is left of it, and the page is the board's again.
    await desk.sees("为什么平均是 n/2？")
    await desk.sees_no("卖二手教材", "内容已删除")
    await page.get_by_role("link", name="为什么平均是 n/2？").click()
    await page.get_by_role("button", name="删除").first.click()
    await says_yes(desk, "删除")
    await desk.sees("内容已删除", "把每个位置要移动的个数加起来，再除以位置数。")
    await desk.sees_no("为什么平均是 n/2？")


async def see_learners(desk: Device) -> None:
    """R21, R25, R49, R56: who is certified, who left, how long they studied."""
    page = desk.page
    await open_part(desk, "学员")
    await expect(page.get_by_role("row", name="林晓")).to_contain_text("已认证")
    await expect(page.get_by_role("row", name="林晓")).to_contain_text("20260117")
    await expect(page.get_by_role("row", name="陈一")).to_contain_text("未认证")
    await expect(page.get_by_role("row", name="陈一")).to_contain_text("放弃学习")
    await show(desk, "console-learners")
    await open_part(desk, "学习报告")
    await expect(page.get_by_role("row", name="林晓")).to_contain_text("1 / 3")
    await show(desk, "console-report")


async def link_classroom(campus: Campus, student: Person, desk: Device, phone: Device) -> None:
    """R60: a classroom made for this run; what happens in it and online is one record, one's own on the phone."""
    page = desk.page
    at = urlsplit(page.url).path
    await desk.open("/console/classrooms")
    await page.get_by_role("main").get_by_role("button", name="新建课堂").first.click()
    await dialog(desk).get_by_label("课堂名称").fill("数据结构 · 2301 班")
    await dialog(desk).locator(".el-select").click()
    await page.get_by_role("option", name=f"{TITLE} · 第 1 次开课").click()
    await desk.picture("console-link")
    await dialog(desk).get_by_role("button", name="新建课堂").click()
    await desk.sees(f"关联线上课程：{TITLE} · 第 1 次开课")
    classroom = ClassroomId(page.url.rsplit("/", 1)[1])
    await campus.school.join(student.account, classroom)
    await page.get_by_role("button", name="上课", exact=True).click()
    await desk.sees("第 1 次课")
    await show(desk, "console-linked")
    await phone.open(f"/classrooms/{classroom}?tab=records")
    await phone.sees(f"线上课程：{TITLE}", "线上课件", "1 / 3")
    await phone.picture("phone-linked")
    await desk.open(f"/console/classrooms/{classroom}/records")
    await expect(page.get_by_role("row", name="林晓")).to_contain_text("1 / 3")
    await show(desk, "console-overview")
    await desk.open(at)
    await open_part(desk, "课堂")
    await expect(page.get_by_role("row", name="数据结构 · 2301 班")).to_contain_text("课堂记录")
    await show(desk, "console-run-classrooms")


async def check_narrow(campus: Campus, faculty: Faculty, desk: Device) -> None:
    """The same pages on the teacher's own phone: nothing is wider than the screen."""
    run = desk.page.url.split("/runs/")[1].split("/")[0]
    async with campus.device("pocket", PHONE, faculty.owner) as pocket:
        page = pocket.page
        await pocket.open("/console/classrooms")
        await page.get_by_role("button", name="菜单").tap()
        await page.get_by_role("link", name="我教的课程").tap()
        await pocket.sees(TITLE)
        await pocket.picture("pocket-courses")
        await page.get_by_role("button", name="课程设置").tap()
        await pocket.sees("授课教师", "周明")
        await is_within(pocket)
        await pocket.picture("pocket-course")
        for part in PARTS:
            await pocket.open(f"/console/runs/{run}{part}")
            await expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
            await expect(page.locator(".el-skeleton")).to_have_count(0)
            await is_within(pocket)
            await pocket.picture(f"pocket-{part.strip('/') or 'courseware'}")
        assert pocket.grievances() == []


async def is_within(device: Device) -> None:
    wide = await device.page.evaluate(
        """[...document.querySelectorAll('main, main *')].filter((each) => each.getBoundingClientRect().width > 0
             && each.getBoundingClientRect().right > innerWidth + 1
             && !each.closest('nav, .el-table')).map((each) => each.className)"""
    )
    assert wide == []
