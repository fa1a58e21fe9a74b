"""Discipline (e): a node is killed with SIGKILL; all its connections come back to the other one."""

from __future__ import annotations

from bench.contestant import DurableStage, Stage
from bench.figures import Comeback
from bench.ground import Ground
from bench.load.handle import Load
from bench.load.orders import Connect, Connected, Return, Returned
from bench.process import cpu_s
from bench.scale import Scale

IN_FLIGHT = 100
KILLED, SURVIVOR = 0, 1


def measure_comeback(
    name: str, n_th_round: int, stage: Stage, _ground: Ground, load: Load, scale: Scale
) -> list[Comeback]:
    """Everybody sits on one node but a publisher for each room; that node dies."""
    publishers = tuple(stage.publisher(0, room, SURVIVOR) for room in range(scale.n_rooms))
    n_each = scale.n_return // scale.n_rooms
    seats = tuple(
        stage.seat(stage.n_publishers + n, room, KILLED) for n in range(n_each) for room in range(scale.n_rooms)
    )
    load.ask(Connect(seats=publishers + seats, in_flight=IN_FLIGHT, limit_s=scale.limit_s), Connected)
    survivor = stage.nodes[SURVIVOR]
    queries_before, cpu_before = n_queries(stage), cpu_s((survivor.pid,))
    load.tell(Return(port=survivor.port, spread_s=scale.return_spread_s, limit_s=scale.limit_s))
    stage.nodes[KILLED].process.kill()
    report = load.hear(Returned)
    queries_after = n_queries(stage)
    return [
        Comeback(
            contestant=name,
            n_th_round=n_th_round,
            n_cut=report.n_cut,
            spread_s=scale.return_spread_s,
            n_retries=report.n_retries,
            all_back_s=report.all_back_s,
            all_served_s=report.all_served_s,
            n_made_up=report.n_made_up,
            server_cpu_s=cpu_s((survivor.pid,)) - cpu_before,
            n_queries=None if queries_before is None or queries_after is None else queries_after - queries_before,
        )
    ]


def n_queries(stage: Stage) -> int | None:
    """None where there is no database to ask."""
    return stage.n_queries() if isinstance(stage, DurableStage) else None
