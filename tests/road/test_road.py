"""The road on a real database: once is once, no gap, nobody without a place."""

from __future__ import annotations

import asyncio

import pytest

from protocol.codec import to_body
from protocol.envelopes import Body
from protocol.errors import Code, Refused
from protocol.ids import Seq, StreamId
from server.ids import draw_id
from server.store import events, streams
from tests.harness.school import a_lesson, a_school


async def test_fifty_retries_of_one_command_have_one_effect_and_one_answer(database: str, redis_url: str) -> None:
    """I5."""
    async with a_school(database, redis_url, nodes=2) as school:
        teacher = await school.person("王老师")
        id = draw_id()
        wishes = [
            school.wish(teacher, "classroom.create", teacher, {"name": "高数"}, id=id, node=number % 2)
            for number in range(50)
        ]
        answers = await asyncio.gather(*wishes)
        assert len({str(each.result) for each in answers}) == 1
        assert {each.seq for each in answers} == {1}
        assert await school.db.fetchval("SELECT count(*) FROM classroom") == 1


async def test_the_same_id_with_another_body_is_a_conflict(database: str, redis_url: str) -> None:
    async with a_school(database, redis_url) as school:
        teacher = await school.person("王老师")
        id = draw_id()
        await school.wish(teacher, "classroom.create", teacher, {"name": "高数"}, id=id)
        with pytest.raises(Refused) as refused:
            await school.wish(teacher, "classroom.create", teacher, {"name": "线代"}, id=id)
        assert refused.value.code is Code.ID_CONFLICT


async def test_seq_is_gapless_and_in_commit_order_under_concurrent_commands(database: str, redis_url: str) -> None:
    """I2."""
    async with a_school(database, redis_url, nodes=2) as school:
        lesson = await a_lesson(school, 4)
        activity = await school.publish(lesson.teacher, lesson.classroom, "discussion", {"topic": "?"})
        posts = [
            school.wish(student, "activity.post", lesson.classroom, {"activity": activity, "text": "x"}, node=n % 2)
            for n in range(10)
            for student in lesson.students
        ]
        done = await asyncio.gather(*posts)
        stream = StreamId(lesson.classroom)
        written = await events.select_after(school.db, stream, Seq(0), 1000)
        assert [each.seq for each in written] == list(range(1, len(written) + 1))
        assert sorted(each.seq or 0 for each in done) == list(range(len(written) - 39, len(written) + 1))
        assert [each.at for each in written] == sorted(each.at for each in written)
        assert (await streams.select_heads(school.db, [stream]))[stream] == len(written)
        assert [event.seq for event in sorted(school.heard.events_of(stream, "staff"), key=lambda e: e.seq)] == [
            each.seq for each in written
        ]


async def test_an_outsider_learns_of_no_classroom(database: str, redis_url: str) -> None:
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, 1)
        outsider = await school.person("路人")
        for stream in (lesson.classroom, draw_id(), lesson.teacher):
            for op in ("session.end", "classroom.leave"):
                with pytest.raises(Refused) as refused:
                    await school.wish(outsider, op, stream)
                assert refused.value.code is Code.NOT_FOUND


async def test_a_student_cannot_do_what_is_the_teachers(database: str, redis_url: str) -> None:
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, 1)
        with pytest.raises(Refused) as refused:
            await school.wish(lesson.students[0], "session.end", lesson.classroom)
        assert refused.value.code is Code.FORBIDDEN


async def test_a_hundred_joining_at_once_are_all_counted(database: str, redis_url: str) -> None:
    async with a_school(database, redis_url, nodes=2) as school:
        teacher = await school.person("王老师")
        classroom = await school.classroom(teacher)
        students = await school.people(100)
        code = await school.code(classroom)
        await asyncio.gather(
            *(
                school.wish(student, "classroom.join", student, {"code": code.lower()}, node=number % 2)
                for number, student in enumerate(students)
            )
        )
        assert await school.db.fetchval("SELECT n_members FROM classroom WHERE id = $1", classroom) == 100
        assert (await streams.select_heads(school.db, [StreamId(classroom)]))[StreamId(classroom)] == 101


async def test_joining_answers_unknown_and_closed_codes_alike_and_stops_guessers(database: str, redis_url: str) -> None:
    async with a_school(database, redis_url) as school:
        teacher = await school.person("王老师")
        classroom = await school.classroom(teacher)
        code = await school.code(classroom)
        await school.wish(teacher, "classroom.close_code", classroom)
        guesser = await school.person("猜")

        async def guess(typed: str) -> Code:
            with pytest.raises(Refused) as refused:
                await school.wish(guesser, "classroom.join", guesser, {"code": typed})
            return refused.value.code

        answers = await asyncio.gather(*(guess(typed) for typed in [code, "ZZZZZZ", "0", code.lower()] * 10))
        assert answers.count(Code.CODE_UNKNOWN) == 20
        assert answers.count(Code.SLOW_DOWN) == 20
        await school.wish(teacher, "classroom.open_code", classroom)
        assert await guess(code) is Code.SLOW_DOWN


async def test_leaving_is_refused_in_session_and_kicking_is_not(database: str, redis_url: str) -> None:
    """R65, R66, D9."""
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, 2)
        first, second = lesson.students
        with pytest.raises(Refused) as refused:
            await school.wish(first, "classroom.leave", lesson.classroom)
        assert refused.value.code is Code.IN_SESSION
        await school.wish(lesson.teacher, "member.kick", lesson.classroom, {"account": second})
        with pytest.raises(Refused) as refused:
            await school.wish(second, "classroom.leave", lesson.classroom)
        assert refused.value.code is Code.NOT_FOUND
        assert school.heard.events[-2][1].lost == (second,)
        await school.join(second, lesson.classroom)
        await school.wish(lesson.teacher, "session.end", lesson.classroom)
        await school.wish(first, "classroom.leave", lesson.classroom)
        assert await school.db.fetchval("SELECT n_members FROM classroom WHERE id = $1", lesson.classroom) == 1


async def test_a_removed_post_is_in_no_row_no_event_and_no_snapshot(database: str, redis_url: str) -> None:
    """I9."""
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, 1)
        activity = await school.publish(lesson.teacher, lesson.classroom, "discussion", {"topic": "?"})
        body: Body = {"activity": activity, "text": "绝密"}
        done = await school.wish(lesson.students[0], "activity.post", lesson.classroom, body)
        assert done.result is not None
        await school.wish(
            lesson.teacher,
            "activity.remove_post",
            lesson.classroom,
            {"activity": activity, "post": done.result["post"]},
        )
        written = await events.select_after(school.db, StreamId(lesson.classroom), Seq(0), 1000)
        assert "绝密" not in str([to_body(each.body) for each in written])
        assert "绝密" not in str(await school.book.snapshot(StreamId(lesson.classroom), "staff"))
        assert await school.db.fetchval("SELECT count(*) FROM post WHERE text IS NOT NULL") == 0
