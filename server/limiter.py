"""How often something may be done, counted in Redis for all nodes together.

Counted by account, device or phone number, never by network address: a whole campus shares one. Where Redis does not
answer, the answer is no (`take` fails closed): what is limited here are text messages and log-ins, which can wait.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.commands.core import AsyncScript
from redis.exceptions import RedisError

from protocol.errors import Code, Refused

log = logging.getLogger("shangke.limiter")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """At most `most` times in `seconds`, counted from the first."""

    most: int
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Several windows under one name; each must have room."""

    name: str
    windows: Sequence[Window]


# Guesses of one account's password from devices that never logged in to it, all together. The owner's own devices
# count for themselves (see `server.device_key`), so that nobody can lock an owner out by guessing.
WRONG_LOGINS = Limit(name="wrong_login", windows=(Window(most=10, seconds=900), Window(most=60, seconds=86_400)))
WRONG_LOGINS_OF_DEVICE = Limit(name="wrong_login_device", windows=(Window(most=10, seconds=900),))
# One password that strangers try at account after account. Whose own it is logs in by a code or on a known device.
WRONG_LOGINS_OF_PASSWORD = Limit(name="wrong_login_password", windows=(Window(most=50, seconds=3_600),))
# Wrong passwords of somebody who is logged in and confirms that it is them.
WRONG_CONFIRMATIONS = Limit(name="wrong_confirmation", windows=(Window(most=10, seconds=900),))
# The whole deployment's text messages: somebody who pumps codes to many numbers meets it first.
CODES_SENT = Limit(name="codes_sent", windows=(Window(most=600, seconds=60), Window(most=6_000, seconds=3_600)))
# Class codes that do not work, by account: 6 characters are 9 * 10^8, so 20 an hour find none.
WRONG_CLASS_CODES = Limit(name="wrong_class_code", windows=(Window(most=20, seconds=3_600),))
# 认证码 that do not fit: by account, and by number so that many accounts do not guess one student's together.
WRONG_CERTIFICATIONS = Limit(name="wrong_certification", windows=(Window(most=10, seconds=3_600),))
WRONG_CERTIFICATIONS_OF_NUMBER = Limit(name="wrong_certification_number", windows=(Window(most=30, seconds=86_400),))
# 选课密码 that do not fit (R43), by account and by device. A short password of a course must hold against them.
WRONG_COURSE_PASSWORDS = Limit(
    name="wrong_course_password", windows=(Window(most=10, seconds=3_600), Window(most=30, seconds=86_400))
)
# What one account says on boards of courses.
BOARD_POSTS = Limit(name="board_posts", windows=(Window(most=10, seconds=60), Window(most=100, seconds=3_600)))
# Teachers that a school's admin adds by phone number: not a way to find out whose numbers are registered.
TEACHERS_ADDED = Limit(name="teachers_added", windows=(Window(most=30, seconds=60), Window(most=300, seconds=86_400)))
ROSTER_UPLOADS = Limit(name="roster_uploads", windows=(Window(most=10, seconds=60), Window(most=100, seconds=3_600)))
UPLOADS = Limit(name="uploads", windows=(Window(most=30, seconds=60), Window(most=300, seconds=3_600)))

# Answers how many milliseconds to wait (0: go on).
_LOOK = """
for i, key in ipairs(KEYS) do
    if tonumber(redis.call('GET', key) or '0') >= tonumber(ARGV[2 * i - 1]) then
        return math.max(redis.call('PTTL', key), 1)
    end
end
"""
# Counts in every window or in none.
_TAKE = f"""{_LOOK}
for i, key in ipairs(KEYS) do
    if redis.call('INCR', key) == 1 then
        redis.call('PEXPIRE', key, ARGV[2 * i])
    end
end
return 0
"""


# Never below zero, and never a key that would outlive its window.
_UNTAKE = """
for _, key in ipairs(KEYS) do
    if tonumber(redis.call('GET', key) or '0') > 0 then
        redis.call('DECR', key)
    end
end
"""


class Limiter:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._take = redis.register_script(_TAKE)
        self._look = redis.register_script(f"{_LOOK} return 0")
        self._untake = redis.register_script(_UNTAKE)

    async def take(self, limit: Limit, *subject: str) -> None:
        """Count one more by `subject`.

        Raises Refused(SLOW_DOWN) with the time to wait when there is no room, Refused(OVERLOADED) without Redis.
        """
        await self._ask(self._take, limit, subject)

    async def look(self, limit: Limit, *subject: str) -> None:
        """Whether there is room, counting nothing; raises as `take` does. For what most people do rightly at once."""
        await self._ask(self._look, limit, subject)

    async def _ask(self, script: AsyncScript, limit: Limit, subject: Sequence[str]) -> None:
        arguments = [number for window in limit.windows for number in (window.most, window.seconds * 1_000)]
        try:
            wait_ms = int(await script(keys=_keys(limit, subject), args=arguments))
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("limit=%s outcome=closed error=%s", limit.name, type(error).__name__)
            raise Refused(Code.OVERLOADED, "the limiter's Redis is away", retry_after_ms=5_000) from error
        if wait_ms:
            log.info("limit=%s outcome=slow_down wait_ms=%d", limit.name, wait_ms)
            raise Refused(Code.SLOW_DOWN, limit.name, retry_after_ms=wait_ms)

    async def forget(self, limit: Limit, *subject: str) -> None:
        """It was rightly done: what was counted for `subject` counts no more. Never fails: it is a kindness."""
        try:
            await self._redis.delete(*_keys(limit, subject))
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("limit=%s outcome=not_forgotten error=%s", limit.name, type(error).__name__)

    async def give_back(self, limit: Limit, *subject: str) -> None:
        """One that was counted turned out right: it counts no more. Never fails: it is a kindness."""
        try:
            await self._untake(keys=_keys(limit, subject))
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("limit=%s outcome=not_given_back error=%s", limit.name, type(error).__name__)


def _keys(limit: Limit, subject: Sequence[str]) -> list[str]:
    """Hashed: a subject may be a phone number, which nobody who looks into Redis need see."""
    hidden = hashlib.sha256("\0".join((limit.name, *subject)).encode()).hexdigest()[:32]
    # The braces keep the windows of one subject on one slot of a Redis Cluster.
    return [f"limit:{{{hidden}}}:{window.seconds}" for window in limit.windows]
