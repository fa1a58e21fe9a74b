"""Redis for everything but the bell: limits, elections. A few connections, and nobody waits long for one."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from redis.asyncio import BlockingConnectionPool, Redis

# A rush waits for one of these: a connection each would overrun Redis's own queue of callers.
CONNECTIONS = 8
# Redis that hangs must not hang those who ask it; who asks knows what a failure means.
TIMEOUT_S = 2.0


@contextlib.asynccontextmanager
async def open_redis(url: str) -> AsyncIterator[Redis]:
    """Redis need not be there yet."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS,
        timeout=TIMEOUT_S,
        socket_timeout=TIMEOUT_S,
        socket_connect_timeout=TIMEOUT_S,
    )
    redis = Redis.from_pool(pool)
    try:
        yield redis
    finally:
        await redis.aclose()
