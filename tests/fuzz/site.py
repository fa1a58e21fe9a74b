"""A whole service to be fuzzed: a node and a worker on real servers, with the world in them."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

from server.config import read
from server.embedded import spawn
from tests.fuzz.world import World, a_world
from tests.harness.node import Node, Nodes


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    node: Node
    world: World
    redis_url: str


async def a_site(nodes: Nodes) -> Site:
    """Ends with `nodes`."""
    node = await nodes.start("a")
    settings = {
        "DATABASE_URL": nodes.database_url,
        "REDIS_URL": nodes.redis_url,
        "SHANGKE_DATA": str(nodes.folder / "data"),
    }
    worker = await spawn(
        "worker",
        [sys.executable, "-m", "server.cli", "worker"],
        log=nodes.folder / "worker.log",
        environment={**os.environ, **settings},
    )
    nodes.stack.push_async_callback(worker.stop)
    return Site(node=node, world=await a_world(read(settings), node.url), redis_url=nodes.redis_url)
