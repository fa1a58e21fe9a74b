"""A school cloud with courses in every state, made through the doors that its admin and its teacher use."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from protocol.envelopes import Body
from protocol.ids import SchoolId
from server.core.moment import millis
from server.ids import draw_id
from server.store import schools, teaching
from tests.e2e.campus import Campus, Person

VIDEO = Path(__file__).parent / "assets" / "lecture.webm"
VIDEO_MS = 24_000
NAME = "江南理工大学"
CODE = "AUTUMN26"
PASSWORD = "limit2026"
READING = """数列 1, 1/2, 1/3, … 越来越接近 **0**，却没有一项等于 0。“接近”是什么意思？

## 从直觉到定义

柯西说“要多近有多近”，魏尔斯特拉斯把它写成了不等式：

> 对任意 ε > 0，存在 N，使得 n > N 时 |aₙ − A| < ε。

- ε 由别人给，要多小有多小
- N 由你来找，找到一个就够
"""
SLIDES = """<style>
@page { size: 1280px 720px; margin: 0 }
section { box-sizing: border-box; width: 1280px; height: 720px; padding: 90px 110px; page-break-after: always }
section { font: 40px/1.7 'Noto Serif CJK SC', serif; background: #f6f5f1; color: #1c2521 }
h1 { font-size: 72px; color: #176b5b; margin: 0 0 40px }
</style>
<section><h1>数列的极限</h1><p>对任意 ε &gt; 0，存在 N，<br>使得 n &gt; N 时 |aₙ − A| &lt; ε。</p></section>
<section><h1>练习</h1><p>证明 lim 1/n = 0。</p></section>"""
LIMIT: Body = {
    "type": "single",
    "text": "数列 1/n 的极限是？",
    "options": ["0", "1", "不存在"],
    "key": 0,
    "points": 4,
    "explanation": "对任意 ε > 0，取 N > 1/ε 即可。",
}
CONVERSE: Body = {
    "type": "true_false",
    "text": "有界数列一定收敛。",
    "key": False,
    "points": 2,
    "explanation": "例如 (−1)ⁿ 有界而不收敛。",
}
SUM: Body = {"type": "fill_in", "text": "1 + 1/2 + 1/4 + … = ____", "n_blanks": 1, "key": [["2", "二"]], "points": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """A course, and its run."""

    title: str
    course: str
    run: str


@dataclass(frozen=True, slots=True, kw_only=True)
class College:
    """`spoc` has all courseware and a password; `running`, `upcoming` and `ended` are MOOCs."""

    campus: Campus
    id: SchoolId
    admin: Person
    teacher: Person
    desk: httpx.AsyncClient
    office: httpx.AsyncClient
    spoc: Taught
    running: Taught
    upcoming: Taught
    ended: Taught
    units: dict[str, str]
    assessments: dict[str, str]
    topic: str

    async def enter_on_roster(self, number: str, name: str) -> None:
        await must(self.office, "POST", f"/schools/{self.id}/roster", {"number": number, "name": name, "code": None})

    async def certify(self, person: Person, number: str) -> None:
        """Somebody who has been certified before the story."""
        await self.enter_on_roster(number, person.name)
        async with self.campus.client(person) as client:
            body: Body = {"school": self.id, "number": number, "name": person.name, "code": CODE}
            await must(client, "POST", "/me/certification", body)

    async def enroll(self, person: Person, taught: Taught, password: str | None = None) -> None:
        async with self.campus.client(person) as client:
            await must(client, "POST", f"/courses/{taught.course}/enrollment", {"password": password})

    async def make_due(self, assessment: str) -> None:
        """The teacher sets its end a minute back: nobody takes it any more."""
        known = await must(self.desk, "GET", f"/assessments/{assessment}")
        kept = ("kind", "title", "intro", "unit", "opens_at", "questions", "n_attempts", "time_limit_s", "is_published")
        body = {name: known[name] for name in kept} | {"due_at": in_days(-1 / 1440)}
        await must(self.desk, "PUT", f"/assessments/{assessment}", body)


async def must(client: httpx.AsyncClient, method: str, path: str, body: Body | None = None) -> Body:
    answer = await client.request(method, f"/api{path}", json=body)
    assert answer.is_success, f"{method} {path}: {answer.text}"
    found: Body = answer.json() if answer.content else {}
    return found


def in_days(days: float, now: datetime | None = None) -> int:
    return millis((now or datetime.now(UTC)) + timedelta(days=days))


@contextlib.asynccontextmanager
async def a_college(campus: Campus) -> AsyncIterator[College]:
    admin, teacher = await campus.person("教务处"), await campus.person("王晓岚")
    school = SchoolId(draw_id())
    async with campus.school.db.transaction() as tx:
        await schools.insert_school(tx, school, NAME, True, CODE)
        await schools.insert_admin(tx, school, admin.account)
        await teaching.update_introduction(tx, school, "百年工科，面向全国开放优质课程。")
        await teaching.upsert_teacher(tx, school, teacher.account, "教授")
    async with campus.client(teacher) as desk, campus.client(admin) as office:
        spoc = await a_course(desk, school, "高等数学（校内提高班）", "spoc", (-15, 97), PASSWORD)
        ended = await a_course(desk, school, "大学物理（力学）", "mooc", (-130, 9))
        await end(desk, ended)
        college = College(
            campus=campus,
            id=school,
            admin=admin,
            teacher=teacher,
            desk=desk,
            office=office,
            spoc=spoc,
            running=await a_course(desk, school, "线性代数入门", "mooc", (-15, 97)),
            upcoming=await a_course(desk, school, "概率论与数理统计", "mooc", (9, 121)),
            ended=ended,
            units=await a_chapter(campus, desk, spoc),
            assessments=await exercises(desk, spoc),
            topic=await a_topic(desk, spoc),
        )
        yield college


async def a_course(
    desk: httpx.AsyncClient,
    school: SchoolId,
    title: str,
    kind: str,
    days: tuple[float, float],
    password: str | None = None,
) -> Taught:
    """A published course with one run, which lasts those days from now."""
    body: Body = {
        "school": school,
        "kind": kind,
        "title": title,
        "summary": "从极限出发，弄懂每一个定义。",
        "introduction": "## 你将学到\n\n- 用 ε-N 语言证明极限\n- 用导数描述变化\n\n## 考核\n\n测验 40%，期中 60%。",
    }
    course = (await must(desk, "POST", "/courses", body))["course"]
    if password is not None:
        await must(desk, "PUT", f"/courses/{course}/password", {"password": password})
    await must(desk, "PATCH", f"/courses/{course}", {"state": "published"})
    now = datetime.now(UTC)  # Asked once: a millisecond more than its weeks would be another week.
    times: Body = {"starts_at": in_days(days[0], now), "ends_at": in_days(days[1], now)}
    run = (await must(desk, "POST", f"/courses/{course}/runs", times))["run"]
    grading: Body = {"grading": {"quiz": 40, "exam": 60}, "grading_text": "测验取最高分；期中考试闭卷，限时 30 分钟。"}
    await must(desk, "PATCH", f"/runs/{run}", grading)
    return Taught(title=title, course=str(course), run=str(run))


async def end(desk: httpx.AsyncClient, taught: Taught) -> None:
    await must(desk, "PATCH", f"/runs/{taught.run}", {"ends_at": in_days(-9)})


async def a_chapter(campus: Campus, desk: httpx.AsyncClient, taught: Taught) -> dict[str, str]:
    """One lesson with a video, a PDF and a page to read. Gives their ids."""

    async def add(level: str, title: str, parent: str | None, **more: object) -> str:
        body: Body = {"level": level, "title": title, "parent": parent, "is_published": True, **more}
        return str((await must(desk, "POST", f"/runs/{taught.run}/units", body))["id"])

    async def upload(name: str, content: bytes) -> object:
        answer = await desk.post(f"/api/courses/{taught.course}/files", params={"name": name}, content=content)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    chapter = await add("chapter", "第一章 极限", None)
    lesson = await add("lesson", "1.1 数列的极限", chapter)
    video = await upload("lecture.webm", VIDEO.read_bytes())
    pdf = await upload("第一讲 讲义.pdf", await slides(campus))
    return {
        "video": await add("unit", "数列的极限", lesson, kind="video", file=video, duration_ms=VIDEO_MS),
        "pdf": await add("unit", "第一讲 讲义", lesson, kind="pdf", file=pdf),
        "page": await add("unit", "为什么需要 ε-N 语言", lesson, kind="rich_text", text=READING),
    }


async def slides(campus: Campus) -> bytes:
    page = await campus.browser.new_page()
    try:
        await page.set_content(SLIDES)
        return await page.pdf(prefer_css_page_size=True, print_background=True)
    finally:
        await page.close()


async def exercises(desk: httpx.AsyncClient, taught: Taught) -> dict[str, str]:
    """A quiz and an exam that are open. Gives their ids."""
    times: Body = {"opens_at": in_days(-2), "due_at": in_days(5), "is_published": True}
    quiz: Body = {"kind": "quiz", "title": "第一章测验", "questions": [LIMIT, CONVERSE], "n_attempts": 2, **times}
    exam: Body = {"kind": "exam", "title": "期中考试", "questions": [LIMIT, SUM], "time_limit_s": 1800, **times}
    path = f"/runs/{taught.run}/assessments"
    return {str(each["kind"]): str((await must(desk, "POST", path, each))["id"]) for each in (quiz, exam)}


async def a_topic(desk: httpx.AsyncClient, taught: Taught) -> str:
    body: Body = {"title": "ε 是谁给的？", "text": "读完讲义，用自己的话说说 ε 和 N 谁先谁后。"}
    return str((await must(desk, "POST", f"/runs/{taught.run}/topics", body))["id"])


async def announce(college: College, title: str, text: str) -> None:
    await must(college.desk, "POST", f"/runs/{college.spoc.run}/announcements", {"title": title, "text": text})
