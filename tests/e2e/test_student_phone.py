"""A student's term on a phone: from registering to the message centre."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Response, expect

from protocol.envelopes import Body
from tests.e2e.campus import PASSWORD, Campus, a_phone_number
from tests.e2e.college import CODE, NAME, VIDEO_MS, College, announce, must
from tests.e2e.college import PASSWORD as COURSE_PASSWORD
from tests.e2e.device import Device, Look
from tests.e2e.test_way_in import code_sent
from tests.harness import wait
from tests.harness.until import until

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.limit(300)]

PHONE = Look(width=390, height=844)
STUDENT, NUMBER = "林晓", "0260101"


async def test_from_registering_to_the_message_centre(college: College) -> None:
    """R1, R18–R24, R39–R43, R50–R59 on a phone."""
    await college.enter_on_roster(NUMBER, STUDENT)
    await college.certify(await college.campus.person("周航"), "0260102")
    async with college.campus.device("student", PHONE) as phone:
        phone.forgive("ERR_INTERNET_DISCONNECTED", "WebSocket", "status of 4")
        await register(college.campus, phone)
        await certify(phone)
        await join_the_spoc(college, phone)
        await watch_the_video(college, phone)
        await read_the_pdf(college, phone)
        await study_offline(college, phone)
        await take_the_quiz(college, phone)
        await take_the_exam(college, phone)
        await read_the_messages(college, phone)
        assert phone.grievances() == []


async def register(campus: Campus, phone: Device) -> None:
    number = a_phone_number()
    await phone.open("/register")
    await phone.page.get_by_label("手机号").fill(number)
    await phone.press("获取验证码")
    await until(lambda: code_sent(campus, number), lambda: campus.nodes[0].log()[-2000:])
    await phone.page.get_by_label("验证码").fill(code_sent(campus, number))
    await phone.page.get_by_label("姓名").fill(STUDENT)
    await phone.page.get_by_label("设置密码").fill(PASSWORD)
    await phone.page.locator("form button[type=submit]").tap()
    await phone.sees("还没有加入课堂")


async def certify(phone: Device) -> None:
    """Both refusals of the manual come first, then all four are right."""
    await phone.page.get_by_role("tab", name="账号").tap()
    await phone.picture("phone-account")
    await phone.page.get_by_text("学校云服务").tap()
    await phone.sees("未认证")
    await fill_in_who(phone, "0269999")
    await phone.press("完成认证")
    await phone.sees("学号输入错误，或学校未录入该学号")
    await phone.picture("phone-certify-unknown")
    await phone.press("上一步")
    await phone.page.get_by_label("学号").fill("0260102")
    await phone.press("下一步")
    await phone.page.get_by_label("姓名").fill("周航")
    await phone.press("完成认证")
    await phone.sees("学号存在异常认证关系", "请登录您的其他账号")
    await phone.picture("phone-certify-held")
    await phone.press("上一步")
    await phone.page.get_by_label("学号").fill(NUMBER)
    await phone.press("下一步")
    await phone.page.get_by_label("姓名").fill(STUDENT)
    await phone.press("完成认证")
    await phone.sees("我的学校云", "已认证", NAME, NUMBER)
    await phone.picture("phone-certified")


async def fill_in_who(phone: Device, number: str) -> None:
    await phone.page.get_by_label("学校").click()
    await phone.page.get_by_label("输入学校名称").fill("江南")
    await phone.picture("phone-choose-school")
    await phone.page.get_by_role("button", name=NAME).tap()
    await phone.page.get_by_label("学号").fill(number)
    await phone.picture("phone-certify")
    await phone.press("下一步")
    await phone.page.get_by_label("姓名").fill(STUDENT)
    await phone.page.get_by_label("认证码").fill(CODE)


async def join_the_spoc(college: College, phone: Device) -> None:
    """Found by a part of its title, refused with a wrong password, joined with the right one."""
    await phone.page.get_by_role("link", name="进入学校主页选课").or_(phone.button("进入学校主页选课")).tap()
    await phone.sees("学校专有课程（SPOC）", college.spoc.title, "查看本校 MOOC 课程", "本校老师", "王晓岚")
    await phone.picture("phone-school")
    await phone.page.get_by_role("link", name=college.spoc.title).tap()
    await phone.sees("课程介绍", "你将学到", "第 3 周，共 16 周")
    await phone.picture("phone-course")
    await phone.press("立即参加")
    await phone.page.get_by_label("课程密码").fill("guess2026")
    await phone.press("确定")
    await phone.sees("课程密码错误")
    await phone.picture("phone-course-password")
    async with college.campus.client(college.teacher) as desk:
        learners = await must(desk, "GET", f"/runs/{college.spoc.run}/learners")
    assert NUMBER not in str(learners)
    await phone.page.get_by_label("课程密码").fill(COURSE_PASSWORD)
    await phone.press("确定")
    await expect(phone.page).to_have_url(f"{phone.url}/runs/{college.spoc.run}")
    await phone.sees("第一章 极限", "数列的极限", "第一讲 讲义")
    await phone.picture("phone-run")


def circle(phone: Device, title: str) -> Locator:
    return phone.page.get_by_role("link", name=title).get_by_role("img", name="已学完")


async def watch_the_video(college: College, phone: Device) -> None:
    """Streamed by ranges, resumed where it was left, offered for no download, green at its end (R52, R53)."""
    ranges: list[Response] = []
    phone.page.on("response", lambda each: ranges.append(each) if "/files/courseware/" in each.url else None)
    await phone.page.get_by_role("link", name="数列的极限").tap()
    video = phone.page.locator("video")
    await expect(video).to_have_attribute("controlslist", "nodownload noremoteplayback")
    await expect(phone.page.locator("a[download]")).to_have_count(0)
    await play_until(phone, 7)
    await phone.picture("phone-video")
    assert {each.status for each in ranges} == {206}
    assert all(each.headers["content-range"].startswith("bytes ") for each in ranges)
    async with phone.page.expect_response("**/api/study"):
        await video.evaluate("video => video.pause()")
    left_at = await video.evaluate("video => video.currentTime")
    await phone.press("返回")
    await expect(circle(phone, "数列的极限")).to_have_count(0)
    await phone.page.get_by_role("link", name="数列的极限").tap()
    await until_video(phone, f"Math.abs(video.currentTime - {left_at}) < 0.5")
    await play_until(phone, VIDEO_MS / 1000 - 0.1)
    await phone.sees("已学完")
    await phone.press("返回")
    await expect(circle(phone, "数列的极限")).to_be_visible()


async def play_until(phone: Device, seconds: float) -> None:
    video = phone.page.locator("video")
    await until_video(phone, "video.readyState >= 2")
    await video.evaluate("video => video.play()")
    await until_video(phone, f"video.currentTime >= {seconds} || video.ended")


async def until_video(phone: Device, condition: str) -> None:
    look = f"(video => Boolean(video && ({condition})))(document.querySelector('video'))"

    async def holds() -> bool:
        return bool(await phone.page.evaluate(look))

    await wait.until(holds, limit_s=60)


async def read_the_pdf(college: College, phone: Device) -> None:
    await phone.page.get_by_role("link", name="第一讲 讲义").tap()
    await phone.picture("phone-pdf")
    async with phone.page.expect_download() as started:
        await phone.page.get_by_role("link", name="下载 PDF").tap()
    download = await started.value
    assert download.suggested_filename == "第一讲 讲义.pdf"
    assert (await download.path()).read_bytes().startswith(b"%PDF-")
    await phone.sees("已学完")
    await phone.press("返回")
    await expect(circle(phone, "第一讲 讲义")).to_be_visible()
    await phone.picture("phone-run-green")


async def study_offline(college: College, phone: Device) -> None:
    """R54–R56: kept online, watched offline; what waits is shown, and synced when the network is back."""
    for title in ("为什么需要 ε-N 语言", "数列的极限"):
        await phone.page.get_by_role("link", name=title).first.tap()
        await phone.page.get_by_role("button", name="缓存到手机").tap()
        await phone.sees("已缓存，可离线观看")
        await phone.page.get_by_role("link", name="管理缓存").tap()
        await phone.sees(title)
        await phone.press("返回")
        await phone.press("返回")
    await phone.page.get_by_role("link", name="数列的极限").first.tap()
    await phone.page.get_by_role("link", name="管理缓存").tap()
    await phone.sees("已缓存 2 个课件")
    await phone.picture("phone-offline-list")
    await phone.context.set_offline(True)
    await phone.page.get_by_role("link", name="数列的极限").tap()
    await phone.sees("离线观看中")
    await play_until(phone, 6)
    await phone.page.locator("video").evaluate("video => video.pause()")
    await phone.sees("学习时长待同步")
    await phone.picture("phone-video-offline")
    waiting = "JSON.parse(localStorage.getItem(Object.keys(localStorage).find(k => k.startsWith('shangke.study.'))))"
    assert await phone.page.evaluate(f"{waiting}.every(span => span.is_offline)")
    async with phone.page.expect_response("**/api/study") as counted:
        await phone.context.set_offline(False)
    assert (await (await counted.value).json())["spans"][0]["counted_ms"] >= 5_000
    await phone.sees_no("学习时长待同步")


async def take_the_quiz(college: College, phone: Device) -> None:
    await phone.open(f"/runs/{college.spoc.run}")
    await phone.page.get_by_role("tab", name="测验与作业").tap()
    await phone.sees("第一章测验")
    await phone.picture("phone-run-work")
    await phone.page.get_by_role("link", name="第一章测验").tap()
    await phone.press("开始作答")
    await choose(phone, "0", "错")
    await submit(phone)
    await phone.sees("得分 6 / 6")


async def take_the_exam(college: College, phone: Device) -> None:
    """Its points are told once it is due."""
    await phone.open(f"/runs/{college.spoc.run}")
    await phone.page.get_by_role("tab", name="考试", exact=True).tap()
    await phone.page.get_by_role("link", name="期中考试").tap()
    await phone.sees("限时 30 分钟", "成绩在截止后公布")
    await phone.picture("phone-exam")
    await phone.press("开始作答")
    dialog = phone.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="开始作答").tap()
    await dialog.wait_for(state="hidden")
    await choose(phone, "1")
    await phone.page.get_by_label("第 1 空").fill("2")
    await submit(phone)
    await phone.sees("已提交，成绩在截止后公布")
    await college.make_due(college.assessments["exam"])
    await phone.page.reload()
    await phone.sees("得分 4 / 8", "对任意 ε > 0")
    await phone.picture("phone-exam-result")
    await phone.open(f"/study/runs/{college.spoc.run}/assessments")
    await phone.sees("当前成绩 70", "6 / 6 分", "4 / 8 分")
    await phone.picture("phone-grade")


async def choose(phone: Device, *options: str) -> None:
    for option in options:
        await phone.page.locator("label", has=phone.page.get_by_text(option, exact=True)).first.tap()
    await phone.sees("已保存")


async def submit(phone: Device) -> None:
    await phone.press("提交")
    dialog = phone.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="提交").tap()
    await dialog.wait_for(state="hidden")


async def read_the_messages(college: College, phone: Device) -> None:
    """An announcement and an answer come without a refresh; each opens its source; the rest is read at once."""
    await phone.open(f"/topics/{college.topic}")
    await phone.page.get_by_label("回复").fill("先有 ε，再找 N。")
    await phone.press("发送")
    await phone.sees("先有 ε，再找 N。")
    await phone.open("/account")
    await phone.page.get_by_role("link", name="消息中心").wait_for()
    async with college.campus.client(college.teacher) as desk:
        found = await desk.get(f"/api/topics/{college.topic}/replies")
        body: Body = {"text": "对，顺序不能反。", "parent": found.json()["replies"][0]["id"]}
        await must(desk, "POST", f"/topics/{college.topic}/replies", body)
    await announce(college, "期中考试成绩已公布", "请到“测验与作业、考试”查看成绩和解析。")
    await phone.page.get_by_role("link", name="消息中心, 2 条未读消息").wait_for()
    await phone.picture("phone-account-unread")
    await phone.page.get_by_role("link", name="消息中心").tap()
    await phone.sees("期中考试成绩已公布", "课程公告", "评论")
    await phone.picture("phone-inbox")
    item = phone.page.get_by_role("listitem").filter(has_text="期中考试成绩已公布")
    await item.get_by_role("link", name="查看来源").tap()
    await expect(phone.page).to_have_url(f"{phone.url}/runs/{college.spoc.run}?part=announcements")
    await phone.sees("请到“测验与作业、考试”查看成绩和解析。")
    await phone.picture("phone-run-announcements")
    await phone.press("返回")
    await expect(item.get_by_text("未读")).to_have_count(0)
    await phone.press("全部已读")
    await expect(phone.button("全部已读")).to_be_disabled()
    await phone.press("返回")
    await expect(phone.page.get_by_role("link", name="消息中心", exact=True)).to_be_visible()
