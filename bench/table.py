"""The printed tables: one line for each contestant, medians over rounds, ratios to the bare write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from bench.figures import Answers, Comeback, Fanout, Fell, Figure, Idle, Slow
from bench.quantile import median

Row = tuple[str, ...]
Some = TypeVar("Some", Fanout, Idle, Answers, Comeback, Slow)


def grid(head: Row, rows: Iterable[Row]) -> str:
    """Columns as wide as their widest cell: the first to the left, figures to the right."""
    lines = [head, *rows]
    widths = [max(len(line[n]) for line in lines) for n in range(len(head))]
    ruler = tuple("-" * width for width in widths)
    return "\n".join(
        "| "
        + " | ".join(
            cell.rjust(width) if n else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        + " |"
        for line in (head, ruler, *lines[1:])
    )


def middle(figures: Sequence[Some], value: Callable[[Some], float]) -> float:
    """The median of one value over the rounds."""
    return median([value(figure) for figure in figures])


def by_contestant(figures: Iterable[Some]) -> dict[str, list[Some]]:
    """The figures of each contestant, contestants in the order they first appear."""
    found: dict[str, list[Some]] = {}
    for figure in figures:
        found.setdefault(figure.contestant, []).append(figure)
    return found


def floor_ratio(own: Sequence[Fanout], floor: Sequence[Fanout]) -> float | None:
    """Median of the ratios to the bare write of the same round; None without one."""
    by_round = {figure.n_th_round: figure.us_per_delivery for figure in floor}
    ratios = [figure.us_per_delivery / by_round[figure.n_th_round] for figure in own if figure.n_th_round in by_round]
    return median(ratios) if ratios else None


def fanout_table(figures: Sequence[Fanout], burst: int, floor_name: str) -> str:
    chosen = by_contestant(figure for figure in figures if figure.burst == burst)
    floor = chosen.get(floor_name, [])
    rows = []
    for name, own in chosen.items():
        ratio = floor_ratio(own, floor)
        rows.append(
            (
                name,
                f"{middle(own, lambda one: one.us_per_delivery):.2f}",
                "-" if ratio is None else f"{ratio:.2f}",
                f"{middle(own, lambda one: one.n_bytes / one.n_deliveries):.0f}",
                f"{middle(own, lambda one: one.deliveries_per_s):,.0f}",
                f"{middle(own, lambda one: one.p50_ms):.1f}",
                f"{middle(own, lambda one: one.p99_ms):.1f}",
                f"{middle(own, lambda one: one.redis_cpu_s / one.n_deliveries * 1e6):.2f}",
                f"{middle(own, lambda one: one.postgres_cpu_s / one.n_deliveries * 1e6):.2f}",
                f"{middle(own, lambda one: one.client_cpu_s / one.n_deliveries * 1e6):.2f}",
            )
        )
    head = (
        "contestant",
        "CPU µs/delivery",
        "× bare",
        "bytes",
        "deliveries/s",
        "p50 ms",
        "p99 ms",
        "Redis µs",
        "PG µs",
        "client µs",
    )
    return grid(head, rows)


def idle_table(figures: Sequence[Idle]) -> str:
    rows = [
        (
            name,
            f"{middle(own, lambda one: one.kib_per_connection):.1f}",
            f"{middle(own, lambda one: one.connects_per_s):,.0f}",
            f"{middle(own, lambda one: one.connect_cpu_s / one.n_connections * 1e6):,.0f}",
        )
        for name, own in by_contestant(figures).items()
    ]
    return grid(("contestant", "KiB/connection", "connects/s", "CPU µs/connect"), rows)


def answers_table(figures: Sequence[Answers]) -> str:
    rows = []
    for name, own in by_contestant(figures).items():
        for spread_s in sorted({one.spread_s for one in own}):
            some = [one for one in own if one.spread_s == spread_s]
            rows.append(
                (
                    name,
                    f"{spread_s:g}",
                    f"{middle(some, lambda one: one.acks_per_s):,.0f}",
                    f"{middle(some, lambda one: one.p50_ms):.1f}",
                    f"{middle(some, lambda one: one.p99_ms):.1f}",
                    f"{middle(some, lambda one: one.server_cpu_s / one.n_acks * 1e6):.1f}",
                    f"{middle(some, lambda one: one.server_kernel_cpu_s / one.n_acks * 1e6):.0f}",
                    f"{middle(some, lambda one: one.postgres_cpu_s / one.n_acks * 1e6):.1f}",
                    f"{middle(some, lambda one: one.client_cpu_s / one.n_acks * 1e6):.1f}",
                )
            )
    heads = (
        "contestant",
        "within s",
        "durable acks/s",
        "p50 ms",
        "p99 ms",
        "CPU µs",
        "kernel µs",
        "PG µs",
        "client µs",
    )
    return grid(heads, rows)


def comeback_table(figures: Sequence[Comeback]) -> str:
    rows = [
        (
            name,
            f"{middle(own, lambda one: one.all_back_s):.1f}",
            f"{middle(own, lambda one: one.all_served_s):.1f}",
            f"{middle(own, lambda one: one.n_retries):.0f}",
            f"{middle(own, lambda one: one.n_made_up / one.n_cut):.0%}",
            f"{middle(own, lambda one: one.server_cpu_s / one.n_cut * 1e6):,.0f}",
            "-" if own[0].n_queries is None else f"{middle(own, lambda one: (one.n_queries or 0) / one.n_cut):.2f}",
        )
        for name, own in by_contestant(figures).items()
    ]
    head = (
        "contestant",
        "all back s",
        "all served s",
        "retries",
        "got the missed event",
        "CPU µs/return",
        "queries/return",
    )
    return grid(head, rows)


def slow_table(figures: Sequence[Slow]) -> str:
    """Medians over the pairs of windows, but the worst of what must never be."""
    rows = []
    for name, own in by_contestant(figures).items():
        gone = [one.dead_gone_s for one in own if one.dead_gone_s is not None]
        rows.append(
            (
                name,
                f"{len(own)}",
                f"{middle(own, lambda one: one.p99_without_ms):.1f}",
                f"{middle(own, lambda one: one.p99_with_ms):.1f}",
                f"{middle(own, lambda one: one.p99_ratio):.2f}",
                f"{max(gone):.1f}" if len(gone) == len(own) else "never",
                f"{sum(one.n_fell_behind for one in own)}",
                f"{max(one.n_behind for one in own)}",
                f"{sum(one.n_slow_cut for one in own)} of {sum(one.n_slow for one in own)}",
                f"{sum(one.n_owed for one in own):,}",
                f"{sum(one.n_missed for one in own)}",
                f"{sum(one.n_twice for one in own)}",
                "yes" if all(one.is_in_order for one in own) else "no",
            )
        )
    head = (
        "contestant",
        "pairs",
        "p99 ms without",
        "with",
        "ratio",
        "dead gone s",
        "fell behind",
        "most behind",
        "slow cut",
        "owed",
        "missed",
        "twice",
        "in order",
    )
    return grid(head, rows)


def report(figures: Sequence[Figure], floor_name: str) -> str:
    """Every table that has figures, under a heading, and whoever fell."""
    fanouts = [one for one in figures if isinstance(one, Fanout)]
    idles = [one for one in figures if isinstance(one, Idle)]
    answers = [one for one in figures if isinstance(one, Answers)]
    comebacks = [one for one in figures if isinstance(one, Comeback)]
    slows = [one for one in figures if isinstance(one, Slow)]
    parts = []
    for burst in sorted({one.burst for one in fanouts}):
        letter = "a" if burst == 1 else "b"
        title = f"({letter}) one room of {fanouts[0].n_members}, 200-byte events, {burst} outstanding"
        parts.append((title, fanout_table(fanouts, burst, floor_name)))
    if idles:
        parts.append((f"(c) {idles[0].n_connections:,} idle connections", idle_table(idles)))
    if answers:
        parts.append(("(d) the answer storm", answers_table(answers)))
    if comebacks:
        title = f"(e) {comebacks[0].n_cut:,} connections return within {comebacks[0].spread_s:g} s after kill -9"
        parts.append((title, comeback_table(comebacks)))
    if slows:
        one = slows[0]
        title = (
            f"(f) a room of {one.n_members} with bad readers, {one.per_s:g} events of {one.payload_bytes:,} bytes a s"
        )
        parts.append((title, slow_table(slows)))
    text = "\n\n".join(f"{title}\n\n{table}" for title, table in parts)
    fallen = [
        f"{one.contestant} fell in {one.discipline}, round {one.n_th_round}: {one.why}"
        for one in figures
        if isinstance(one, Fell)
    ]
    return "\n\n".join((text, *fallen))
