"""Looking at processes from outside: what still runs, and waiting until nothing does."""

from __future__ import annotations

from collections.abc import Iterable

import psutil

from tests.harness.until import until


def family(pid: int) -> list[psutil.Process]:
    """The process and all it started."""
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def running(processes: Iterable[psutil.Process]) -> list[str]:
    """The command lines of those that still run. One that ended but was not yet buried does not count."""
    found = []
    for process in processes:
        try:
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline()))
        except psutil.NoSuchProcess:
            continue
    return found


async def gone(processes: Iterable[psutil.Process]) -> None:
    """Returns when none of them runs; fails with the command lines of those that stay."""
    processes = list(processes)
    await until(lambda: not running(processes), lambda: running(processes))
