"""More text messages than were planned call the operators (36 of the checklist)."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from tests.harness.school import School, a_school
from tests.workers.test_worker import a_config
from workers.context import CONFIG, ROAD
from workers.watch_codes import watch_codes

A_DAY = 10


async def send(school: School, provider: str, n: int, ago: str) -> None:
    await school.db.execute(
        """
        INSERT INTO code_sent (provider, subject, at)
        SELECT $1, 'number ' || n, now() - $3::text::interval FROM generate_series(1, $2) AS n
        """,
        provider,
        n,
        ago,
    )


async def test_security_36_more_codes_than_planned_are_an_error_in_the_log(
    database: str, redis_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with a_school(database, redis_url) as school:
        config = replace(a_config(database, redis_url, tmp_path), codes_a_day=A_DAY)
        context = {ROAD: school.roads[0], CONFIG: config}

        async def said() -> list[tuple[int, str]]:
            caplog.clear()
            await watch_codes(context)
            records = [record for record in caplog.records if record.name == "shangke.watch_codes"]
            return [(record.levelno, record.getMessage()) for record in records]

        await send(school, "phone", 50, "25 hours")
        await send(school, "email", 50, "1 hour")
        await send(school, "phone", 8, "23 hours")
        assert await said() == []
        await send(school, "phone", 2, "1 minute")
        assert await said() == [(logging.WARNING, "event=codes_near_plan n_sent=10 most=10")]
        await send(school, "phone", 1, "0")
        for _ in range(2):
            assert await said() == [(logging.ERROR, "event=codes_over_plan n_sent=11 most=10")]
