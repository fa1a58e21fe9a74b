"""How large a run is. One full scale, and a quick one that only shows that everything works."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    n_rounds: int
    n_members: int
    bursts: tuple[int, ...]
    warm_s: float
    window_s: float
    n_idle: int
    settle_s: float
    n_rooms: int
    storm_spread_s: float
    storm_repeats: int
    n_return: int
    return_spread_s: float
    slow_pairs: int
    slow_window_s: float
    limit_s: float = 60.0


FULL = Scale(
    n_rounds=3,
    n_members=500,
    bursts=(1, 10, 32),
    warm_s=1.0,
    window_s=4.0,
    n_idle=5_000,
    settle_s=2.0,
    n_rooms=10,
    storm_spread_s=2.0,
    storm_repeats=3,
    n_return=5_000,
    return_spread_s=4.0,
    slow_pairs=2,
    slow_window_s=25.0,
)
QUICK = Scale(
    n_rounds=1,
    n_members=100,
    bursts=(1, 10, 32),
    warm_s=0.3,
    window_s=1.0,
    n_idle=500,
    settle_s=0.5,
    n_rooms=4,
    storm_spread_s=0.5,
    storm_repeats=1,
    n_return=400,
    return_spread_s=1.0,
    slow_pairs=1,
    slow_window_s=22.0,
)
