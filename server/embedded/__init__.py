"""The embedded PostgreSQL and Redis of `make run` and the tests: real servers, on unix sockets, that die with us."""

from __future__ import annotations

from server.embedded.child import Child, EmbeddedError, Way, choose_way, spawn
from server.embedded.postgres import EmbeddedPostgres, run_postgres
from server.embedded.redis import EmbeddedRedis, run_redis

__all__ = [
    "Child",
    "EmbeddedError",
    "EmbeddedPostgres",
    "EmbeddedRedis",
    "Way",
    "choose_way",
    "run_postgres",
    "run_redis",
    "spawn",
]
