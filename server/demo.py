"""The demo school: its people, as they are printed for the person who starts Shangke, and its teacher's drafts."""

from __future__ import annotations

from dataclasses import dataclass

from protocol.courses import CourseKind
from protocol.envelopes import Body

PASSWORD = "shangke-demo"
TEACHER_PHONE = "13800000001"
TEACHER_NAME = "王晓岚"
ADMIN_PHONE = "13800000002"
ADMIN_NAME = "教务处"
# Pushes, support and ops: every role of the platform in one person.
PLATFORM_PHONE = "13800000003"
PLATFORM_NAME = "平台"
# 认证码 of the whole school; the first students have used it already.
CERTIFICATION_CODE = "SHANGKE26"
CERTIFIED = 24
CLASSROOM_NAME = "高等数学（上）"

STUDENT_NAMES = (
    "李子涵 张雨桐 刘浩然 陈思远 杨若曦 赵梓萱 黄俊杰 周嘉怡 吴宇轩 徐静雯 "
    "孙博文 马晓彤 朱一诺 胡天翊 郭欣妍 何景行 高语嫣 林志远 罗可馨 郑明哲 "
    "梁诗涵 谢承泽 宋佳宁 唐子墨 许婉清 韩立轩 冯雅琪 邓凯文 曹梦瑶 彭知行"
).split()


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    who: str
    phone: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A draft the teacher finds ready to publish."""

    kind: str
    title: str
    config: Body


def student_phone(number: int) -> str:
    """Of student 1, 2, …"""
    return f"139{number:08d}"


def student_number(number: int) -> str:
    """学号 of student 1, 2, …"""
    return f"026010{number:02d}"


LOG_INS: tuple[LogIn, ...] = (
    LogIn(who="teacher", phone=TEACHER_PHONE, password=PASSWORD),
    LogIn(who="school admin", phone=ADMIN_PHONE, password=PASSWORD),
    LogIn(who="platform staff", phone=PLATFORM_PHONE, password=PASSWORD),
    LogIn(who=f"students 1–{len(STUDENT_NAMES)}", phone=f"{student_phone(1)} … 30", password=PASSWORD),
)

DRAFTS: tuple[Prepared, ...] = (
    Prepared(kind="check_in", title="上课签到", config={"late_after_s": 600}),
    Prepared(
        kind="exercise",
        title="导数小测",
        config={
            "time_limit_s": 300,
            "questions": [
                {
                    "type": "single",
                    "text": "函数 f(x) = x² 在 x = 1 处的导数是？",
                    "options": ["0", "1", "2", "4"],
                    "key": 2,
                    "explanation": "f′(x) = 2x，代入 x = 1 得 2。",
                },
                {
                    "type": "multiple",
                    "text": "下列函数中，在 x = 0 处可导的有？",
                    "options": ["x²", "|x|", "sin x", "eˣ"],
                    "key": [0, 2, 3],
                    "points": 2.0,
                    "explanation": "|x| 在 0 处的左、右导数不相等。",
                },
                {
                    "type": "true_false",
                    "text": "可导的函数一定连续。",
                    "key": True,
                    "explanation": "可导必连续，连续不一定可导。",
                },
            ],
        },
    ),
    Prepared(
        kind="survey",
        title="课堂反馈",
        config={
            "is_anonymous": True,
            "questions": [
                {"type": "single", "text": "今天的进度如何？", "options": ["偏慢", "合适", "偏快"]},
                {"type": "rating", "text": "你对极限的理解程度？", "most": 5},
                {"type": "text", "text": "还有什么想说的？"},
            ],
        },
    ),
    Prepared(
        kind="discussion",
        title="生活中的“变化率”",
        config={"text": "举一个身边的例子，说明它的导数表示什么。"},
    ),
    Prepared(
        kind="announcement",
        title="期中考试安排",
        config={"text": "期中考试定于下周三 9:00，地点教三 201，请携带学生证。"},
    ),
    Prepared(
        kind="lesson_plan",
        title="第三讲 导数的概念",
        config={
            "markdown": "# 第三讲 导数的概念\n\n"
            "## 教学目标\n\n- 理解导数的定义\n- 会求简单函数的导数\n\n"
            "## 内容\n\n1. 平均变化率与瞬时变化率\n2. 导数的定义\n3. 几何意义：切线的斜率\n\n"
            "## 作业\n\n习题 2-1：1、3、5 题"
        },
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCourse:
    """A course with a run under way. `password`: the MOOC has none."""

    kind: CourseKind
    title: str
    summary: str
    introduction: str
    password: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoUnit:
    title: str
    text: str


SCHOOL_NAME = "上课示范大学"
SCHOOL_INTRODUCTION = "演示用的学校云：本校 MOOC、学校专有课程（SPOC）与全部老师都在这里。"
TEACHER_TITLE = "教授"
SPOC_PASSWORD = "math2026"
COURSES: tuple[DemoCourse, ...] = (
    DemoCourse(
        kind="mooc",
        title="高等数学（上）",
        summary="从极限到导数，面向所有人免费开放。",
        introduction="## 课程概述\n\n函数、极限、导数与微分。\n\n## 预备知识\n\n- 高中数学",
        password=None,
    ),
    DemoCourse(
        kind="spoc",
        title="高等数学习题课",
        summary="本校学生的习题课，需要课程密码。",
        introduction="## 课程概述\n\n与课堂同步的习题讲解。",
        password=SPOC_PASSWORD,
    ),
)
CHAPTER, LESSON = "第一章 极限", "1.1 数列的极限"
UNITS: tuple[DemoUnit, ...] = (
    DemoUnit(title="什么是极限", text="# 什么是极限\n\n数列 1, 1/2, 1/3, … 越来越接近 0。"),
    DemoUnit(title="极限的性质", text="# 极限的性质\n\n- 唯一性\n- 有界性\n- 保号性"),
)
ANNOUNCEMENT = Prepared(kind="announcement", title="欢迎选课", config={"text": "每周一更新课件，讨论区随时提问。"})
TOPIC_TITLE, TOPIC_TEXT = "大家来自哪里？", "跟帖介绍一下自己吧。"
GRADING: dict[str, int] = {"quiz": 20, "homework": 20, "exam": 50, "discussion": 10}
GRADING_TEXT = "测验 20%、作业 20%、考试 50%、讨论 10%。总评 60 分合格。"
