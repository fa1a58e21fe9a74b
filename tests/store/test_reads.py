"""What the edge reads: heads, events, places, snapshots and gauges, each for many askers at once."""

from __future__ import annotations

import asyncio

import pytest

from protocol.activity import PostAdded
from protocol.classroom import ClassroomState
from protocol.codec import decode_server, to_struct
from protocol.envelopes import Gauge
from protocol.errors import Code, Refused
from protocol.ids import Seq, StreamId
from protocol.inbox import InboxAdded
from protocol.registry import EVENTS
from server.edge.book import Access, Asked
from server.ids import draw_id
from server.store import bulk, events, streams
from server.store.apply import TABLE
from server.store.pool import connect
from server.token import draw_token, hash_token
from tests.harness.school import EXERCISE, a_lesson, a_school


def test_every_event_says_what_it_changes() -> None:
    # Posts and items are written together with their events, by `append_posts` and `insert_items`.
    assert set(TABLE) | {PostAdded, InboxAdded} == set(EVENTS.values())


async def test_places_and_heads_are_read_for_many_at_once(database: str, redis_url: str) -> None:
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, 1)
        student, outsider = lesson.students[0], await school.person("路人")
        stream = StreamId(lesson.classroom)
        asked = [
            Asked(account=account, stream=where)
            for account in (lesson.teacher, student, outsider)
            for where in (stream, StreamId(student), StreamId(draw_id()))
        ]
        assert await school.book.access(asked) == {
            Asked(account=lesson.teacher, stream=stream): Access(audience="staff", head=Seq(3)),
            Asked(account=student, stream=stream): Access(audience="student", head=Seq(3)),
            Asked(account=student, stream=StreamId(student)): Access(audience="self", head=Seq(1)),
        }
        assert await school.book.heads([stream, StreamId(outsider), StreamId(draw_id())]) == {stream: 3, outsider: 0}


async def test_events_come_in_pages(database: str, redis_url: str) -> None:
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, 5)
        stream = StreamId(lesson.classroom)
        pages = [await school.book.events_after(stream, Seq(after), 3) for after in (0, 3, 6, 7)]
        assert [[each.seq for each in page] for page in pages] == [[1, 2, 3], [4, 5, 6], [7], []]


async def test_an_unfinished_transaction_is_in_no_reading(database: str, redis_url: str) -> None:
    """I2: what is read up to a head is all there is up to it."""
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, 1)
        stream = StreamId(lesson.classroom)
        async with school.db.transaction() as tx:
            locked = await streams.lock_streams(tx, [stream])
            wish = asyncio.create_task(school.wish(lesson.teacher, "classroom.rename", stream, {"name": "新"}))
            written = await events.select_after(school.db, stream, Seq(0), 100)
            assert written[-1].seq == locked[stream].head
            assert (await streams.select_heads(school.db, [stream]))[stream] == locked[stream].head
        assert (await wish).seq == locked[stream].head + 1


async def test_an_event_that_leaves_a_gap_cannot_be_written(database: str, redis_url: str) -> None:
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, 0)
        stream = StreamId(lesson.classroom)
        first = (await events.select_after(school.db, stream, Seq(0), 1))[0]
        with pytest.raises(AssertionError, match="does not continue"):
            async with school.db.transaction() as tx:
                await events.append(tx, await streams.lock_streams(tx, [stream]), [first])


async def test_a_snapshot_shows_each_audience_its_own_and_nobody_what_is_not_there(
    database: str, redis_url: str
) -> None:
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, 2)
        await school.publish(lesson.teacher, lesson.classroom, "exercise", EXERCISE)
        await school.draft(lesson.teacher, lesson.classroom, "survey")
        stream = StreamId(lesson.classroom)
        staff = to_struct((await school.book.snapshot(stream, "staff")).state, ClassroomState)
        student = to_struct((await school.book.snapshot(stream, "student")).state, ClassroomState)
        assert [each.account for each in staff.members] == [lesson.teacher, *lesson.students]
        assert (len(staff.drafts), staff.code) == (1, await school.code(lesson.classroom))
        assert (student.members, student.drafts, student.code, student.n_members) == ([], [], None, 2)
        assert "'key': 1" in str(staff.activities[0].config)
        assert "'key': 1" not in str(student.activities[0].config)
        with pytest.raises(Refused) as refused:
            await school.book.snapshot(StreamId(draw_id()), "staff")
        assert refused.value.code is Code.NOT_FOUND


async def test_whoever_attaches_gets_the_tally_or_the_own_response(database: str, redis_url: str) -> None:
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, 2)
        first, second = lesson.students
        activity = await school.publish(lesson.teacher, lesson.classroom, "exercise", EXERCISE)
        done = await school.wish(
            first, "response.submit", lesson.classroom, {"activity": activity, "value": {"answers": [1]}}
        )
        stream = StreamId(lesson.classroom)
        for _ in range(2):
            gauges = (
                await school.book.gauges(
                    {
                        Asked(account=lesson.teacher, stream=stream): "staff",
                        Asked(account=first, stream=stream): "student",
                        Asked(account=second, stream=stream): "student",
                    }
                )
            )[stream]
            tally = next(each for each in gauges if each.name == "tally")
            staff = decode_server(tally.frames["staff"])[0]
            assert isinstance(staff, Gauge)
            assert staff.value is not None
            assert staff.value["n_submitted"] == 1
            private = {account: frame for each in gauges for account, frame in each.private.items()}
            assert private.keys() == {first}
            mine = decode_server(private[first])[0]
            assert isinstance(mine, Gauge)
            assert mine.value == done.result


async def test_bulk_people_are_real_people(database: str, redis_url: str) -> None:
    async with a_school(database, redis_url) as school, connect(database) as db:
        made = await bulk.seed_bench(db, 2, 3, draw_id, draw_token)
        tokens = [token for each in made for token in (each.teacher_token, *each.student_tokens)]
        hashes = [hash_token(token) for token in tokens]
        found = await school.book.devices_by_token_hashes(hashes)
        assert [found[each].account for each in hashes] == [
            account for each in made for account in (each.teacher, *each.students)
        ]
        for each in made:
            await school.session(each.teacher, each.classroom)
            activity = await school.publish(each.teacher, each.classroom, "check_in")
            for student in each.students:
                await school.wish(student, "response.submit", each.classroom, {"activity": activity})
