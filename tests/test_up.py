"""`shangke up` runs everything, keeps it running, and leaves nothing behind however it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
import psutil
import pytest

from server.embedded import Child, spawn
from server.embedded.folder import socket_folder
from tests.harness.node import free_port
from tests.harness.process import family, gone
from tests.harness.until import until

pytestmark = pytest.mark.limit(90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Up:
    child: Child
    port: int
    log: Path

    def words(self) -> str:
        return self.log.read_text(errors="replace")

    def programs(self, command: str) -> list[psutil.Process]:
        """The running processes of `shangke COMMAND` below it."""
        found = []
        for process in psutil.Process(self.child.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):
                if process.status() != psutil.STATUS_ZOMBIE and process.cmdline()[-1:] == [command]:
                    found.append(process)
        return found

    async def is_ready(self) -> bool:
        async with httpx.AsyncClient(trust_env=False, verify=False) as client:
            return (await client.get(f"http://127.0.0.1:{self.port}/health/ready")).status_code == 200


def environment(folder: Path, port: int, **settings: str) -> dict[str, str]:
    ours = {
        name: value for name, value in os.environ.items() if not name.startswith(("SHANGKE_", "DATABASE_", "REDIS_"))
    }
    return {**ours, "SHANGKE_DATA": str(folder), "SHANGKE_PORT": str(port), "SHANGKE_DEMO": "0", **settings}


@contextlib.asynccontextmanager
async def started(folder: Path, **settings: str) -> AsyncIterator[Up]:
    """A `shangke up` that may not be ready yet."""
    port = int(settings.pop("port", free_port()))
    log = folder.parent / f"{len(list(folder.parent.iterdir()))}.log"
    child = await spawn(
        "up", [sys.executable, "-m", "server.cli", "up"], log=log, environment=environment(folder, port, **settings)
    )
    try:
        yield Up(child=child, port=port, log=log)
    finally:
        await child.stop()


@contextlib.asynccontextmanager
async def ready(folder: Path, **settings: str) -> AsyncIterator[Up]:
    async with started(folder, **settings) as up:
        await until(lambda: "\nready " in up.words() or not up.child.is_running, up.words, limit_s=60)
        assert up.child.is_running, up.words()
        yield up


async def test_it_says_where_it_is_ready_and_mends_a_dead_hub_and_ends_in_order(tmp_path: Path) -> None:
    async with ready(tmp_path / "data") as up:
        assert await up.is_ready()
        said = [line for line in up.words().splitlines() if line.startswith("ready")]
        assert said == [f"ready http://127.0.0.1:{up.port}"]

        first = {process.pid for process in up.programs("serve")}
        assert len(first) == 2
        os.kill(min(first), signal.SIGKILL)
        await until(lambda: "runs again" in up.words(), up.words)
        assert len({process.pid for process in up.programs("serve")} - first) == 1
        assert await up.is_ready()

        processes = family(up.child.pid)
        up.child.process.send_signal(signal.SIGTERM)
        assert await up.child.process.wait() == 0
        await gone(processes)
    assert "database system is shut down" in (tmp_path / "data" / "postgres" / "postgres.log").read_text()
    assert "Traceback" not in up.words()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
async def test_a_signal_while_it_starts_ends_all(number: signal.Signals, tmp_path: Path) -> None:
    async with started(tmp_path / "data") as up:
        await until(lambda: (tmp_path / "data" / "redis" / "redis.log").exists(), up.words)
        processes = family(up.child.pid)
        up.child.process.send_signal(number)
        assert await up.child.process.wait() == 0
        await gone(processes)
    assert "ready" not in up.words()


async def test_kill_9_leaves_nothing_and_the_next_start_finds_everything(tmp_path: Path) -> None:
    async with ready(tmp_path / "data") as up:
        processes = family(up.child.pid)
        assert len(processes) > 6
        os.kill(up.child.pid, signal.SIGKILL)
        await gone(processes)
    async with ready(tmp_path / "data", port=str(up.port), SHANGKE_NODES="1") as again:
        assert await again.is_ready()
        again.child.process.send_signal(signal.SIGINT)
        assert await again.child.process.wait() == 0


async def test_servers_that_die_come_back_and_their_folder_is_refused_to_others(tmp_path: Path) -> None:
    async with ready(tmp_path / "data", SHANGKE_NODES="1") as up:
        for process in psutil.Process(up.child.pid).children():
            # Some are gone again before they can be asked their name.
            with contextlib.suppress(psutil.NoSuchProcess):
                if process.name() in ("postgres", "valkey-server", "redis-server"):
                    process.kill()
        await until(lambda: up.words().count("starting it again") == 2, up.words)
        for server, name in (("postgres", ".s.PGSQL.5432"), ("redis", "redis.sock")):
            await until(partial(answers, socket_folder(tmp_path / "data" / server) / name), up.words)

        async with started(tmp_path / "data") as second:
            assert await second.child.process.wait() == 1
            assert "is in use by another running Shangke: stop that one, or set SHANGKE_DATA" in second.words()


def answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except OSError:
            return False
        return True


async def test_a_port_in_use_is_refused_with_a_remedy(tmp_path: Path) -> None:
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        port = stranger.getsockname()[1]
        async with started(tmp_path / "data", port=str(port)) as up:
            assert await up.child.process.wait() == 1
        assert up.words() == f"shangke: port {port} is in use: stop what uses it, or set SHANGKE_PORT\n"
    assert not (tmp_path / "data" / "postgres").exists()


async def test_given_servers_are_used_and_none_of_its_own_started(
    empty_database: str, redis_url: str, tmp_path: Path
) -> None:
    async with ready(tmp_path / "data", DATABASE_URL=empty_database, REDIS_URL=redis_url, SHANGKE_NODES="1") as up:
        assert await up.is_ready()
        names = {process.name() for process in family(up.child.pid)}
    assert not names & {"postgres", "valkey-server", "redis-server"}
    assert not (tmp_path / "data" / "postgres").exists()
    assert not (tmp_path / "data" / "redis").exists()


async def test_a_fault_in_the_settings_is_one_line_each(tmp_path: Path) -> None:
    async with started(tmp_path / "data", SHANGKE_NODES="0", SHANGKE_COLOUR="red") as up:
        assert await up.child.process.wait() == 1
    assert up.words() == (
        "shangke: SHANGKE_COLOUR is not a setting (see `shangke config`)\n"
        "shangke: SHANGKE_NODES must be a number from 1 to 64\n"
    )
