"""Bodies of the REST layer about courses: catalogue, runs, enrollment, courseware."""

from __future__ import annotations

from typing import Annotated, Literal, NewType

import msgspec
from msgspec import Meta

from protocol.ids import AccountId, FileId, Id, Millis, SchoolId

CourseId = NewType("CourseId", str)
RunId = NewType("RunId", str)
UnitId = NewType("UnitId", str)
CourseAnnouncementId = NewType("CourseAnnouncementId", str)

CourseKind = Literal["mooc", "spoc"]
CourseState = Literal["draft", "published"]
RunState = Literal["running", "upcoming", "ended"]
# The four states of 我的课程 (R47); the last is a wish: 报名下次开课.
MyCourseState = Literal["running", "upcoming", "ended", "next_run"]
CourseRole = Literal["learner", "teacher"]
TeacherRole = Literal["owner", "teacher"]
UnitLevel = Literal["chapter", "lesson", "unit"]
UnitContent = Literal["video", "pdf", "rich_text"]

CourseTitle = Annotated[str, Meta(min_length=1, max_length=80)]
CourseSummary = Annotated[str, Meta(max_length=300)]
CourseIntroduction = Annotated[str, Meta(max_length=20_000)]
CoursePassword = Annotated[str, Meta(min_length=1, max_length=64)]
# A point in time up to the year 2286, so that no arithmetic with it can fail.
At = Annotated[int, Meta(ge=0, le=9_999_999_999_999)]
Percent = Annotated[int, Meta(ge=0, le=100)]


# Catalogue


class RunTime(msgspec.Struct, frozen=True, kw_only=True):
    """How far a run is by the clock (R45): `week` of `n_weeks`, 0 before it starts, `n_weeks` after it ended."""

    run: RunId
    number: int
    starts_at: Millis
    ends_at: Millis
    state: RunState
    week: int
    n_weeks: int


class CourseCard(msgspec.Struct, frozen=True, kw_only=True):
    """`cover`: an image at `/files/covers/{cover}`, for everybody. `time`: of the run one would join now, else of the
    last one; null before there is any."""

    id: CourseId
    kind: CourseKind
    title: str
    summary: str
    cover: FileId | None
    school: SchoolId
    school_name: str
    teachers: list[str]
    n_enrolled: int
    has_password: bool
    time: RunTime | None


class CourseCards(msgspec.Struct, frozen=True, kw_only=True):
    courses: list[CourseCard]
    next: str | None


class SchoolHome(msgspec.Struct, frozen=True, kw_only=True):
    """`has_moocs`: there is a list to link to (R46). `may_enter`: its SPOCs are open to the caller (R20, R27)."""

    id: SchoolId
    name: str
    introduction: str
    has_cloud: bool
    has_moocs: bool
    may_enter: bool
    n_teachers: int


class SchoolTeacher(msgspec.Struct, frozen=True, kw_only=True):
    account: AccountId
    name: str
    title: str


class SchoolTeachers(msgspec.Struct, frozen=True, kw_only=True):
    teachers: list[SchoolTeacher]
    next: str | None


class CourseIntro(msgspec.Struct, frozen=True, kw_only=True):
    """The page one enrolls from (R44). `joins`: the run that 立即参加 means; null: only 报名下次开课 is left.

    `enrolled_in`: the caller's newest run of it. `runs` newest first.
    """

    card: CourseCard
    introduction: str
    state: CourseState
    runs: list[RunTime]
    joins: RunId | None
    enrolled_in: RunId | None
    has_wished: bool
    is_teacher: bool


# Enrollment


class Enroll(msgspec.Struct, frozen=True, kw_only=True):
    """`password`: only where the course asks for one (R43)."""

    password: CoursePassword | None = None


class Enrolled(msgspec.Struct, frozen=True, kw_only=True):
    run: RunId


class MyCourse(msgspec.Struct, frozen=True, kw_only=True):
    """One card of 我的课程. `time` is null for a course whose next run is waited for."""

    course: CourseId
    title: str
    kind: CourseKind
    cover: FileId | None
    school_name: str
    teachers: list[str]
    state: MyCourseState
    time: RunTime | None
    since: Millis


class MyCourses(msgspec.Struct, frozen=True, kw_only=True):
    courses: list[MyCourse]
    next: str | None


# The course page


class RunPage(msgspec.Struct, frozen=True, kw_only=True):
    """`grading`: percent by quiz, homework, exam and discussion (R51). `counts_for_school`: study here gives the
    caller's school data and credit (R21)."""

    run: RunId
    course: CourseId
    title: str
    kind: CourseKind
    school: SchoolId
    school_name: str
    role: CourseRole
    time: RunTime
    grading_text: str
    grading: dict[str, int]
    counts_for_school: bool


class CourseAnnouncement(msgspec.Struct, frozen=True, kw_only=True):
    id: CourseAnnouncementId
    title: str
    text: str
    author_name: str
    at: Millis
    edited_at: Millis | None


class CourseAnnouncements(msgspec.Struct, frozen=True, kw_only=True):
    announcements: list[CourseAnnouncement]
    next: str | None


class WriteCourseAnnouncement(msgspec.Struct, frozen=True, kw_only=True):
    title: CourseTitle
    text: Annotated[str, Meta(min_length=1, max_length=10_000)]


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What was just made: an announcement, a unit, a topic, a reply."""

    id: str


class CourseUnit(msgspec.Struct, frozen=True, kw_only=True):
    """One node of the courseware tree (R50). `text` only for teachers; learners get it when they study the unit."""

    id: UnitId
    parent: UnitId | None
    level: UnitLevel
    title: str
    kind: UnitContent | None
    file: FileId | None
    file_name: str | None
    text: str | None
    duration_ms: int | None
    is_published: bool


class Courseware(msgspec.Struct, frozen=True, kw_only=True):
    """In the order of the tree's levels and positions: every parent before its children."""

    units: list[CourseUnit]


class AddUnit(msgspec.Struct, frozen=True, kw_only=True):
    """A chapter has no parent, a lesson a chapter, a unit a lesson. It becomes its parent's last."""

    level: UnitLevel
    title: Annotated[str, Meta(min_length=1, max_length=120)]
    parent: Id | None = None
    kind: UnitContent | None = None
    file: Id | None = None
    text: Annotated[str, Meta(max_length=50_000)] | None = None
    duration_ms: Annotated[int, Meta(gt=0, le=86_400_000)] | None = None
    is_published: bool = False


class ChangeUnit(msgspec.Struct, frozen=True, kw_only=True):
    """What is left out stays. `before`: it moves before this sibling."""

    title: Annotated[str, Meta(min_length=1, max_length=120)] | None = None
    file: Id | None = None
    text: Annotated[str, Meta(max_length=50_000)] | None = None
    duration_ms: Annotated[int, Meta(gt=0, le=86_400_000)] | None = None
    is_published: bool | None = None
    before: Id | None = None


# Teaching


class TaughtRun(msgspec.Struct, frozen=True, kw_only=True):
    time: RunTime
    n_enrolled: int


class TaughtCourse(msgspec.Struct, frozen=True, kw_only=True):
    """`n_waiting`: who registered for the next run (R47). `is_owner`: the caller says who else teaches it."""

    card: CourseCard
    introduction: str
    state: CourseState
    is_owner: bool
    n_waiting: int
    runs: list[TaughtRun]


class TeachingSchool(msgspec.Struct, frozen=True, kw_only=True):
    id: SchoolId
    name: str


class TaughtCourses(msgspec.Struct, frozen=True, kw_only=True):
    """`schools`: where the caller may open a course."""

    courses: list[TaughtCourse]
    schools: list[TeachingSchool]


class CreateCourse(msgspec.Struct, frozen=True, kw_only=True):
    """By a teacher of the school. It begins as a draft."""

    school: Id
    kind: CourseKind
    title: CourseTitle
    summary: CourseSummary = ""
    introduction: CourseIntroduction = ""


class CreatedCourse(msgspec.Struct, frozen=True, kw_only=True):
    course: CourseId


class ChangeCourse(msgspec.Struct, frozen=True, kw_only=True):
    """What is left out stays."""

    title: CourseTitle | None = None
    summary: CourseSummary | None = None
    introduction: CourseIntroduction | None = None
    state: CourseState | None = None


class SetCoursePassword(msgspec.Struct, frozen=True, kw_only=True):
    """Null clears it (R43). Who is enrolled stays."""

    password: CoursePassword | None


class CourseTeacher(msgspec.Struct, frozen=True, kw_only=True):
    """`title`: at the course's school."""

    account: AccountId
    name: str
    title: str
    is_owner: bool


class CourseTeachers(msgspec.Struct, frozen=True, kw_only=True):
    """As cards name them: the owner first."""

    teachers: list[CourseTeacher]


class CreateRun(msgspec.Struct, frozen=True, kw_only=True):
    """Who waited for the next run is enrolled in it."""

    starts_at: At
    ends_at: At


class ChangeRun(msgspec.Struct, frozen=True, kw_only=True):
    """What is left out stays. The weights of `grading` make 100 together, or there is none."""

    starts_at: At | None = None
    ends_at: At | None = None
    grading_text: Annotated[str, Meta(max_length=10_000)] | None = None
    grading: dict[Literal["quiz", "homework", "exam", "discussion"], Percent] | None = None


class CourseLearner(msgspec.Struct, frozen=True, kw_only=True):
    """`number`: the 学号, of those the course's school has certified; else null (未认证, R25). `dropped_at`: R49."""

    account: AccountId
    name: str
    number: str | None
    enrolled_at: Millis
    dropped_at: Millis | None


class CourseLearners(msgspec.Struct, frozen=True, kw_only=True):
    learners: list[CourseLearner]
    next: str | None


class RunStatistics(msgspec.Struct, frozen=True, kw_only=True):
    n_enrolled: int
    n_certified: int
    n_dropped: int
    n_topics: int
    n_replies: int
    n_units: int


# What clients write; everything else here is written by the server.
REQUESTS: tuple[type[msgspec.Struct], ...] = (
    Enroll,
    WriteCourseAnnouncement,
    AddUnit,
    ChangeUnit,
    CreateCourse,
    ChangeCourse,
    SetCoursePassword,
    CreateRun,
    ChangeRun,
)
