"""Attempts whose time is over are submitted by the worker, whatever one of them is like (D7)."""

from __future__ import annotations

from pathlib import Path

from protocol.envelopes import Body
from server.ids import draw_id
from tests.harness.school import School, a_school
from tests.workers.test_worker import a_config
from workers.context import CONFIG, ROAD
from workers.sweep_attempts import sweep_attempts

QUESTIONS: Body = {"v": 1, "questions": [{"type": "true_false", "text": "2 > 1", "key": True}]}
VALUE: Body = {"v": 1, "answers": [True]}


async def an_assessment(school: School) -> str:
    ids = {name: draw_id() for name in ("school", "course", "run", "assessment")}
    await school.db.execute("INSERT INTO school (id, name) VALUES ($1, 'School')", ids["school"])
    await school.db.execute(
        "INSERT INTO course (id, school_id, kind, title) VALUES ($1, $2, 'mooc', 'Algebra')",
        ids["course"],
        ids["school"],
    )
    await school.db.execute(
        """
        INSERT INTO run (id, course_id, number, starts_at, ends_at)
        VALUES ($1, $2, 1, now() - interval '1 day', now() + interval '1 day')
        """,
        ids["run"],
        ids["course"],
    )
    await school.db.execute(
        """
        INSERT INTO assessment (id, run_id, kind, title, questions, opens_at, due_at, is_published)
        VALUES ($1, $2, 'exam', 'Exam', $3, now() - interval '1 hour', now() + interval '1 hour', true)
        """,
        ids["assessment"],
        ids["run"],
        QUESTIONS,
    )
    return ids["assessment"]


async def an_attempt(school: School, assessment: str, over_s: float) -> str:
    attempt = draw_id()
    await school.db.execute(
        """
        INSERT INTO attempt (id, assessment_id, account_id, number, value, started_at, ends_at)
        VALUES ($1, $2, $3, 1, $4, now() - interval '1 hour', now() - make_interval(secs => $5))
        """,
        attempt,
        assessment,
        await school.person("Lin"),
        VALUE,
        over_s,
    )
    return attempt


async def test_what_is_over_is_submitted_once_with_what_was_saved(
    database: str, redis_url: str, tmp_path: Path
) -> None:
    async with a_school(database, redis_url) as school:
        assessment = await an_assessment(school)
        over = [await an_attempt(school, assessment, over_s=60) for _ in range(3)]
        open_still = [await an_attempt(school, assessment, over_s=each) for each in (-60, 1)]
        context = {ROAD: school.roads[0], CONFIG: a_config(database, redis_url, tmp_path)}
        for _ in range(2):
            await sweep_attempts(context)
        rows = await school.db.fetch(
            "SELECT id, state, is_auto, points::float8 AS points, submitted_at = ends_at AS is_at_its_end FROM attempt"
        )
        found = {row["id"]: tuple(row)[1:] for row in rows}
        assert [found[each] for each in over] == [("graded", True, 1.0, True)] * 3
        assert [found[each] for each in open_still] == [("open", False, None, None)] * 2
