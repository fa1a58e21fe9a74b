"""The queue is an alarm clock: what it rings is done once, and what it forgets is done all the same."""

from __future__ import annotations

import asyncio
import gc
from datetime import UTC, datetime
from pathlib import Path

from redis.asyncio import Redis

from protocol.ids import ActivityId
from server.config import Config, read
from server.core.fact import Alarm
from server.enqueue import QUEUE, Alarms, open_queue
from server.store import activities
from server.sweep import sweep_due
from tests.harness.school import EXERCISE, Lesson, School, a_lesson, a_school
from tests.harness.wait import until
from workers.run import drive, make_worker


def a_config(database: str, redis_url: str, folder: Path) -> Config:
    return read({"DATABASE_URL": database, "REDIS_URL": redis_url, "SHANGKE_DATA": str(folder)})


async def a_timed_exercise(school: School, lesson: Lesson) -> ActivityId:
    return await school.publish(lesson.teacher, lesson.classroom, "exercise", EXERCISE | {"time_limit_s": 3600})


async def make_due(school: School, activity: ActivityId) -> None:
    await school.db.execute(
        "UPDATE activity SET deadline_at = clock_timestamp() - interval '3 seconds' WHERE id = $1", activity
    )


def closings(school: School, lesson: Lesson) -> list[str]:
    return [each.name for each in school.heard.events_of(lesson.classroom, "staff") if each.name == "activity.closed"]


async def phase_of(school: School, activity: ActivityId) -> str:
    found = await activities.select_activity(school.db, activity)
    assert found is not None
    return found.phase


async def test_publishing_sets_an_alarm_in_the_queue_that_no_pickle_is_in(database: str, redis_url: str) -> None:
    async with a_school(database, redis_url) as school, Redis.from_url(redis_url) as redis:
        activity = await a_timed_exercise(school, await a_lesson(school, 0))

        async def is_queued() -> bool:
            return bool(await redis.zcard(QUEUE) == 1)

        await until(is_queued)
        jobs = await redis.zrange(QUEUE, 0, -1)
        assert [job.decode().rpartition(":")[0] for job in jobs] == [f"close:{activity}"]
        stored = await redis.get(b"arq:job:" + jobs[0])
        assert stored is not None
        assert not stored.startswith(b"\x80")
        assert activity.encode() in stored


async def test_a_job_that_runs_twice_closes_once(database: str, redis_url: str, tmp_path: Path) -> None:
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, 1)
        activity = await a_timed_exercise(school, lesson)
        await make_due(school, activity)
        found = await activities.select_activity(school.db, activity)
        assert found is not None
        assert found.deadline_at is not None
        async with open_queue(redis_url) as queue:
            for number in range(2):
                alarm = Alarm(id=f"again:{number}", job="close_activity", argument=activity, due=found.deadline_at)
                await queue.enqueue_job(alarm.job, alarm.argument, _job_id=alarm.id, _defer_until=alarm.due)
            driving = asyncio.create_task(
                drive(make_worker(a_config(database, redis_url, tmp_path), school.roads[0], queue))
            )

            async def only_the_alarm_of_publishing_is_left() -> bool:
                return bool(await queue.zcard(QUEUE) == 1)

            await asyncio.gather(until(only_the_alarm_of_publishing_is_left), sweep_due(school.roads[0]))
            driving.cancel()
            await asyncio.wait([driving])
        assert closings(school, lesson) == ["activity.closed"]
        assert await phase_of(school, activity) == "closed"


async def test_without_any_worker_a_due_exercise_closes_within_a_second(database: str, redis_url: str) -> None:
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, 1)
        activity = await a_timed_exercise(school, lesson)
        await make_due(school, activity)

        async def is_closed() -> bool:
            return await phase_of(school, activity) == "closed"

        await until(is_closed, limit_s=2)
        assert closings(school, lesson) == ["activity.closed"]


async def test_two_nodes_sweeping_at_once_close_once(database: str, redis_url: str) -> None:
    async with a_school(database, redis_url, nodes=2) as school:
        lesson = await a_lesson(school, 1)
        due = [await a_timed_exercise(school, lesson) for _ in range(3)]
        for activity in due:
            await make_due(school, activity)
        await asyncio.gather(*(sweep_due(road) for road in school.roads * 3))
        assert [await phase_of(school, activity) for activity in due] == ["closed"] * 3
        assert len(closings(school, lesson)) == 3


async def test_a_job_for_what_is_not_due_or_not_there_does_nothing(database: str, redis_url: str) -> None:
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, 1)
        activity = await a_timed_exercise(school, lesson)
        assert await sweep_due(school.roads[0]) == 0
        assert await phase_of(school, activity) == "published"


async def test_who_is_stopped_while_the_queue_is_being_opened_leaves_nothing_open(redis_url: str) -> None:
    """At whichever step: a connection that is left to the collector complains, and keeps the loop from closing."""
    for n_steps in range(12):
        alarms = Alarms(redis_url)
        alarms.enqueue(Alarm(id=f"a{n_steps}", job="close_activity", argument="x", due=datetime.now(UTC)))
        running = asyncio.create_task(alarms.run())
        for _ in range(n_steps):
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait([running])
    gc.collect()
