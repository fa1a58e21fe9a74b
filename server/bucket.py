"""How often a device may act: a bucket of tokens. Pure; the time comes in."""

from __future__ import annotations


class Bucket:
    """`per_s` tokens come each second, at most `burst` lie in it."""

    __slots__ = ("_at_s", "_burst", "_per_s", "_tokens", "n_refused")

    def __init__(self, per_s: float, burst: float, now_s: float) -> None:
        self._per_s = per_s
        self._burst = burst
        self._tokens = burst
        self._at_s = now_s
        self.n_refused = 0  # in a row

    def wait_ms(self, now_s: float) -> int:
        """Take a token: 0. None there: how long until there is one."""
        self._tokens = min(self._burst, self._tokens + (now_s - self._at_s) * self._per_s)
        self._at_s = now_s
        if self._tokens >= 1:
            self._tokens -= 1
            self.n_refused = 0
            return 0
        self.n_refused += 1
        return int((1 - self._tokens) / self._per_s * 1000) + 1

    def is_full(self, now_s: float) -> bool:
        """Whether it remembers nothing any more."""
        return self._tokens + (now_s - self._at_s) * self._per_s >= self._burst
