"""What was measured, as plain frozen records, and the ratios made of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Fanout:
    """One closed-loop window of `burst` events outstanding to one room."""

    contestant: str
    n_th_round: int
    burst: int
    n_members: int
    n_events: int
    n_deliveries: int
    n_bytes: int
    wall_s: float
    server_cpu_s: float
    redis_cpu_s: float
    postgres_cpu_s: float
    client_cpu_s: float
    p50_ms: float
    p99_ms: float

    @property
    def us_per_delivery(self) -> float:
        return self.server_cpu_s / self.n_deliveries * 1e6

    @property
    def deliveries_per_s(self) -> float:
        return self.n_deliveries / self.wall_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """Memory of the server processes with many idle connections, above what they had with none."""

    contestant: str
    n_th_round: int
    n_connections: int
    connect_wall_s: float
    connect_cpu_s: float
    added_pss_kib: int

    @property
    def kib_per_connection(self) -> float:
        return self.added_pss_kib / self.n_connections

    @property
    def connects_per_s(self) -> float:
        return self.n_connections / self.connect_wall_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Durable acknowledgements: of answers in an answer storm, or of pgbench's single-row inserts."""

    contestant: str
    n_th_round: int
    spread_s: float
    n_acks: int
    wall_s: float
    server_cpu_s: float
    #: The part of it that is the kernel's: reading, writing, waiting for sockets.
    server_kernel_cpu_s: float
    postgres_cpu_s: float
    client_cpu_s: float
    p50_ms: float
    p99_ms: float

    @property
    def acks_per_s(self) -> float:
        return self.n_acks / self.wall_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Comeback:
    """A node killed with SIGKILL, and all its connections served again by the other."""

    contestant: str
    n_th_round: int
    n_cut: int
    spread_s: float
    n_retries: int
    all_back_s: float
    all_served_s: float
    n_made_up: int
    server_cpu_s: float
    #: None where the contestant has no database.
    n_queries: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow:
    """Two windows of one steady stream, without and with bad readers in the room, in turn before and after."""

    contestant: str
    n_th_round: int
    n_members: int
    per_s: float
    payload_bytes: int
    #: Of the others.
    p50_without_ms: float
    p99_without_ms: float
    p50_with_ms: float
    p99_with_ms: float
    #: Until the node let go of the one who reads nothing; None: it had not when the watch ended.
    dead_gone_s: float | None
    n_fell_behind: int
    #: Of those who read slowly: how many there were, how many were cut, and how far the last was behind at the end.
    n_slow: int
    n_slow_cut: int
    n_behind: int
    #: Over all bad readers, after they had read on or returned.
    n_owed: int
    n_missed: int
    n_twice: int
    is_in_order: bool

    @property
    def p99_ratio(self) -> float:
        return self.p99_with_ms / self.p99_without_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Fell:
    """A contestant that could not finish a discipline, and why. Shown, never hidden."""

    contestant: str
    n_th_round: int
    discipline: str
    why: str


Figure = Fanout | Idle | Answers | Comeback | Slow | Fell
