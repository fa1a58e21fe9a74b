"""Class codes that were typed and did not work: limited per account and per device, never per address (D12).

Every try counts before the code is looked up, so that a hundred at once count as a hundred; a right one is given back.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from redis.asyncio import Redis
from redis.exceptions import RedisError

from protocol.errors import Code, Refused
from protocol.ids import AccountId, ClassroomId, DeviceId
from server.core.classroom import read_code
from server.limiter import WRONG_CLASS_CODES, Limiter
from server.store import classrooms
from server.store.pool import Reader

log = logging.getLogger("shangke.guesses")

MOST = WRONG_CLASS_CODES.windows[0].most
HOUR_S = WRONG_CLASS_CODES.windows[0].seconds
ALARM = 1_000  # misses of everybody within an hour
MOST_LOCAL = 50_000


class Guesses:
    """Without Redis each process counts for itself: joining a class must not wait for the bell (I1)."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._limiter = Limiter(redis)
        self._local: dict[str, int] = {}
        self._local_hour = 0

    async def classroom(self, db: Reader, account: AccountId, device: DeviceId | None, typed: str) -> ClassroomId:
        """The classroom that this code opens.

        Raises Refused: CODE_UNKNOWN for an unknown and for a closed one alike, SLOW_DOWN after too many of them.
        """
        subjects: list[tuple[str, str]] = [("account", account)]
        if device:
            subjects.append(("device", device))
        await self._count(subjects)
        code = read_code(typed)
        found = None if code is None else await classrooms.select_by_code(db, code)
        if found is None:
            await self._miss()
            raise Refused(Code.CODE_UNKNOWN)
        for subject in subjects:
            await self._limiter.give_back(WRONG_CLASS_CODES, *subject)
        return found

    async def _count(self, subjects: list[tuple[str, str]]) -> None:
        for subject in subjects:
            try:
                await self._limiter.take(WRONG_CLASS_CODES, *subject)
            except Refused as refused:
                if refused.code is not Code.OVERLOADED:
                    raise
                self._count_here(subject)

    def _count_here(self, subject: tuple[str, str]) -> None:
        """Coarser than Redis: right codes count too, and a new hour begins for all at once."""
        hour = int(datetime.now(UTC).timestamp()) // HOUR_S
        if hour != self._local_hour or len(self._local) > MOST_LOCAL:
            self._local_hour = hour
            self._local.clear()
        key = ":".join(subject)
        self._local[key] = self._local.get(key, 0) + 1
        if self._local[key] > MOST:
            raise Refused(Code.SLOW_DOWN, "class codes", retry_after_ms=HOUR_S * 1000)

    async def _miss(self) -> None:
        """Many misses from many accounts are one attack: somebody should hear of it."""
        key = f"wrong_class_codes:{int(datetime.now(UTC).timestamp()) // HOUR_S}"
        try:
            n = await self._redis.incr(key)
            if n == 1:
                await self._redis.expire(key, 2 * HOUR_S)
            if n % ALARM == 0:
                log.error("wrong class codes this hour: %d", n)
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("guesses=miss_not_counted error=%s", type(error).__name__)
