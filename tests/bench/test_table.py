from __future__ import annotations

from bench.figures import Fanout, Fell, Idle, Slow
from bench.table import floor_ratio, grid, report


def a_window(contestant: str, n_th_round: int, cpu_s: float) -> Fanout:
    return Fanout(
        contestant=contestant,
        n_th_round=n_th_round,
        burst=1,
        n_members=500,
        n_events=200,
        n_deliveries=100_000,
        n_bytes=50_100_000,
        wall_s=2.0,
        server_cpu_s=cpu_s,
        redis_cpu_s=0.1,
        postgres_cpu_s=0.2,
        client_cpu_s=0.3,
        p50_ms=4.0,
        p99_ms=9.0,
    )


def test_a_figure_gives_its_cost_per_delivery_and_its_rate() -> None:
    window = a_window("ours", 0, 0.6)
    assert (window.us_per_delivery, window.deliveries_per_s) == (6.0, 50_000.0)


def test_columns_are_as_wide_as_their_widest_cell_and_figures_stand_to_the_right() -> None:
    assert grid(("who", "n"), [("a", "1"), ("bcde", "1234")]) == (
        "| who  |    n |\n| ---- | ---- |\n| a    |    1 |\n| bcde | 1234 |"
    )


def test_the_ratio_to_the_floor_compares_within_a_round() -> None:
    own = [a_window("ours", 0, 0.6), a_window("ours", 1, 1.2), a_window("ours", 2, 1.2)]
    floor = [a_window("bare", 0, 0.5), a_window("bare", 1, 1.0), a_window("bare", 2, 0.8)]
    assert floor_ratio(own, floor) == 1.2


def test_without_a_floor_there_is_no_ratio() -> None:
    assert floor_ratio([a_window("ours", 0, 0.6)], []) is None


def test_the_report_shows_every_discipline_that_has_figures_and_who_fell() -> None:
    idle = Idle(
        contestant="ours",
        n_th_round=0,
        n_connections=1_000,
        connect_wall_s=0.5,
        connect_cpu_s=0.4,
        added_pss_kib=16_800,
    )
    fell = Fell(contestant="peer", n_th_round=1, discipline="idle", why="a seat was refused")
    assert report([a_window("bare", 0, 0.5), idle, fell], "bare") == "\n".join(
        (
            "(a) one room of 500, 200-byte events, 1 outstanding",
            "",
            "| contestant | CPU µs/delivery | × bare | bytes | deliveries/s | p50 ms | p99 ms |"
            " Redis µs | PG µs | client µs |",
            "| ---------- | --------------- | ------ | ----- | ------------ | ------ | ------ |"
            " -------- | ----- | --------- |",
            "| bare       |            5.00 |   1.00 |   501 |       50,000 |    4.0 |    9.0 |"
            "     1.00 |  2.00 |      3.00 |",
            "",
            "(c) 1,000 idle connections",
            "",
            "| contestant | KiB/connection | connects/s | CPU µs/connect |",
            "| ---------- | -------------- | ---------- | -------------- |",
            "| ours       |           16.8 |      2,000 |            400 |",
            "",
            "peer fell in idle, round 1: a seat was refused",
        )
    )


def a_pair(p99_with_ms: float, dead_gone_s: float | None, n_slow_cut: int) -> Slow:
    return Slow(
        contestant="ours",
        n_th_round=0,
        n_members=500,
        per_s=20.0,
        payload_bytes=1_800,
        p50_without_ms=5.0,
        p99_without_ms=10.0,
        p50_with_ms=5.0,
        p99_with_ms=p99_with_ms,
        dead_gone_s=dead_gone_s,
        n_fell_behind=6,
        n_slow=5,
        n_slow_cut=n_slow_cut,
        n_behind=480,
        n_owed=3_000,
        n_missed=0,
        n_twice=0,
        is_in_order=True,
    )


def test_bad_readers_are_shown_by_the_middle_pair_and_by_the_worst_that_happened() -> None:
    assert report([a_pair(10.5, 15.5, 0), a_pair(9.0, 15.0, 1), a_pair(20.0, 14.5, 0)], "bare") == "\n".join(
        (
            "(f) a room of 500 with bad readers, 20 events of 1,800 bytes a s",
            "",
            "| contestant | pairs | p99 ms without | with | ratio | dead gone s | fell behind |"
            " most behind | slow cut |  owed | missed | twice | in order |",
            "| ---------- | ----- | -------------- | ---- | ----- | ----------- | ----------- |"
            " ----------- | -------- | ----- | ------ | ----- | -------- |",
            "| ours       |     3 |           10.0 | 10.5 |  1.05 |        15.5 |          18 |"
            "         480 |  1 of 15 | 9,000 |      0 |     0 |      yes |",
        )
    )


def test_a_dead_reader_that_stays_is_told() -> None:
    assert "|       never |" in report([a_pair(10.0, 15.0, 0), a_pair(10.0, None, 0)], "bare")
