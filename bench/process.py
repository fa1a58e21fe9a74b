"""Server processes of the bench: how they are started, what CPU and memory they used, how they end.

Only processes started here are ever signalled, by their own handle.
"""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

START_LIMIT_S = 30.0
STOP_LIMIT_S = 10.0


class StartError(Exception):
    """A server did not come up; the message holds the end of what it printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One running server process of a contestant, and the port it listens on."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid


def raise_file_limit() -> None:
    """Let this process and those it starts open as many sockets as the system lets it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def free_port() -> int:
    """A port nobody listens on now. Somebody else may take it before we do; then the start fails loudly."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def start(argv: Sequence[str], *, port: int, cwd: Path, env: Mapping[str, str], log: Path) -> Node:
    """Start a server and wait until its port answers.

    Raises:
        StartError: when it ended or did not listen within the limit.
    """
    with log.open("wb") as out:
        process = subprocess.Popen(argv, cwd=cwd, env={**os.environ, **env}, stdout=out, stderr=out)
    deadline = time.monotonic() + START_LIMIT_S
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as sock:
            if sock.connect_ex(("127.0.0.1", port)) == 0:
                return Node(process=process, port=port, log=log)
        time.sleep(0.02)
    end(process)
    raise StartError(f"{' '.join(argv)} did not listen on {port}:\n{log.read_text(errors='replace')[-2000:]}")


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask the process to stop, then make it."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def cpu_s(pids: Iterable[int]) -> float:
    """CPU seconds, user and system, these processes have used so far, to the nanosecond.

    The kernel's per-process CPU clock; /proc/PID/stat counts the same in steps of 10 ms. One that has ended counts
    nothing: its parent has reaped it.
    """
    return sum(map(_cpu_s, pids))


def _cpu_s(pid: int) -> float:
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0


def kernel_cpu_s(pids: Iterable[int]) -> float:
    """The kernel's part of it, in steps of 10 ms."""
    return sum(int(_stat(pid)[12]) for pid in pids) / os.sysconf("SC_CLK_TCK")


def reaped_cpu_s(pid: int) -> float:
    """CPU seconds of the children this process has seen end, in steps of 10 ms."""
    fields = _stat(pid)
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    # The name, in parentheses, may hold spaces; the fields that count come after it.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def pss_kib(pids: Iterable[int]) -> int:
    """Memory of these processes, where a page shared by n processes counts 1/n in each."""
    return sum(_pss_kib(Path(f"/proc/{pid}/smaps_rollup")) for pid in pids)


def family(pid: int) -> tuple[int, ...]:
    """The process and its children, such as PostgreSQL's backends."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return (pid, *(int(child) for child in children))


def _pss_kib(rollup: Path) -> int:
    for line in rollup.read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise ValueError(f"{rollup} has no Pss line")
