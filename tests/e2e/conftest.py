"""Builds the web app if its sources changed, and opens the school that serves it."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from server import embedded
from tests.e2e.campus import Campus, a_campus
from tests.e2e.college import College, a_college
from tests.e2e.lesson import Timetable
from tests.harness import node, servers
from tests.harness.school import a_school

ROOT = Path(__file__).parents[2]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def web_app() -> None:
    """The web app as its sources are now. Fails, rather than skips, where it cannot be built."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "deploy" / "web.py"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    if process.returncode != 0:
        pytest.fail(f"the web app could not be built:\n{output.decode(errors='replace')}", pytrace=False)


@contextlib.asynccontextmanager
async def open_campus(running_servers: servers.Servers, folder: Path) -> AsyncIterator[Campus]:
    """A Redis of its own, because other tests empty theirs."""
    async with (
        servers.database(running_servers.postgres) as database,
        embedded.run_redis(folder / "redis") as redis,
        node.node_factory(database, redis.url(), folder) as factory,
    ):
        async with asyncio.TaskGroup() as starting:
            one = starting.create_task(factory.start("a"))
            other = starting.create_task(factory.start("b"))
            starting.create_task(factory.start_worker())
        async with (
            a_school(database, redis.url(), is_heard_by_hubs=True) as school,
            a_campus(school, (one.result(), other.result())) as opened,
        ):
            yield opened


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def campus(
    web_app: None, running_servers: servers.Servers, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Campus]:
    async with open_campus(running_servers, tmp_path_factory.mktemp("campus")) as opened:
        yield opened


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def timetable(campus: Campus) -> AsyncIterator[Timetable]:
    opened = Timetable(campus=campus)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def college(campus: Campus) -> AsyncIterator[College]:
    async with a_college(campus) as opened:
        yield opened
