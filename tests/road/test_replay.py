"""For every command and every audience: the state before, folded with the events, is the snapshot after (I4)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from protocol.account import AccountState
from protocol.classroom import ClassroomState
from protocol.client.fold import State, fold
from protocol.codec import decode_server, to_struct
from protocol.envelopes import Audience, Body, Event
from protocol.ids import AccountId, ActivityId, Seq, StreamId
from protocol.inbox import ItemKind
from protocol.registry import COMMANDS, EVENTS
from server.core.access import ALLOWED
from server.core.inbox import News
from server.ids import draw_id
from server.telling_many import tell_accounts
from tests.harness.school import EXERCISE, SURVEY, Lesson, School, a_lesson, a_school, a_taught_run

KINDS: tuple[ItemKind, ...] = ("reply", "reply", "platform_push")
AUDIENCES: tuple[Audience, ...] = ("staff", "student", "screen")


async def state_of(school: School, stream: str, audience: Audience) -> tuple[int, State]:
    snapshot = await school.book.snapshot(StreamId(stream), audience)
    if audience == "self":
        return snapshot.seq, to_struct(snapshot.state, AccountState)
    return snapshot.seq, to_struct(snapshot.state, ClassroomState)


async def events_after(school: School, stream: str, audience: Audience, seq: int) -> list[Event]:
    prepared = await school.book.events_after(StreamId(stream), Seq(seq), 1000)
    frames = [each.frames[audience] for each in prepared]
    return [each for frame in frames for each in decode_server(frame) if isinstance(each, Event)]


class Replay:
    """Wishes things and checks each time that whoever only folds sees what a newcomer sees."""

    def __init__(self, school: School, lesson: Lesson) -> None:
        self.school = school
        self.lesson = lesson
        self.ops: set[str] = set()
        self.events: set[str] = set()

    async def wish(self, account: str | None, op: str, stream: str, body: Body | None = None) -> Body:
        watched: list[tuple[str, Audience]] = [(self.lesson.classroom, audience) for audience in AUDIENCES]
        if account is not None:
            # Of the system's own wishes one is about a closed account, whose stream nobody reads.
            watched += [(each, "self") for each in (self.lesson.teacher, *self.lesson.students)]
        before = {key: await state_of(self.school, *key) for key in watched}
        done = await self.school.wish(AccountId(account) if account else None, op, stream, body)
        self.ops.add(op)
        for key in watched:
            seq, state = before[key]
            for event in await events_after(self.school, *key, seq):
                if event.name:
                    self.events.add(event.name)
                    state = fold(state, to_struct(event.body, EVENTS[event.name]))
            after = await state_of(self.school, *key)
            assert state == after[1], (op, key)
        return done.result or {}

    async def draft(self, kind: str, config: Body) -> ActivityId:
        body: Body = {"kind": kind, "title": kind, "config": config}
        result = await self.wish(self.lesson.teacher, "activity.draft", self.lesson.classroom, body)
        return ActivityId(str(result["activity"]))

    async def publish(self, kind: str, config: Body) -> ActivityId:
        activity = await self.draft(kind, config)
        await self.wish(self.lesson.teacher, "activity.publish", self.lesson.classroom, {"activity": activity})
        return activity


async def people_come_and_go(replay: Replay) -> None:
    lesson, wish = replay.lesson, replay.wish
    teacher, classroom, (first, second) = lesson.teacher, lesson.classroom, lesson.students
    await wish(first, "account.rename", first, {"name": "新名字"})
    await wish(teacher, "classroom.create", teacher, {"name": "另一门课"})
    await wish(teacher, "classroom.rename", classroom, {"name": "线性代数"})
    await wish(teacher, "classroom.link", classroom, {"run": await a_taught_run(replay.school, teacher)})
    await wish(teacher, "classroom.close_code", classroom)
    await wish(teacher, "classroom.open_code", classroom)
    await wish(teacher, "classroom.reset_code", classroom)
    await wish(first, "member.rename", classroom, {"account": first, "name": "小明"})
    await wish(teacher, "member.set_role", classroom, {"account": first, "role": "assistant"})
    await wish(teacher, "member.set_role", classroom, {"account": first, "role": "student"})
    await wish(teacher, "member.kick", classroom, {"account": second})
    await wish(second, "classroom.join", second, {"code": await replay.school.code(classroom)})
    await wish(teacher, "session.end", classroom)
    await wish(second, "classroom.leave", classroom)
    await wish(teacher, "session.start", classroom)
    discussion = await replay.publish("discussion", {})
    await wish(first, "activity.post", classroom, {"activity": discussion, "text": "再见"})
    for state in ("closed", "active"):
        await replay.school.db.execute("UPDATE account SET state = $2 WHERE id = $1", first, state)
        await wish(None, "member.show", classroom, {"account": first})


async def news_comes_and_is_read(replay: Replay) -> None:
    student, road = replay.lesson.students[0], replay.school.roads[0]
    before = await state_of(replay.school, student, "self")
    for kind in KINDS:
        news = News(id=draw_id(), kind=kind, title=kind, text="话" * 150)
        assert await tell_accounts(road, [student, student], news) == 1
    state = before[1]
    for event in await events_after(replay.school, student, "self", before[0]):
        replay.events.add(event.name)
        state = fold(state, to_struct(event.body, EVENTS[event.name]))
    assert state == (await state_of(replay.school, student, "self"))[1]
    assert isinstance(state, AccountState)
    await replay.wish(student, "inbox.read", student, {"items": [state.inbox.items[0].id]})
    await replay.wish(student, "inbox.read_all", student, {"kind": "reply"})
    await replay.wish(student, "inbox.read_all", student)


async def activities_live_and_close(replay: Replay) -> None:
    lesson, wish = replay.lesson, replay.wish
    teacher, classroom, (first, second) = lesson.teacher, lesson.classroom, lesson.students
    thrown_away = await replay.draft("survey", {})
    await wish(teacher, "activity.discard", classroom, {"activity": thrown_away})
    exercise = await replay.publish("exercise", EXERCISE | {"time_limit_s": 600})
    await wish(teacher, "activity.extend", classroom, {"activity": exercise, "extra_s": 60})
    await wish(first, "response.save", classroom, {"activity": exercise, "value": {"answers": [0]}})
    await wish(second, "response.submit", classroom, {"activity": exercise, "value": {"answers": [1]}})
    await wish(teacher, "activity.close", classroom, {"activity": exercise})
    survey = await replay.publish("survey", SURVEY)
    await wish(first, "response.submit", classroom, {"activity": survey, "value": {"answers": [1]}})
    await wish(teacher, "activity.act", classroom, {"activity": survey, "verb": "show_results"})
    check_in = await replay.publish("check_in", {})
    await wish(first, "response.submit", classroom, {"activity": check_in})
    await wish(teacher, "activity.close", classroom, {"activity": check_in})
    correction: Body = {"activity": check_in, "account": second, "correction": {"status": "excused"}, "reason": "病假"}
    await wish(teacher, "response.correct", classroom, correction)
    plan = await replay.publish("lesson_plan", {"markdown": "# 极限"})
    await wish(teacher, "activity.act", classroom, {"activity": plan, "verb": "send"})
    await replay.publish("announcement", {"text": "下周考试"})
    discussion = await replay.publish("discussion", {})
    post = await wish(first, "activity.post", classroom, {"activity": discussion, "text": "我觉得"})
    reply: Body = {"activity": discussion, "text": "对", "reply_to": post["post"]}
    await wish(teacher, "activity.post", classroom, reply)
    await wish(teacher, "activity.remove_post", classroom, {"activity": discussion, "post": post["post"]})
    await wish(teacher, "session.end", classroom)


STORIES: tuple[Callable[[Replay], Awaitable[None]], ...] = (
    people_come_and_go,
    news_comes_and_is_read,
    activities_live_and_close,
)


async def test_folding_the_events_gives_what_a_snapshot_shows_for_every_command(database: str, redis_url: str) -> None:
    async with a_school(database, redis_url) as school:
        replays = [Replay(school, await a_lesson(school, 2)) for _ in STORIES]
        for replay, tell in zip(replays, STORIES, strict=True):
            await tell(replay)
        assert set().union(*(replay.ops for replay in replays)) == COMMANDS.keys() == ALLOWED.keys()
        assert set().union(*(replay.events for replay in replays)) == EVENTS.keys()
