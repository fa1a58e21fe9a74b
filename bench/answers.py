"""Discipline (d): many classrooms answer at once, beside what PostgreSQL alone can do with single rows."""

from __future__ import annotations

from bench.contestant import DurableStage, Stage
from bench.fanout import costs
from bench.figures import Answers
from bench.ground import Ground
from bench.idle import many_rooms
from bench.load.handle import Load
from bench.load.orders import Connect, Connected, Done, Hold, Storm, Stormed
from bench.pgbench import PROTOCOLS, measure_pgbench
from bench.process import kernel_cpu_s
from bench.quantile import quantile
from bench.scale import Scale

IN_FLIGHT = 100
# So long the seats read what they are told before they answer: that the activity is open, and how many are here.
READ_S = 0.5


def kernel_s(stage: Stage) -> float:
    return kernel_cpu_s(node.pid for node in stage.nodes)


def measure_answers(
    name: str, n_th_round: int, stage: Stage, ground: Ground, load: Load, scale: Scale
) -> list[Answers]:
    """pgbench, then storms within a moment (latency) and storms all at once (capacity), in turn."""
    assert isinstance(stage, DurableStage), f"{name} acknowledges nothing durable"
    figures = [measure_pgbench(n_th_round, protocol, ground, scale) for protocol in PROTOCOLS]
    seats = many_rooms(stage, scale.n_members * scale.n_rooms, scale.n_rooms)
    load.ask(Connect(seats=seats, in_flight=IN_FLIGHT, limit_s=scale.limit_s), Connected)
    for _ in range(scale.storm_repeats):
        for spread_s in (scale.storm_spread_s, 0.0):
            commands, receipts = stage.wave(scale.n_members)
            load.ask(Hold(for_s=READ_S), Done)
            before, kernel_before = costs(stage, ground), kernel_s(stage)
            order = Storm(commands=commands, receipts=receipts, spread_s=spread_s, limit_s=scale.limit_s)
            report = load.ask(order, Stormed)
            after, kernel_after = costs(stage, ground), kernel_s(stage)
            figures.append(
                Answers(
                    contestant=name,
                    n_th_round=n_th_round,
                    spread_s=spread_s,
                    n_acks=report.n_acks,
                    wall_s=report.wall_s,
                    server_cpu_s=after[0] - before[0],
                    server_kernel_cpu_s=kernel_after - kernel_before,
                    postgres_cpu_s=after[2] - before[2],
                    client_cpu_s=report.client_cpu_s,
                    p50_ms=quantile(report.latencies_ms, 0.5),
                    p99_ms=quantile(report.latencies_ms, 0.99),
                )
            )
    return figures
