"""The yardstick of discipline (d): pgbench inserting one row in each transaction, sixteen clients."""

from __future__ import annotations

import resource
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from bench.figures import Answers
from bench.ground import Ground
from bench.process import StartError
from bench.quantile import quantile
from bench.scale import Scale
from server.embedded.postgres import binary

HERE = Path(__file__).parent
CLIENTS, THREADS = 16, 1
# As it is when nothing is said, each statement parsed and planned anew, and its fastest way.
PROTOCOLS = ("simple", "prepared")
DATABASE = "postgres"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """Where PostgreSQL's own programs are."""

    pgbench: str
    psql: str


def find_tools() -> Tools:
    """Those of the embedded server's package, else those on PATH."""
    found = {
        name: next(filter(None, (existing(binary(name)), shutil.which(name))), None) for name in ("pgbench", "psql")
    }
    pgbench, psql = found["pgbench"], found["psql"]
    if pgbench is None or psql is None:
        raise StartError("neither the embedded PostgreSQL nor PATH has pgbench and psql")
    return Tools(pgbench=pgbench, psql=psql)


def existing(path: Path) -> str | None:
    return str(path) if path.exists() else None


def measure_pgbench(n_th_round: int, protocol: str, ground: Ground, scale: Scale) -> Answers:
    """One window."""
    tools, url = find_tools(), ground.postgres.url(DATABASE)
    run(tools.psql, "--quiet", "--no-psqlrc", f"--file={HERE / 'insert_table.sql'}", url)
    # A new one each time: each log has a name of its own, and all that lie there are read.
    logs = Path(mkdtemp(prefix="pgbench-", dir=ground.folder))
    before, client_before = ground.postgres_cpu_s(), children_cpu_s()
    run(
        tools.pgbench,
        "--no-vacuum",
        f"--client={CLIENTS}",
        f"--jobs={THREADS}",
        f"--protocol={protocol}",
        f"--time={max(1, round(scale.window_s))}",
        "--log",
        f"--log-prefix={logs / 'log'}",
        f"--file={HERE / 'insert.sql'}",
        url,
    )
    client_cpu_s = children_cpu_s() - client_before
    return figure_of(name_of(protocol), read_log(logs), n_th_round, ground.postgres_cpu_s() - before, client_cpu_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One line of pgbench's log."""

    ended_at_s: float
    took_ms: float


def read_log(folder: Path) -> list[Transaction]:
    """Every transaction of the run, from the log file of each thread."""
    return [parse_line(line) for path in folder.iterdir() for line in path.read_text().splitlines()]


def parse_line(line: str) -> Transaction:
    """client, transaction, latency in µs, script, then seconds and µs of the wall clock."""
    words = line.split()
    return Transaction(ended_at_s=int(words[4]) + int(words[5]) / 1e6, took_ms=int(words[2]) / 1e3)


def name_of(protocol: str) -> str:
    return f"pgbench -c{CLIENTS}" if protocol == "simple" else f"pgbench -c{CLIENTS} -M {protocol}"


def figure_of(
    contestant: str, done: list[Transaction], n_th_round: int, postgres_cpu_s: float, client_cpu_s: float
) -> Answers:
    ends = [each.ended_at_s for each in done]
    took = [each.took_ms for each in done]
    return Answers(
        contestant=contestant,
        n_th_round=n_th_round,
        spread_s=0,
        n_acks=len(done),
        wall_s=max(ends) - min(ends),
        server_cpu_s=0,
        server_kernel_cpu_s=0,
        postgres_cpu_s=postgres_cpu_s,
        client_cpu_s=client_cpu_s,
        p50_ms=quantile(took, 0.5),
        p99_ms=quantile(took, 0.99),
    )


def children_cpu_s() -> float:
    """Of the programs that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(*argv: str) -> None:
    """Raises: StartError, with what the program said."""
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        raise StartError(f"{argv[0]}: {done.stderr.strip()}")
