"""Posts go together through the lock: what a rush of them costs, and that nobody's fault is another's."""

from __future__ import annotations

import asyncio

import pytest

from protocol.codec import decode_server
from protocol.envelopes import Body, Command, Done, Event
from protocol.errors import Code, Refused
from protocol.ids import AccountId, DeviceId, Seq, StreamId
from server.core.moment import millis
from server.ids import draw_id
from server.posting import POST, STOPPING
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


async def test_who_posts_just_before_the_stop_is_told_to_come_again(database: str, redis_url: str) -> None:
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, 1)
        activity = await school.publish(lesson.teacher, lesson.classroom, "discussion")
        body: Body = {"activity": activity, "text": "late"}
        command = Command(id=draw_id(), op=POST, stream=lesson.classroom, body=body)
        told: list[Done | Refused] = []
        posting = school.roads[0].posting
        posting.post_soon(lesson.students[0], command, lambda _: None, told.append)
        await posting.stop()
        assert told == [STOPPING]


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


async def test_whoever_posted_a_moment_ago_posts_again_in_one_statement(database: str, redis_url: str) -> None:
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, 1)
        activity = await school.publish(lesson.teacher, lesson.classroom, "discussion")
        await post(school, lesson, lesson.students[0], activity, "first")
        before = school.db.counted.n_queries
        for n in range(40):
            await post(school, lesson, lesson.students[0], activity, str(n))
        # 80 would read each time; the sweeps ask a little, too.
        assert school.db.counted.n_queries - before < 60
        numbers = await school.db.fetch("SELECT number FROM post ORDER BY seq")
        assert [row["number"] for row in numbers] == list(range(1, 42))


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("kicked", Code.NOT_FOUND),
        ("closed", Code.ACTIVITY_CLOSED),
        ("over", Code.ACTIVITY_CLOSED),
        ("gone", Code.NOT_FOUND),
    ],
)
async def test_what_was_known_lets_nobody_in_whom_the_book_does_not(
    what: str, code: Code, database: str, redis_url: str
) -> None:
    """Nobody tells the road here what happened: it is the statement that writes which notices."""
    async with a_school(database, redis_url, nodes=2) as school:
        lesson = await a_lesson(school, 2)
        student, other = lesson.students
        activity = await school.publish(lesson.teacher, lesson.classroom, "discussion")
        await post(school, lesson, student, activity, "first")
        await post(school, lesson, other, activity, "second")
        stream = lesson.classroom
        match what:
            case "kicked":
                await school.wish(lesson.teacher, "member.kick", stream, {"account": student}, node=1)
            case "closed":
                await school.wish(lesson.teacher, "activity.close", stream, {"activity": activity}, node=1)
            case "over":
                await school.wish(lesson.teacher, "session.end", stream, {}, node=1)
            case _:
                await school.db.execute("UPDATE account SET state = 'closed', closed_at = now() WHERE id = $1", student)
        with pytest.raises(Refused) as refused:
            await post(school, lesson, student, activity, "third")
        assert refused.value.code == code
        assert await school.db.fetchval("SELECT count(*) FROM post") == 2


async def test_two_nodes_post_in_turn_and_every_number_is_given_once(database: str, redis_url: str) -> None:
    """With and without hearing of each other."""
    async with a_school(database, redis_url, nodes=2) as school:
        lesson = await a_lesson(school, 2)
        activity = await school.publish(lesson.teacher, lesson.classroom, "discussion")
        for n in range(12):
            await post(school, lesson, lesson.students[n % 2], activity, str(n), node=n % 2)
            if n > 5:
                stream, event = school.heard.events[-1]
                school.roads[1 - n % 2].hear_events(stream, [event])
        rows = await school.db.fetch("SELECT number, text FROM post ORDER BY seq")
        assert [(row["number"], row["text"]) for row in rows] == [(n + 1, str(n)) for n in range(12)]


async def test_when_one_after_the_other_posts_for_the_first_time_their_classroom_is_read_once(
    database: str, redis_url: str
) -> None:
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, 40)
        activity = await school.publish(lesson.teacher, lesson.classroom, "discussion")
        stranger = await school.person("路人")
        before = school.db.counted.n_queries
        for student in lesson.students:
            await post(school, lesson, student, activity, student)
        # 80 would read each time; the sweeps ask a little, too.
        assert school.db.counted.n_queries - before < 60
        with pytest.raises(Refused) as refused:
            await post(school, lesson, stranger, activity, "let me in")
        assert refused.value.code is Code.NOT_FOUND
        rows = await school.db.fetch("SELECT author_id, author_name, is_staff, text FROM post ORDER BY seq")
        members = await school.db.fetch(
            "SELECT account_id, name FROM membership WHERE classroom_id = $1", lesson.classroom
        )
        names = {row["account_id"]: row["name"] for row in members}
        assert list(map(tuple, rows)) == [(student, names[student], False, student) for student in lesson.students]


async def test_who_was_kicked_since_the_classroom_was_read_does_not_post(database: str, redis_url: str) -> None:
    """I11."""
    async with a_school(database, redis_url, nodes=2) as school:
        lesson = await a_lesson(school, 3)
        activity = await school.publish(lesson.teacher, lesson.classroom, "discussion")
        *two, kicked = lesson.students
        for student in two:
            await post(school, lesson, student, activity, "first")
        await school.wish(lesson.teacher, "member.kick", lesson.classroom, {"account": kicked}, node=1)
        with pytest.raises(Refused) as refused:
            await post(school, lesson, kicked, activity, "still here")
        assert refused.value.code is Code.NOT_FOUND


async def test_two_nodes_post_at_once_and_neither_reads_anew_for_the_others_posts(
    database: str, redis_url: str
) -> None:
    """I2: whatever the other node wrote meanwhile, every number is given once and everybody is told the right one."""
    async with a_school(database, redis_url, nodes=2) as school:
        lesson = await a_lesson(school, 8)
        activities = [await school.publish(lesson.teacher, lesson.classroom, "discussion") for _ in range(2)]
        for n, student in enumerate(lesson.students):
            for activity in activities:
                await post(school, lesson, student, activity, "before", node=n % 2)
        begun = len(school.heard.events)
        before = school.db.counted.n_queries
        n_rounds = 20
        for n_round in range(n_rounds):
            posts = [
                post(school, lesson, student, activities[(n + n_round) % 2], f"{n_round} {n}", node=n % 2)
                for n, student in enumerate(lesson.students)
            ]
            done = await asyncio.gather(*posts)
            assert len({each.seq for each in done}) == len(done)
        # Each node writes the first of a round alone, then those who came meanwhile.
        assert school.db.counted.n_queries - before < 2 * 3 * n_rounds
        rows = await school.db.fetch(
            "SELECT post.activity_id, number, text, post.seq, post.at, body, event.at = post.at AS is_then FROM post"
            " JOIN event ON event.stream_id = $1 AND event.seq = post.seq ORDER BY post.seq",
            lesson.classroom,
        )
        first = rows[0]["seq"]
        assert [row["seq"] for row in rows] == list(range(first, first + len(rows)))
        assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
        for activity in activities:
            numbers = [row["number"] for row in rows if row["activity_id"] == activity]
            assert numbers == list(range(1, len(numbers) + 1))
            assert await school.db.fetchval("SELECT n_posts FROM activity WHERE id = $1", activity) == len(numbers)
        # What is told is what is written, in each of its places.
        told = dict[Seq, object]()
        for _, heard in school.heard.events[begun:]:
            (event,) = decode_server(heard.frames["student"])
            assert isinstance(event, Event)
            told[event.seq] = (event.at, event.body, heard.post)
        assert told == {
            row["seq"]: (millis(row["at"]), row["body"], (row["activity_id"], row["number"]))
            for row in rows
            if row["text"] != "before"
        }
        for row in rows:
            said = row["body"]["post"]
            assert (said["number"], said["at"], row["is_then"]) == (row["number"], millis(row["at"]), True)


async def test_a_post_that_is_sent_again_is_answered_as_before(database: str, redis_url: str) -> None:
    """I5, also where the sender is known and nothing is read."""
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, 1)
        activity = await school.publish(lesson.teacher, lesson.classroom, "discussion")
        id = draw_id()
        await post(school, lesson, lesson.students[0], activity, "before")
        first = await post(school, lesson, lesson.students[0], activity, "x", id=id)
        await post(school, lesson, lesson.students[0], activity, "after")
        assert await post(school, lesson, lesson.students[0], activity, "x", id=id) == first
        with pytest.raises(Refused) as refused:
            await post(school, lesson, lesson.students[0], activity, "y", id=id)
        assert refused.value.code == Code.ID_CONFLICT
        assert await school.db.fetchval("SELECT count(*) FROM post") == 3


async def test_a_post_that_reaches_two_nodes_at_once_is_written_once(database: str, redis_url: str) -> None:
    """I5: both have read that it was not answered yet."""
    async with a_school(database, redis_url, nodes=2) as school:
        lesson = await a_lesson(school, 20)
        activity = await school.publish(lesson.teacher, lesson.classroom, "discussion")
        for student in lesson.students:
            id = draw_id()
            both = [post(school, lesson, student, activity, "x", id=id, node=node) for node in (0, 1)]
            first, second = await asyncio.gather(*both)
            assert first == second
        assert await school.db.fetchval("SELECT count(*) FROM post") == len(lesson.students)


async def post(
    school: School,
    lesson: Lesson,
    account: AccountId,
    activity: str,
    text: str,
    *,
    id: str | None = None,
    reply_to: str | None = None,
    node: int = 0,
) -> Done:
    body: Body = {"activity": activity, "text": text}
    if reply_to is not None:
        body["reply_to"] = reply_to
    command = Command(id=id or draw_id(), op="activity.post", stream=StreamId(lesson.classroom), body=body)
    return await school.roads[node].travel(account, DeviceId(account), command)
