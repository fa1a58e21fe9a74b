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
    postgres_cpu_s: float
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
class Fell:
    """A contestant that could not finish a discipline, and why. Shown, never hidden."""

    contestant: str
    n_th_round: int
    discipline: str
    why: str


Figure = Fanout | Idle | Answers | Comeback | Fell
