"""How often a device may act: a bucket of tokens. Pure; the time comes in."""

from __future__ import annotations


class Bucket:
    """`per_s` tokens come each second, at most `burst` lie in it.

    All it remembers is when it will be full again: each token taken is that much later.
    """

    __slots__ = ("_full_at_s", "_slack_s", "_token_s", "n_refused")

    def __init__(self, per_s: float, burst: float, now_s: float) -> None:
        self._token_s = 1 / per_s
        # A little more, since what is added up is rounded.
        self._slack_s = (burst - 1 + 1e-6) / per_s
        self._full_at_s = now_s
        self.n_refused = 0  # in a row

    def wait_ms(self, now_s: float) -> int:
        """Take a token: 0. None there: how long until there is one."""
        full_at_s = self._full_at_s if self._full_at_s > now_s else now_s
        wait_s = full_at_s - now_s - self._slack_s
        if wait_s > 0:
            self.n_refused += 1
            return int(wait_s * 1000) + 1
        self._full_at_s = full_at_s + self._token_s
        self.n_refused = 0
        return 0

    def is_full(self, now_s: float) -> bool:
        """Whether it remembers nothing any more."""
        return self._full_at_s <= now_s
