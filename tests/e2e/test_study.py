"""Study: a unit read online and offline, its time synced when the network is back; then a quiz with its result."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import expect

from protocol.envelopes import Body
from server.ids import draw_id
from server.store import activities
from tests.e2e.campus import Campus, Person
from tests.e2e.device import Look
from tests.harness.wait import until

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.limit(240)]

PHONE = Look(width=390, height=844)
DESK = Look(width=1440, height=900, scale=1, is_phone=False)
QUESTIONS: Body = {
    "v": 1,
    "questions": [
        {
            "type": "single",
            "text": "函数 y = x² 在 x = 1 处的导数是？",
            "options": ["1", "2", "4"],
            "key": 1,
            "points": 2,
        },
        {"type": "true_false", "text": "可导一定连续。", "key": True, "points": 1},
    ],
}


async def a_run(campus: Campus, teacher: Person, learner: Person) -> dict[str, str]:
    """A run with one page to read and one quiz. Gives the ids."""
    db = campus.school.db
    now = await activities.select_now(db)
    day = timedelta(days=1)
    ids = {name: draw_id() for name in ("school", "course", "run", "chapter", "lesson", "unit", "quiz")}
    async with db.transaction() as tx:
        await tx.execute("INSERT INTO school (id, name) VALUES ($1, $2)", ids["school"], f"学校 {ids['school']}")
        await tx.execute(
            "INSERT INTO course (id, school_id, kind, title, state) VALUES ($1, $2, 'mooc', '高等数学', 'published')",
            ids["course"],
            ids["school"],
        )
        await tx.execute(
            "INSERT INTO course_teacher (course_id, account_id, role) VALUES ($1, $2, 'owner')",
            ids["course"],
            teacher.account,
        )
        await tx.execute(
            "INSERT INTO run (id, course_id, number, starts_at, ends_at, grading) VALUES ($1, $2, 1, $3, $4, $5)",
            ids["run"],
            ids["course"],
            now - day,
            now + day,
            {"quiz": 100},
        )
        await tx.execute(
            "INSERT INTO enrollment (run_id, account_id, enrolled_at) VALUES ($1, $2, $3)",
            ids["run"],
            learner.account,
            now - day,
        )
        for unit, parent, level, kind, text in (
            ("chapter", None, "chapter", None, None),
            ("lesson", "chapter", "lesson", None, None),
            ("unit", "lesson", "unit", "rich_text", "导数是**变化率**的极限。"),
        ):
            await tx.execute(
                """
                INSERT INTO unit (id, run_id, parent_id, level, position, title, kind, text, is_published)
                VALUES ($1, $2, $3, $4, 0, '第一讲 导数', $5, $6, true)
                """,
                ids[unit],
                ids["run"],
                ids[parent] if parent else None,
                level,
                kind,
                text,
            )
        await tx.execute(
            """
            INSERT INTO assessment (id, run_id, kind, title, questions, opens_at, due_at, time_limit_s, is_published)
            VALUES ($1, $2, 'quiz', '第一讲测验', $3, $4, $5, 1800, true)
            """,
            ids["quiz"],
            ids["run"],
            QUESTIONS,
            now - day,
            now + day,
        )
    return ids


async def studied(campus: Campus, learner: Person, *, is_offline: bool) -> int:
    """How much the book counts."""
    total: int = await campus.school.db.fetchval(
        "SELECT coalesce(sum(counted_ms), 0)::bigint FROM study_span WHERE account_id = $1 AND is_offline = $2",
        learner.account,
        is_offline,
    )
    return total


async def test_what_is_studied_offline_is_synced_when_the_network_is_back(campus: Campus) -> None:
    """R52, R54, R55, R56 on a phone."""
    teacher, learner = await campus.person("王老师"), await campus.person("林晓")
    ids = await a_run(campus, teacher, learner)
    async with campus.device("study", PHONE, learner) as phone:
        phone.forgive("ERR_INTERNET_DISCONNECTED", "WebSocket")
        await phone.open(f"/study/units/{ids['unit']}")
        await phone.sees("第一讲 导数", "变化率")
        # Fifteen seconds are a beat; five of them turn the circle green.
        await phone.sees("已学完")
        assert await studied(campus, learner, is_offline=False) >= 14_000
        await phone.page.get_by_role("button", name="缓存到手机").tap()
        await phone.sees("已缓存，可离线观看")
        await phone.picture("phone-study-unit")
        await phone.page.get_by_role("link", name="管理缓存").tap()
        await phone.sees("已缓存 1 个课件")
        await phone.picture("phone-study-offline")

        await phone.context.set_offline(True)
        await phone.page.get_by_role("link", name="第一讲 导数").tap()
        await phone.sees("变化率", "离线观看中")
        await phone.sees("学习时长待同步")
        assert await studied(campus, learner, is_offline=True) == 0
        await phone.context.set_offline(False)

        async def is_synced() -> bool:
            return await studied(campus, learner, is_offline=True) > 14_000

        await until(is_synced, limit_s=30)
        await phone.sees_no("学习时长待同步")
        assert (
            await phone.page.evaluate(
                "caches.keys().then(names => names.filter(name => name.includes('courseware')).length)"
            )
            == 1
        )
        await phone.page.evaluate("localStorage.removeItem('shangke.device')")
        await phone.open("/login")
        await expect(phone.page).to_have_url(f"{phone.url}/login")

        async def is_cleared() -> bool:
            left = "caches.keys().then(names => names.filter(name => name.includes('courseware')).length)"
            return bool(await phone.page.evaluate(left) == 0)

        await until(is_cleared, limit_s=10)
        assert phone.grievances() == []


async def test_a_quiz_is_taken_on_the_phone_and_read_on_the_console(campus: Campus) -> None:
    """R50, R51 on a phone; the report and the composer on a desk."""
    teacher, learner = await campus.person("王老师"), await campus.person("陈一")
    ids = await a_run(campus, teacher, learner)
    async with campus.device("quiz", PHONE, learner) as phone, campus.device("desk", DESK, teacher) as desk:
        await phone.open(f"/study/runs/{ids['run']}/assessments")
        await phone.page.get_by_role("link", name="第一讲测验").tap()
        await phone.sees("共 2 题，满分 3 分", "限时 30 分钟")
        await phone.picture("phone-quiz-intro")
        await phone.press("开始作答")
        await phone.page.get_by_role("dialog").get_by_role("button", name="开始作答").tap()
        # A forced check lands on what still fades out.
        await phone.page.get_by_role("dialog").wait_for(state="hidden")
        await phone.page.get_by_role("radio", name="2").first.check(force=True)
        await phone.page.get_by_role("radio", name="对").first.check(force=True)
        await phone.sees("已保存", "已答 2/2")
        await phone.picture("phone-quiz")
        await phone.press("提交")
        await phone.page.get_by_role("dialog").get_by_role("button", name="提交").tap()
        await phone.sees("得分 3 / 3", "答案和解析在截止后公布")
        await phone.picture("phone-quiz-result")
        await desk.open(f"/console/runs/{ids['run']}/report")
        await desk.sees("陈一", "100")
        await desk.picture("console-study-report")
        await desk.open(f"/console/assessments/{ids['quiz']}/attempts")
        await desk.sees("陈一", "3 / 3")
        await desk.open(f"/console/assessments/{ids['quiz']}")
        await desk.sees("已有学生作答")
        await desk.open(f"/console/runs/{ids['run']}/assessments/new")
        await desk.page.get_by_label("标题").fill("期末考试")
        await desk.picture("console-assessment")
        await desk.press("存为草稿")
        await desk.sees("期末考试", "草稿")
        await desk.picture("console-assessments")
        assert phone.grievances() + desk.grievances() == []
