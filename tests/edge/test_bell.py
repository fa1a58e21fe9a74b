"""Postgres is the book, Redis is the bell: losing it costs seconds, never a fact (I1)."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import httpx
import pytest

from protocol.envelopes import Body
from server import embedded
from tests.edge.campus import Campus
from tests.harness.node import Node, node_factory
from tests.harness.phone import Phone
from tests.harness.school import EXERCISE


async def status(node: Node) -> int:
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.get(f"{node.url}/health/ready")).status_code


async def until_ready(node: Node) -> None:
    async with asyncio.timeout(20):
        while await status(node) != 200:  # noqa: ASYNC110  # the other process sets no event of ours
            await asyncio.sleep(0.05)


@pytest.mark.limit(60)
async def test_without_redis_phones_still_learn_everything(campus: Campus, database: str, tmp_path: Path) -> None:
    lesson = await campus.lesson(1)
    async with contextlib.AsyncExitStack() as bell, contextlib.AsyncExitStack() as others:
        redis = await bell.enter_async_context(embedded.run_redis(tmp_path / "redis"))
        nodes = await others.enter_async_context(node_factory(database, redis.url(), tmp_path))
        a, b = await nodes.start("a"), await nodes.start("b")
        async with campus.phone(a, lesson.teacher) as teacher, campus.phone(b, lesson.students[0]) as student:
            await teacher.until_live(lesson.classroom)
            await student.until_live(lesson.classroom)
            await bell.aclose()
            done = await teacher.command("classroom.rename", lesson.classroom, {"name": "没有铃"})
            assert done.seq is not None
            await student.until_at(lesson.classroom, done.seq)
            assert await status(b) == 503
            async with embedded.run_redis(tmp_path / "redis"):
                await until_ready(a)
                await until_ready(b)
                done = await teacher.command("classroom.rename", lesson.classroom, {"name": "又有铃了"})
                assert done.seq is not None
                await student.until_at(lesson.classroom, done.seq)


async def test_ones_own_result_comes_although_who_closed_died_before_ringing(campus: Campus) -> None:
    """The road of this school rings nowhere, as that of a hub that dies right after its commit (D7)."""
    lesson = await campus.lesson(1)
    student, classroom = lesson.students[0], lesson.classroom
    exercise = await campus.school.publish(lesson.teacher, classroom, "exercise", EXERCISE)
    node = await campus.start()
    async with campus.phone(node, student) as phone:
        await phone.until_live(classroom)
        saved: Body = {"activity": exercise, "value": {"answers": [1]}}
        await phone.command("response.save", classroom, saved)
        await phone.until(lambda phone: phone.held(classroom).mine(exercise) is not None)
        await campus.school.wish(lesson.teacher, "activity.close", classroom, {"activity": exercise})

        def is_submitted(phone: Phone) -> bool:
            mine = phone.held(classroom).mine(exercise)
            return mine is not None and mine.phase == "submitted" and mine.is_auto and mine.result is not None

        await phone.until(is_submitted)
