"""What every test may ask for. The servers are real, and start only when the first test asks for one of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest
import pytest_asyncio
import redis.asyncio
import uvloop

from server import embedded
from tests.harness import node, servers


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Tests run on the loop the service runs on."""
    return {"uvloop": uvloop.new_event_loop}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running_servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[servers.Servers]:
    """One PostgreSQL and one Redis for the whole run (for each worker's, under xdist)."""
    async with servers.servers(tmp_path_factory.mktemp("servers")) as running:
        yield running


@pytest_asyncio.fixture
async def database(running_servers: servers.Servers) -> AsyncIterator[str]:
    """The URL of this test's own database, with the schema and nothing else in it."""
    async with servers.database(running_servers.postgres) as url:
        yield url


@pytest_asyncio.fixture
async def empty_database(running_servers: servers.Servers) -> AsyncIterator[str]:
    """The URL of this test's own database, without even the schema."""
    async with servers.database(running_servers.postgres, template="template1") as url:
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
    """A Redis of this test alone, which it may kill. To start one again: `embedded.redis(folder)`."""
    async with embedded.redis(tmp_path / "redis") as running:
        yield running


@pytest_asyncio.fixture
async def nodes(database: str, redis_url: str, tmp_path: Path) -> AsyncIterator[node.Nodes]:
    """Starts real hubs on this test's database: `await nodes.start("a")`."""
    async with node.node_factory(database, redis_url, tmp_path) as factory:
        yield factory
