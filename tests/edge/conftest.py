"""A school whose people come to real nodes."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.edge.campus import Campus
from tests.harness.node import Nodes
from tests.harness.school import a_school


@pytest_asyncio.fixture
async def campus(database: str, redis_url: str, nodes: Nodes) -> AsyncIterator[Campus]:
    async with a_school(database, redis_url) as school:
        yield Campus(school=school, nodes=nodes)
