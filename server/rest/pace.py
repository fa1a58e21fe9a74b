"""How fast one device may send commands over REST: as fast as over its socket. Counted in this process, so that
commands go through while Redis is away (I1).
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from protocol.errors import Code, Refused
from protocol.ids import DeviceId
from protocol.limits import COMMAND_BURST, COMMANDS_PER_S
from server.bucket import Bucket

MOST_REMEMBERED = 10_000


class Pace:
    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._buckets: dict[DeviceId, Bucket] = {}

    def check(self, device: DeviceId) -> None:
        """Raises Refused(SLOW_DOWN) with the time to wait."""
        now_s = self._clock()
        if len(self._buckets) > MOST_REMEMBERED:
            self._buckets = {key: each for key, each in self._buckets.items() if not each.is_full(now_s)}
        bucket = self._buckets.setdefault(device, Bucket(COMMANDS_PER_S, COMMAND_BURST, now_s))
        wait_ms = bucket.wait_ms(now_s)
        if wait_ms:
            raise Refused(Code.SLOW_DOWN, "commands", retry_after_ms=wait_ms)
