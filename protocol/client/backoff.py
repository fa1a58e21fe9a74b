"""When to try again: spread out, so that a class that fell off at once does not come back at once."""

from __future__ import annotations

from random import Random

FIRST_S = 4.0
MOST_S = 30.0
HELD_S = 10.0  # a connection held this long was a good one: counting starts anew


def wait_s(n_failed: int, draw: Random) -> float:
    """How long to wait after the `n_failed`-th failure in a row, from 1: 0-4 s, 0-8, 0-16, then 0-30."""
    return draw.uniform(0.0, min(MOST_S, FIRST_S * 2 ** min(max(n_failed, 1) - 1, 8)))
