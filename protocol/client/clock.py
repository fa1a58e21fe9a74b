"""Shows server time (I10) from what the server says of it, whatever the device's own clock says."""

from __future__ import annotations

from collections import deque

# A quarter of an hour of heartbeats is little drift, and one of them was hardly delayed.
SAMPLES = 32


class ServerClock:
    """Estimates how far the server's clock is ahead of the local one; the local one may count from anywhere."""

    def __init__(self) -> None:
        self._ahead_ms: deque[float] = deque(maxlen=SAMPLES)
        self._one_way_ms = 0.0

    def welcomed(self, server_time: int, *, asked: float, now: float) -> None:
        """The server stamped its welcome between `asked` and `now` (seconds); what was known before is forgotten."""
        self._ahead_ms.clear()
        self._one_way_ms = max(0.0, now - asked) * 1000 / 2
        self.heard(server_time, now)

    def heard(self, server_time: int, now: float) -> None:
        """A stamp that was under way for an unknown time: the sample least delayed is the best of them."""
        self._ahead_ms.append(server_time - now * 1000)

    def time(self, now: float) -> int:
        """Server time in milliseconds since the epoch; the local time until the server was heard."""
        if not self._ahead_ms:
            return round(now * 1000)
        return round(now * 1000 + max(self._ahead_ms) + self._one_way_ms)
