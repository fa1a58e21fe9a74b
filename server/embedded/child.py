"""A process that dies with us: on an orderly stop, on Ctrl-C, and when we are killed without a word.

It knows processes, not what they serve.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from server.embedded import launch
from server.told import Told

LAUNCHER = Path(launch.__file__)
STDERR = 2


class EmbeddedError(Told):
    """An embedded server cannot run here."""


class Way(Enum):
    """How a program that refuses to be root is run."""

    PLAIN = "plain"  # we are an ordinary user ourselves
    NAMESPACE = "namespace"  # root outside, an ordinary user inside a user namespace
    NOBODY = "nobody"  # where containers refuse user namespaces


def choose_way() -> Way:
    """The way that works here. It asks the kernel by trying, since a policy may refuse what the kernel can do."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return Way.PLAIN
    for way in (Way.NAMESPACE, Way.NOBODY):
        command = launch_command(way, signal.SIGKILL, ["/bin/true"])
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            return way
    raise EmbeddedError(
        "PostgreSQL refuses to run as root, and this container lets root neither make a user namespace nor become "
        "another user: run as an ordinary user, or set DATABASE_URL"
    )


def launch_command(way: Way, dies_by: signal.Signals, program: Sequence[str]) -> list[str]:
    isolated = [sys.executable, "-I", "-S", str(LAUNCHER)]
    return [*isolated, way.value, str(int(dies_by)), str(os.getpid()), *program]


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A running program, the file of its words, and the signals that end it, each with the seconds it gets."""

    name: str
    process: Process
    log: Path | None
    ends_by: tuple[tuple[signal.Signals, float], ...]

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def is_running(self) -> bool:
        return self.process.returncode is None

    def last_words(self) -> str:
        if self.log is None:
            return "  (see its words above)"
        with contextlib.suppress(OSError):
            lines = self.log.read_text(errors="replace").splitlines()
            return "\n".join(f"  {line}" for line in lines[-12:])
        return "  (no log)"

    async def stop(self) -> None:
        """End it, ever more firmly. Returns when the process is gone."""
        for number, wait_s in (*self.ends_by, (signal.SIGKILL, 5.0)):
            if not self.is_running:
                return
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self.process.wait()
                return


async def spawn(
    name: str,
    program: Sequence[str],
    *,
    log: Path | None,
    way: Way = Way.PLAIN,
    dies_by: signal.Signals = signal.SIGKILL,
    ends_by: tuple[tuple[signal.Signals, float], ...] = ((signal.SIGTERM, 20.0),),
    environment: Mapping[str, str] | None = None,
    held_files: Sequence[int] = (),
) -> Child:
    """Start `program` so that it gets `dies_by` when we are gone.

    Must be awaited on the main thread's loop: the kernel sends the signal when the *thread* that started the program
    ends. The program gets its own session, so that Ctrl-C reaches only us and we stop everything in order. It
    inherits `held_files`: a lock on one of them is held for as long as any process of the program lives. Its words go
    to the file `log`, or with None where our complaints go.
    """
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(log.open("ab")).fileno() if log else STDERR
        process = await asyncio.create_subprocess_exec(
            *launch_command(way, dies_by, program),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            pass_fds=tuple(held_files),
            start_new_session=True,
        )
        return Child(name=name, process=process, log=log, ends_by=ends_by)
