"""The limiter on a real Redis, and without one."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import Redis

from protocol.errors import Refused
from server.embedded import EmbeddedRedis
from server.limiter import Limit, Limiter, Window

LIMIT = Limit(name="test", windows=(Window(most=3, seconds=60), Window(most=5, seconds=3_600)))


async def takes(limiter: Limiter, *subject: str) -> str:
    try:
        await limiter.take(LIMIT, *subject)
    except Refused as refused:
        return refused.code
    return "taken"


async def test_each_subject_has_its_own_count(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as redis:
        limiter = Limiter(redis)
        assert [await takes(limiter, "a") for _ in range(4)] == ["taken"] * 3 + ["slow_down"]
        assert await takes(limiter, "b") == "taken"
        assert await takes(limiter, "a", "b") == "taken"


async def test_a_hundred_at_once_count_as_a_hundred(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as redis:
        limiter = Limiter(redis)
        outcomes = await asyncio.gather(*(takes(limiter, "a") for _ in range(100)))
        assert sorted(outcomes) == ["slow_down"] * 97 + ["taken"] * 3


async def test_the_wait_is_that_of_the_full_window_and_the_full_one_counts_no_further(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as redis:
        limiter = Limiter(redis)
        for _ in range(3):
            await limiter.take(LIMIT, "a")
        for _ in range(10):
            with pytest.raises(Refused) as caught:
                await limiter.take(LIMIT, "a")
        assert caught.value.retry_after_ms is not None
        assert 50_000 < caught.value.retry_after_ms <= 60_000
        short, long = sorted([key async for key in redis.scan_iter("limit:*")], key=lambda key: key.endswith(b":3600"))
        await redis.delete(short)
        assert [await takes(limiter, "a") for _ in range(3)] == ["taken"] * 2 + ["slow_down"]
        assert 3_500_000 < await redis.pttl(long) <= 3_600_000


async def test_what_is_given_back_counts_no_more_and_never_below_nothing(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as redis:
        limiter = Limiter(redis)
        await limiter.give_back(LIMIT, "a")
        assert [await takes(limiter, "a") for _ in range(3)] == ["taken"] * 3
        await limiter.give_back(LIMIT, "a")
        await limiter.look(LIMIT, "a")
        assert [await takes(limiter, "a") for _ in range(2)] == ["taken", "slow_down"]
        with pytest.raises(Refused, match="slow_down"):
            await limiter.look(LIMIT, "a")
        await limiter.forget(LIMIT, "a")
        assert [await takes(limiter, "a") for _ in range(3)] == ["taken"] * 3


async def test_no_subject_can_be_read_in_redis(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as redis:
        await Limiter(redis).take(LIMIT, "+8613800138000")
        keys = [key.decode() async for key in redis.scan_iter("*")]
        assert len(keys) == 2
        assert not any("13800138000" in key for key in keys)


async def test_without_redis_the_answer_is_no(own_redis: EmbeddedRedis) -> None:
    async with Redis.from_url(own_redis.url()) as redis:
        limiter = Limiter(redis)
        assert await takes(limiter, "a") == "taken"
        await own_redis.child.stop()
        assert await takes(limiter, "a") == "overloaded"
        await limiter.give_back(LIMIT, "a")
        await limiter.forget(LIMIT, "a")
