"""Discipline (c): what thousands of connections cost that do nothing."""

from __future__ import annotations

import time

from bench.contestant import Stage
from bench.figures import Idle
from bench.ground import Ground
from bench.load.handle import Load
from bench.load.orders import Connect, Connected, Done, Hold
from bench.process import cpu_s, pss_kib
from bench.scale import Scale
from bench.seat import Seat

IN_FLIGHT = 100


def many_rooms(stage: Stage, n_seats: int, n_rooms: int) -> tuple[Seat, ...]:
    """Seats spread evenly over rooms and nodes."""
    n_nodes = len(stage.nodes)
    return tuple(stage.seat(n // n_rooms, n % n_rooms, n // n_rooms % n_nodes) for n in range(n_seats))


def measure_idle(name: str, n_th_round: int, stage: Stage, _ground: Ground, load: Load, scale: Scale) -> list[Idle]:
    """Memory before the first connection and after the last has settled."""
    pids = tuple(node.pid for node in stage.nodes)
    time.sleep(scale.settle_s)
    pss_before, cpu_before = pss_kib(pids), cpu_s(pids)
    seats = many_rooms(stage, scale.n_idle, scale.n_rooms)
    report = load.ask(Connect(seats=seats, in_flight=IN_FLIGHT, limit_s=scale.limit_s), Connected)
    cpu_after = cpu_s(pids)
    load.ask(Hold(for_s=scale.settle_s), Done)
    return [
        Idle(
            contestant=name,
            n_th_round=n_th_round,
            n_connections=report.n_open,
            connect_wall_s=report.wall_s,
            connect_cpu_s=cpu_after - cpu_before,
            added_pss_kib=pss_kib(pids) - pss_before,
        )
    ]
