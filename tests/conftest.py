"""What every test may ask for. The servers are real, and start only when the first test asks for one of them."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Generator
from pathlib import Path

import pytest
import pytest_asyncio
import redis.asyncio
import uvloop
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from server import embedded
from server.embedded.postgres import OWNER
from tests.harness import node, servers
from tests.harness.limit import END_S, LIMIT_S, ended_within, limit

LAST_WORDS = 4_000
STDERR = pytest.StashKey[int]()
TESTS = Path(__file__).parent
# Whole classes in browsers or in processes that are killed: two of them at once would only wait for each other.
CROWDED = (TESTS / "e2e", TESTS / "scenes" / "test_storm.py")
# In a school of its own, where nobody waits for anybody.
ASIDE = TESTS / "e2e" / "test_hostile_texts.py"
# They reach the pure rooms only through others, and being traced would cost them a third of their time.
OTHERWISE_COVERED = (*CROWDED, TESTS / "edge", TESTS / "fuzz", TESTS / "matrix", TESTS / "scenes")


def pytest_configure(config: pytest.Config) -> None:
    """Tests run on the loop the service runs on.

    Through the policy, since pytest-asyncio's hook for loop factories ends session fixtures after every test.
    """
    config.addinivalue_line("markers", f"limit(seconds): how long an async test may take (else {LIMIT_S:.0f} s)")
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    # While nothing is captured: later, number 2 is a file that nobody will read.
    config.stash[STDERR] = os.dup(2)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        limit(item)
        if any(item.path.is_relative_to(each) for each in OTHERWISE_COVERED):
            item.add_marker("no_cover")
    if hasattr(config, "workerinput"):
        # What takes longest begins first, or one worker ends with it while the others have nothing left.
        items.sort(key=lambda item: not is_crowded(item.path))


class ByFile(LoadScopeScheduling):
    """Under xdist a file stays whole, and the tests that want the machine for themselves come one after the other.

    A scheduler of our own, since `--dist=loadgroup` of xdist 3.8 no longer sees the groups under pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return "crowded" if is_crowded(TESTS.parent / file) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    return ByFile(config, log)


def is_crowded(file: Path) -> bool:
    return file != ASIDE and any(file.is_relative_to(each) for each in CROWDED)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    with ended_within(END_S, item.config.stash[STDERR]):
        yield


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    with ended_within(END_S, session.config.stash[STDERR]):
        yield


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """What failed, and what a test has to say of itself, is told at once: a run that is stopped would take it along."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    if report.failed:
        sys.stdout.write(f"\n{report.when} failed: {report.nodeid}\n{report.longreprtext[-LAST_WORDS:]}\n")
    elif report.when == "call":
        sys.stdout.writelines(f"\n{name}: {value}\n" for name, value in report.user_properties)
    sys.stdout.flush()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running_servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[servers.Servers]:
    """One PostgreSQL and one Redis for the whole run (for each worker's, under xdist)."""
    async with servers.servers(tmp_path_factory.mktemp("servers")) as running:
        yield running


@pytest_asyncio.fixture
async def database(running_servers: servers.Servers) -> AsyncIterator[str]:
    """The URL of this test's own database, with the schema and nothing else in it, for the role of the service."""
    async with servers.database(running_servers.postgres) as url:
        yield url


@pytest_asyncio.fixture
async def empty_database(running_servers: servers.Servers) -> AsyncIterator[str]:
    """The URL of this test's own database, without even the schema, for its owner."""
    async with servers.database(running_servers.postgres, template="template1", user=OWNER) as url:
        yield url


@pytest_asyncio.fixture
async def redis_url(running_servers: servers.Servers) -> str:
    """The URL of the run's Redis, emptied for this test."""
    url = running_servers.redis.url()
    async with redis.asyncio.from_url(url) as client:
        await client.flushall()
    return url


@pytest_asyncio.fixture
async def own_redis(tmp_path: Path) -> AsyncIterator[embedded.EmbeddedRedis]:
    """A Redis of this test alone, which it may kill. To start one again: `embedded.run_redis(folder)`."""
    async with embedded.run_redis(tmp_path / "redis") as running:
        yield running


@pytest_asyncio.fixture
async def nodes(database: str, redis_url: str, tmp_path: Path) -> AsyncIterator[node.Nodes]:
    """Starts real hubs on this test's database: `await nodes.start("a")`."""
    async with node.node_factory(database, redis_url, tmp_path) as factory:
        yield factory
