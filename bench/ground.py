"""What all contestants stand on: one throw-away Redis and one throw-away PostgreSQL, the same for each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.process import cpu_s, family, reaped_cpu_s
from server.embedded import EmbeddedPostgres, EmbeddedRedis, run_postgres, run_redis

ROOT = Path(__file__).parent.parent
PEER_PYTHON = ROOT / "bench" / ".venv" / "bin" / "python"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The servers the contestants share, and a folder for logs."""

    redis: EmbeddedRedis
    postgres: EmbeddedPostgres
    folder: Path

    def redis_cpu_s(self) -> float:
        """CPU seconds Redis has used so far."""
        return cpu_s((self.redis.child.pid,))

    def postgres_cpu_s(self) -> float:
        """CPU seconds PostgreSQL has used so far, with its backends, also those that are gone."""
        pid = self.postgres.child.pid
        return cpu_s(family(pid)) + reaped_cpu_s(pid)


@asynccontextmanager
async def ground(folder: Path) -> AsyncIterator[Ground]:
    """Everything shared, up for as long as the context lasts. The disk is waited for, as in production."""
    async with run_redis(folder / "redis") as bell, run_postgres(folder / "postgres") as book:
        yield Ground(redis=bell, postgres=book, folder=folder)
