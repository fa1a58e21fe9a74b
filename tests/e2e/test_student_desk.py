"""A student on the web: certification, the introduction before enrolling, a PDF, my courses in their states."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.e2e.campus import Person
from tests.e2e.college import CODE, NAME, PASSWORD, College, Taught, a_course, end
from tests.e2e.device import Device, Look

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.limit(240)]

DESK = Look(width=1440, height=900, scale=1, is_phone=False)
STATES = ("正在进行", "即将开始", "已结束", "报名下次开课")


async def test_a_student_at_a_desk(college: College) -> None:
    """R28, R39, R42–R48, R53 on the web."""
    student = await college.campus.person("夏知微")
    await college.enter_on_roster("0260201", student.name)
    over = await a_course(college.desk, college.id, "大学英语（读写）", "mooc", (-70, 40))
    async with college.campus.device("desk", DESK, student) as desk:
        desk.forgive("status of 4")
        await certify(desk, student)
        await enter_by_the_introduction(college, desk)
        await read_the_pdf(desk)
        await filter_my_courses(college, desk, student, over)
        assert desk.grievances() == []


async def certify(desk: Device, student: Person) -> None:
    await desk.open("/account/school-cloud")
    await desk.page.get_by_label("学校").click()
    await desk.page.get_by_label("输入学校名称").fill("江南")
    await desk.page.get_by_role("button", name=NAME).click()
    await desk.page.get_by_label("学号").fill("0260201")
    await desk.press("下一步")
    await desk.page.get_by_label("姓名").fill("夏知")
    await desk.page.get_by_label("认证码").fill(CODE)
    await desk.press("完成认证")
    await desk.sees("学号输入错误，或学校未录入该学号")
    await desk.page.get_by_label("姓名").fill(student.name)
    await desk.press("完成认证")
    await desk.sees("我的学校云", "已认证", NAME, "0260201")
    await desk.picture("desk-certified")


async def enter_by_the_introduction(college: College, desk: Device) -> None:
    """The card leads to the introduction; nothing of the course is open before 立即参加."""
    await desk.press("进入学校主页选课")
    await desk.sees("学校专有课程（SPOC）", "本校老师")
    await desk.picture("desk-school")
    await desk.page.get_by_role("link", name=college.spoc.title).click()
    await desk.sees("课程介绍", "用 ε-N 语言证明极限", "第 3 周，共 16 周")
    await desk.picture("desk-course")
    await desk.open(f"/runs/{college.spoc.run}")
    await desk.sees("内容不存在")
    await desk.open(f"/courses/{college.spoc.course}")
    await desk.press("立即参加")
    await desk.page.get_by_label("课程密码").fill(PASSWORD)
    await desk.press("确定")
    await desk.sees("第一章 极限")
    await desk.picture("desk-run")


async def read_the_pdf(desk: Device) -> None:
    """In the page where the browser has a viewer, which a headless shell has not; saved everywhere."""
    await desk.page.get_by_role("link", name="第一讲 讲义").click()
    save = desk.page.get_by_role("link", name="下载 PDF")
    await expect(save).to_be_visible()
    has_viewer = await desk.page.evaluate("navigator.pdfViewerEnabled")
    await expect(desk.page.locator("iframe")).to_have_count(int(has_viewer))
    async with desk.page.expect_download() as started:
        await save.click()
    assert (await started.value).suggested_filename == "第一讲 讲义.pdf"
    await desk.sees("已学完")


async def filter_my_courses(college: College, desk: Device, student: Person, over: Taught) -> None:
    """One course in each of the four states; 全部 shows them all (R47, R48)."""
    for taught in (college.upcoming, over):
        await college.enroll(student, taught)
    await end(college.desk, over)
    await desk.open("/courses")
    await desk.page.get_by_label("搜索课程、老师或学校").fill("力学")
    await expect(desk.page.get_by_role("listitem")).to_have_count(1)
    await desk.picture("desk-search")
    await desk.page.get_by_role("link", name=college.ended.title).click()
    await desk.press("报名下次开课")
    await desk.sees("已报名下次开课")
    await desk.open("/my-courses")
    titles = (college.spoc.title, college.upcoming.title, over.title, college.ended.title)
    await expect(desk.page.get_by_role("listitem")).to_have_count(len(titles))
    await desk.sees(*titles)
    await desk.picture("desk-my-courses")
    for state, title in zip(STATES, titles, strict=True):
        await desk.press(state)
        await expect(desk.page.get_by_role("listitem")).to_have_count(1)
        await expect(desk.page.get_by_role("listitem")).to_contain_text(title)
    await desk.press("全部")
    await expect(desk.page.get_by_role("listitem")).to_have_count(len(titles))
