"""Builds the app of one hub and joins its parts."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import asyncpg
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from server.config import Config
from server.store import schema


def create_app(config: Config) -> Starlette:
    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with (
            asyncpg.create_pool(config.database_url, min_size=1, max_size=config.database_connections) as pool,
            Redis.from_url(config.redis_url) as bell,
        ):
            async with pool.acquire() as connection:
                await schema.check(connection)
            await bell.ping()
            yield

    return Starlette(
        routes=[Route("/health/live", yes), Route("/health/ready", yes)],
        lifespan=lifespan,
    )


async def yes(request: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")
