"""fold(snapshot, events) == fresh snapshot, for every command, every kind and every audience, on the real road."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from protocol.account import AccountState
from protocol.codec import to_struct
from protocol.envelopes import Body
from protocol.ids import AccountId, ActivityId, StreamId
from protocol.inbox import ItemKind, Source
from protocol.registry import COMMANDS, EVENTS
from server.core.activities.registry import KINDS
from server.core.inbox import News
from server.ids import draw_id
from server.telling_many import tell_accounts
from tests.harness.school import a_school, a_taught_run
from tests.scenes.vectors import Recorder, check


@dataclass(slots=True, kw_only=True)
class Class:
    """A teacher, three students, and everything they do recorded."""

    recorder: Recorder
    teacher: AccountId
    students: list[AccountId]
    classroom: str = ""

    async def begin(self) -> None:
        """A classroom with two students in session; the third is not in it yet."""
        for account in [self.teacher, *self.students]:
            await self.recorder.watch(account)
        result = await self.recorder.wish(self.teacher, "classroom.create", self.teacher, {"name": "高等数学"})
        self.classroom = str(result["classroom"])
        await self.recorder.watch(self.classroom)
        for student in self.students[:2]:
            await self.joins(student)
        await self.teaches("session.start")

    async def joins(self, student: AccountId) -> None:
        code = await self.recorder.school.db.fetchval("SELECT code FROM classroom WHERE id = $1", self.classroom)
        await self.recorder.wish(student, "classroom.join", student, {"code": code})

    async def teaches(self, op: str, **body: object) -> Body:
        return await self.recorder.wish(self.teacher, op, self.classroom, body)

    async def studies(self, student: int, op: str, **body: object) -> Body:
        return await self.recorder.wish(self.students[student], op, self.classroom, body)

    async def publishes(self, kind: str, config: Body) -> ActivityId:
        result = await self.teaches("activity.draft", kind=kind, title="题目", config=config)
        await self.teaches("activity.publish", activity=result["activity"])
        return ActivityId(str(result["activity"]))


SEEN_OPS: set[str] = set()
SEEN_NAMES: set[str] = set()


@pytest_asyncio.fixture
async def a_class(database: str, redis_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Class]:
    async with a_school(database, redis_url) as school:
        recorder = Recorder(school=school)
        people = [await school.person(name) for name in ("王老师", "李华", "小明", "小红")]
        lesson = Class(recorder=recorder, teacher=people[0], students=people[1:])
        await lesson.begin()
        yield lesson
        SEEN_OPS.update(recorder.ops)
        SEEN_NAMES.update(recorder.names)


async def test_the_life_of_a_classroom(a_class: Class) -> None:
    teacher, students = a_class.teacher, a_class.students
    await a_class.recorder.wish(students[0], "account.rename", students[0], {"name": "李华（课代表）"})
    await a_class.teaches("classroom.rename", name="线性代数")
    await a_class.teaches("classroom.link", run=await a_taught_run(a_class.recorder.school, teacher))
    await a_class.teaches("classroom.link", run=None)
    await a_class.teaches("classroom.reset_code")
    await a_class.teaches("classroom.close_code")
    await a_class.teaches("classroom.open_code")
    await a_class.joins(students[2])
    await a_class.teaches("member.rename", account=students[1], name="小明二号")
    await a_class.teaches("member.set_role", account=students[1], role="assistant")
    await a_class.teaches("member.set_role", account=students[1], role="teacher")
    await a_class.teaches("member.set_role", account=students[1], role="student")
    await a_class.teaches("member.kick", account=students[2])
    await a_class.joins(students[2])
    draft = await a_class.teaches("activity.draft", kind="discussion", title="", config={})
    other = await a_class.teaches("activity.draft", kind="survey", title="二", config={})
    await a_class.teaches("activity.draft", kind="discussion", title="一", config={"text": "?"}, **draft)
    await a_class.teaches("activity.discard", **other)
    await a_class.publishes("discussion", {"text": "说说看"})
    await a_class.teaches("session.end")
    await a_class.studies(0, "classroom.leave")
    await a_class.teaches("session.start")
    await a_class.recorder.wish(teacher, "session.end", a_class.classroom)
    check("classroom", a_class.recorder.vectors)


async def test_the_message_centre(a_class: Class) -> None:
    """R57, R58."""
    recorder, student = a_class.recorder, a_class.students[0]
    kinds: list[ItemKind] = ["reply", "course_announcement", "platform_push"]
    for kind in kinds * 7:
        source = Source(kind="run", id=draw_id())
        news = News(id=draw_id(), kind=kind, title=kind, text="话" * 150, source=source)
        assert await tell_accounts(recorder.school.roads[0], [student], news) == 1
    await recorder.compare("told")
    snapshot = await recorder.school.book.snapshot(StreamId(student), "self")
    newest = to_struct(snapshot.state, AccountState).inbox.items
    await recorder.wish(student, "inbox.read", student, {"items": [each.id for each in newest[:2]]})
    await recorder.wish(student, "inbox.read", student, {"items": [newest[0].id]})
    await recorder.wish(student, "inbox.read_all", student, {"kind": "reply"})
    await recorder.wish(student, "inbox.read_all", student)
    check("inbox", recorder.vectors[-4:])


async def test_a_check_in(a_class: Class) -> None:
    activity = await a_class.publishes("check_in", {})
    await a_class.studies(0, "response.submit", activity=activity)
    late: Body = {"status": "late"}
    await a_class.teaches(
        "response.correct", activity=activity, account=a_class.students[1], correction=late, reason="来晚了"
    )
    await a_class.teaches("activity.close", activity=activity)
    await a_class.teaches(
        "response.correct",
        activity=activity,
        account=a_class.students[1],
        correction={"status": "excused"},
        reason="病假",
    )
    await a_class.teaches("session.end")
    check("check_in", a_class.recorder.vectors)


async def test_an_exercise(a_class: Class) -> None:
    questions = [
        {"type": "single", "text": "1 + 1", "options": ["1", "2"], "key": 1, "explanation": "数一数"},
        {"type": "multiple", "text": "偶数", "options": ["1", "2", "4"], "key": [1, 2]},
        {"type": "true_false", "text": "地是圆的", "key": True},
        {"type": "fill_in", "text": "床前____光", "key": [["明月", "明月 "]]},
        {"type": "short_text", "text": "为什么", "points": 5},
    ]
    activity = await a_class.publishes("exercise", {"questions": questions, "time_limit_s": 600})
    await a_class.studies(0, "response.save", activity=activity, value={"answers": [1]})
    await a_class.studies(
        1, "response.submit", activity=activity, value={"answers": [1, [1, 2], True, ["明月"], "因为"]}
    )
    await a_class.teaches("activity.extend", activity=activity, extra_s=60)
    await a_class.teaches("activity.close", activity=activity)
    await a_class.teaches(
        "response.correct",
        activity=activity,
        account=a_class.students[1],
        correction={"points": {"4": 4}},
        reason="讲得好",
    )
    hidden = await a_class.publishes("exercise", {"questions": questions[:1], "reveal_key": False})
    await a_class.teaches("session.end")
    assert hidden != activity
    check("exercise", a_class.recorder.vectors)


@pytest.mark.parametrize("is_anonymous", [False, True])
async def test_a_survey(a_class: Class, is_anonymous: bool) -> None:
    questions: list[Body] = [
        {"type": "single", "text": "快慢", "options": ["快", "慢"]},
        {"type": "rating", "text": "几分"},
        {"type": "text", "text": "想说"},
    ]
    activity = await a_class.publishes("survey", {"questions": questions, "is_anonymous": is_anonymous})
    await a_class.studies(0, "response.submit", activity=activity, value={"answers": [0, 5, "很好"]})
    await a_class.teaches("activity.act", activity=activity, verb="show_results")
    await a_class.teaches("activity.act", activity=activity, verb="hide_results")
    await a_class.teaches("activity.close", activity=activity)
    await a_class.teaches("activity.act", activity=activity, verb="show_results")
    await a_class.teaches("activity.act", activity=activity, verb="hide_results")
    await a_class.teaches("session.end")
    check("survey_anonymous" if is_anonymous else "survey", a_class.recorder.vectors)


async def test_a_discussion(a_class: Class) -> None:
    activity = await a_class.publishes("discussion", {"text": "说说看"})
    first = (await a_class.studies(0, "activity.post", activity=activity, text="我先说"))["post"]
    answer = (await a_class.studies(1, "activity.post", activity=activity, text="我同意", reply_to=first))["post"]
    await a_class.teaches("activity.post", activity=activity, text="很好")
    await a_class.studies(1, "activity.remove_post", activity=activity, post=answer)
    await a_class.teaches("activity.remove_post", activity=activity, post=first)
    await a_class.teaches("activity.close", activity=activity)
    check("discussion", a_class.recorder.vectors)


async def test_d15_who_closes_their_account_is_named_no_more_until_it_is_restored(a_class: Class) -> None:
    """The teacher gave the student another name meanwhile: restored, all that is on the page goes by that one."""
    recorder, student = a_class.recorder, a_class.students[0]
    activity = await a_class.publishes("discussion", {"text": "说说看"})
    await a_class.studies(0, "activity.post", activity=activity, text="我先说")
    await a_class.studies(1, "activity.post", activity=activity, text="我同意")
    await a_class.teaches("member.rename", account=student, name="李华（课代表）")
    recorder.leave(student)
    for state in ("closed", "active"):
        await recorder.school.db.execute("UPDATE account SET state = $2 WHERE id = $1", student, state)
        await recorder.wish(None, "member.show", a_class.classroom, {"account": student})
        # A role changes nothing in that.
        await a_class.teaches("member.set_role", account=student, role="assistant")
        await a_class.teaches("member.set_role", account=student, role="student")
    check("closed_account", [each for each in recorder.vectors if "member.show" in each["title"]])


async def test_an_announcement_and_a_lesson_plan(a_class: Class) -> None:
    await a_class.publishes("announcement", {"text": "明天停课"})
    plan = await a_class.publishes("lesson_plan", {"markdown": "# 第一章"})
    kept = await a_class.publishes("lesson_plan", {"markdown": "# 第二章"})
    await a_class.teaches("activity.act", activity=plan, verb="send")
    await a_class.teaches("session.end")
    assert kept != plan
    check("sheets", a_class.recorder.vectors)


async def test_a_discussion_of_more_posts_than_a_snapshot_holds(a_class: Class) -> None:
    """Not kept as a vector: it is long, and the last hundred are tested where they are folded."""
    activity = await a_class.publishes("discussion", {"text": "说说看"})
    school = a_class.recorder.school
    done = [
        await school.wish(
            a_class.students[0], "activity.post", a_class.classroom, {"activity": activity, "text": str(n)}
        )
        for n in range(102)
    ]
    await a_class.recorder.compare("102 posts")
    for number in (0, 101):
        result = done[number].result
        assert result is not None
        await a_class.studies(0, "activity.remove_post", activity=activity, post=result["post"])


def test_every_command_event_and_kind_was_replayed() -> None:
    """Comes last: it looks at what the tests above did."""
    assert set(COMMANDS) == SEEN_OPS
    assert set(EVENTS) == SEEN_NAMES - {""}
    assert set(KINDS) == {"check_in", "exercise", "survey", "discussion", "announcement", "lesson_plan"}
