"""Disciplines (a) and (b): one room, events one at a time and in bursts, through every node."""

from __future__ import annotations

from bench.contestant import Stage
from bench.figures import Fanout
from bench.ground import Ground
from bench.load.handle import Load
from bench.load.orders import Connect, Connected, Publish, Published
from bench.process import cpu_s
from bench.quantile import quantile
from bench.scale import Scale
from bench.seat import Seat

IN_FLIGHT = 50


def one_room(stage: Stage, n_members: int) -> tuple[Seat, ...]:
    """A room's seats, spread over the nodes in turn; the first ones publish."""
    n_nodes = len(stage.nodes)
    return tuple(
        stage.publisher(n, 0, n % n_nodes) if n < stage.n_publishers else stage.seat(n, 0, n % n_nodes)
        for n in range(n_members)
    )


def measure_fanout(name: str, n_th_round: int, stage: Stage, ground: Ground, load: Load, scale: Scale) -> list[Fanout]:
    """A window for each burst size, on the same connections, each after a warm-up of its own."""
    seats = one_room(stage, scale.n_members)
    load.ask(Connect(seats=seats, in_flight=IN_FLIGHT, limit_s=scale.limit_s), Connected)
    figures = []
    for burst in scale.bursts:
        load.ask(Publish(burst=burst, for_s=scale.warm_s, limit_s=scale.limit_s), Published)
        before = costs(stage, ground)
        report = load.ask(Publish(burst=burst, for_s=scale.window_s, limit_s=scale.limit_s), Published)
        after = costs(stage, ground)
        server, redis, postgres = (late - early for early, late in zip(before, after, strict=True))
        figures.append(
            Fanout(
                contestant=name,
                n_th_round=n_th_round,
                burst=burst,
                n_members=scale.n_members,
                n_events=report.n_events,
                n_deliveries=report.n_deliveries,
                n_bytes=report.n_bytes,
                wall_s=report.wall_s,
                server_cpu_s=server,
                redis_cpu_s=redis,
                postgres_cpu_s=postgres,
                client_cpu_s=report.client_cpu_s,
                p50_ms=quantile(report.latencies_ms, 0.5),
                p99_ms=quantile(report.latencies_ms, 0.99),
            )
        )
    return figures


def costs(stage: Stage, ground: Ground) -> tuple[float, float, float]:
    """CPU seconds so far of the nodes, of Redis and of PostgreSQL."""
    nodes = cpu_s(node.pid for node in stage.nodes if node.process.poll() is None)
    return nodes, ground.redis_cpu_s(), ground.postgres_cpu_s()
