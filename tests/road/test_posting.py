"""Posts go together through the lock: what a rush of them costs, and that nobody's fault is another's."""

from __future__ import annotations

import asyncio

from protocol.envelopes import Body, Command, Done
from protocol.errors import Code, Refused
from protocol.ids import AccountId, DeviceId, StreamId
from server.ids import draw_id
from tests.harness.school import Lesson, School, a_lesson, a_school
from tests.harness.until import until


async def test_a_rush_of_posts_is_written_in_a_few_transactions_and_rung_in_order(
    database: str, redis_url: str
) -> None:
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, 5)
        activity = await school.publish(lesson.teacher, lesson.classroom, "discussion")
        before = school.db.counted.n_queries
        posts = [post(school, lesson, student, activity, f"{n}") for n in range(8) for student in lesson.students]
        done = await asyncio.gather(*posts)
        assert sorted(each.seq or 0 for each in done) == list(range(done[0].seq or 0, (done[0].seq or 0) + 40))
        heard = [event.seq for event in school.heard.events_of(lesson.classroom, "student")]
        assert heard == sorted(heard)
        assert await school.db.fetchval("SELECT n_posts FROM activity WHERE id = $1", activity) == 40
        # The first goes alone; those who came meanwhile go together.
        assert school.db.counted.n_queries - before < 40


async def test_who_is_refused_in_a_rush_is_refused_alone(database: str, redis_url: str) -> None:
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, 3)
        stranger = await school.person("外人")
        activity = await school.publish(lesson.teacher, lesson.classroom, "discussion")
        outcomes = await asyncio.gather(
            post(school, lesson, lesson.students[0], activity, "first"),
            post(school, lesson, lesson.students[1], activity, "   "),
            post(school, lesson, stranger, activity, "let me in"),
            post(school, lesson, lesson.students[2], activity, "re", reply_to=draw_id()),
            post(school, lesson, lesson.teacher, activity, "last"),
            return_exceptions=True,
        )
        codes = [each.code if isinstance(each, Refused) else "done" for each in outcomes]
        assert codes == ["done", Code.BAD_FIELD, Code.NOT_FOUND, Code.NOT_FOUND, "done"]


async def test_the_same_post_five_times_in_a_rush_is_there_once(database: str, redis_url: str) -> None:
    """I5."""
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, 1)
        activity = await school.publish(lesson.teacher, lesson.classroom, "discussion")
        id = draw_id()
        same = [post(school, lesson, lesson.students[0], activity, "x", id=id) for _ in range(5)]
        done = await asyncio.gather(*same)
        assert len({(each.seq, str(each.result)) for each in done}) == 1
        assert await school.db.fetchval("SELECT count(*) FROM post") == 1


async def test_who_goes_away_in_a_rush_takes_nobody_along(database: str, redis_url: str) -> None:
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, 4)
        activity = await school.publish(lesson.teacher, lesson.classroom, "discussion")
        before = school.db.counted.n_queries
        tasks = [
            asyncio.ensure_future(post(school, lesson, student, activity, str(n)))
            for n, student in enumerate(lesson.students)
        ]
        # The first is under way and the others wait for it.
        await until(lambda: school.db.counted.n_queries > before, lambda: "nobody began")
        tasks[0].cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(each, Done) for each in outcomes[1:])


async def test_a_fault_in_a_rush_is_one_commands_alone(database: str, redis_url: str) -> None:
    """What PostgreSQL cannot take (the codec lets no NUL in) ends the whole transaction: then each goes by itself."""
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, 3)
        activity = await school.publish(lesson.teacher, lesson.classroom, "discussion")
        outcomes = await asyncio.gather(
            post(school, lesson, lesson.students[0], activity, "one"),
            post(school, lesson, lesson.students[1], activity, "bad\0"),
            post(school, lesson, lesson.students[2], activity, "three"),
            post(school, lesson, lesson.teacher, activity, "four"),
            return_exceptions=True,
        )
        assert [isinstance(each, Done) for each in outcomes] == [True, False, True, True]
        numbers = await school.db.fetch("SELECT number FROM post ORDER BY number")
        assert [row["number"] for row in numbers] == [1, 2, 3]


async def post(
    school: School,
    lesson: Lesson,
    account: AccountId,
    activity: str,
    text: str,
    *,
    id: str | None = None,
    reply_to: str | None = None,
) -> Done:
    body: Body = {"activity": activity, "text": text}
    if reply_to is not None:
        body["reply_to"] = reply_to
    command = Command(id=id or draw_id(), op="activity.post", stream=StreamId(lesson.classroom), body=body)
    return await school.roads[0].travel(account, DeviceId(account), command)
