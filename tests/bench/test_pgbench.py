from __future__ import annotations

from bench.figures import Answers
from bench.pgbench import Transaction, figure_of, parse_line


def test_a_log_line_gives_the_end_and_the_latency_of_a_transaction() -> None:
    assert parse_line("3 199 2241 0 1175850568 995598") == Transaction(ended_at_s=1175850568.995598, took_ms=2.241)


def test_the_rate_is_taken_between_the_first_and_the_last_transaction() -> None:
    done = [Transaction(ended_at_s=100 + n, took_ms=n) for n in range(5)]
    assert figure_of("pgbench -c16", done, 2, 0.5, 0.25) == Answers(
        contestant="pgbench -c16",
        n_th_round=2,
        spread_s=0,
        n_acks=5,
        wall_s=4,
        server_cpu_s=0,
        server_kernel_cpu_s=0,
        postgres_cpu_s=0.5,
        client_cpu_s=0.25,
        p50_ms=2,
        p99_ms=4,
    )
