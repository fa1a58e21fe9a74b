"""Discipline (f): what bad readers do to the others of their room, and to themselves.

One reads nothing and five read 1 kB/s, each through a narrow socket. Windows without and with them alternate, so that
what else the machine does is in both.
"""

from __future__ import annotations

import time

from bench.contestant import PatientStage, Stage
from bench.figures import Slow
from bench.ground import Ground
from bench.load.handle import Load
from bench.load.orders import Connect, Connected, Laggard, Steadied, Steady
from bench.quantile import quantile
from bench.scale import Scale

IN_FLIGHT = 50
# Forty times what the slow ones read.
PER_S, PAYLOAD_BYTES = 20.0, 1_800
N_SLOW, SLOW_BYTES_PER_S = 5, 1_000
DEAD, SLOW = "bench-dead", "bench-slow"
LOOK_S = 0.25


def measure_slow(name: str, n_th_round: int, stage: Stage, _ground: Ground, load: Load, scale: Scale) -> list[Slow]:
    """Pairs of windows, every second one the other way round."""
    assert isinstance(stage, PatientStage), f"{name} keeps nothing for those who are slow"
    n_nodes = len(stage.nodes)
    seats = tuple(
        stage.speaker(n, n % n_nodes, PAYLOAD_BYTES) if n < stage.n_publishers else stage.seat(n, 0, n % n_nodes)
        for n in range(scale.n_members)
    )
    load.ask(Connect(seats=seats, in_flight=IN_FLIGHT, limit_s=scale.limit_s), Connected)
    course = Course(name=name, n_th_round=n_th_round, stage=stage, load=load, scale=scale)
    course.window(scale.warm_s)
    return [course.pair(is_quiet_first=n % 2 == 0) for n in range(scale.slow_pairs)]


class Course:
    """The windows of one room, which must know how many events there were before."""

    def __init__(self, *, name: str, n_th_round: int, stage: PatientStage, load: Load, scale: Scale) -> None:
        self._name = name
        self._n_th_round = n_th_round
        self._stage = stage
        self._load = load
        self._scale = scale
        self._n_events = 0

    def window(self, for_s: float, laggards: tuple[Laggard, ...] = ()) -> tuple[Steadied, float | None]:
        """And how long the first node held the socket of who reads nothing, as only the node itself can tell.

        It is asked without bad readers too, since asking is work.
        """
        came_at = gone_at = None
        self._load.tell(Steady(per_s=PER_S, for_s=for_s, laggards=laggards, limit_s=self._scale.limit_s))
        while not self._load.is_done(LOOK_S):
            n_dead, now = self._stage.n_connected(0, DEAD), time.monotonic()
            if n_dead and came_at is None:
                came_at = now
            elif not n_dead and came_at is not None and gone_at is None:
                gone_at = now
        heard = self._load.hear(Steadied)
        self._n_events += heard.n_events
        return heard, None if came_at is None or gone_at is None else gone_at - came_at

    def pair(self, *, is_quiet_first: bool) -> Slow:
        for_s = self._scale.slow_window_s
        quiet = self.window(for_s)[0] if is_quiet_first else None
        n_before = self._stage.n_fell_behind()
        loud, dead_gone_s = self.window(for_s, self._laggards())
        n_fell_behind = self._stage.n_fell_behind() - n_before
        quiet = quiet or self.window(for_s)[0]
        slow = [each for each in loud.laggards if each.bytes_per_s]
        return Slow(
            contestant=self._name,
            n_th_round=self._n_th_round,
            n_members=self._scale.n_members,
            per_s=PER_S,
            payload_bytes=PAYLOAD_BYTES,
            p50_without_ms=quantile(quiet.latencies_ms, 0.5),
            p99_without_ms=quantile(quiet.latencies_ms, 0.99),
            p50_with_ms=quantile(loud.latencies_ms, 0.5),
            p99_with_ms=quantile(loud.latencies_ms, 0.99),
            dead_gone_s=dead_gone_s,
            n_fell_behind=n_fell_behind,
            n_slow=len(slow),
            n_slow_cut=sum(each.is_cut for each in slow),
            n_behind=max(each.n_owed - each.n_had for each in slow),
            n_owed=sum(each.n_owed for each in loud.laggards),
            n_missed=sum(each.n_missed for each in loud.laggards),
            n_twice=sum(each.n_twice for each in loud.laggards),
            is_in_order=all(each.is_in_order for each in loud.laggards),
        )

    def _laggards(self) -> tuple[Laggard, ...]:
        n_first, n_nodes = self._scale.n_members, len(self._stage.nodes)
        paces = ((DEAD, 0), *((SLOW, SLOW_BYTES_PER_S) for _ in range(N_SLOW)))
        return tuple(
            Laggard(seat=self._stage.laggard(n_first + n, n % n_nodes, self._n_events, label), bytes_per_s=bytes_per_s)
            for n, (label, bytes_per_s) in enumerate(paces)
        )
