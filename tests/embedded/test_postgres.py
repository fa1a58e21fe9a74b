"""The embedded PostgreSQL starts wherever we may run, keeps its data, and never outlives us."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil
import pytest

from server.embedded import Child, EmbeddedError, EmbeddedPostgres, Way, run_postgres, spawn
from server.embedded.launch import NOBODY
from tests.embedded import hold
from tests.harness.process import family, gone
from tests.harness.until import until

# Root has two ways; an ordinary user is the third, and then there is no other.
WAYS = [Way.NAMESPACE, Way.NOBODY] if os.geteuid() == 0 else [Way.PLAIN]


@pytest.fixture
def private(tmp_path: Path) -> Path:
    """A folder that only we may enter."""
    folder = tmp_path / "private"
    folder.mkdir(mode=0o700)
    return folder


async def ask(server: EmbeddedPostgres, query: str) -> object:
    connection = await asyncpg.connect(server.url("postgres"))
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


@pytest.mark.parametrize("way", WAYS)
async def test_it_starts_in_a_folder_others_cannot_read_and_keeps_its_data(way: Way, private: Path) -> None:
    async with run_postgres(private / "postgres", way=way) as first:
        await ask(first, "CREATE TABLE kept AS SELECT 42 AS answer")
        processes = family(first.child.pid)
    await gone(processes)
    async with run_postgres(private / "postgres", way=way) as second:
        assert await ask(second, "SELECT answer FROM kept") == 42


async def test_data_made_in_one_way_are_kept_in_the_other(private: Path) -> None:
    for way in (*WAYS, *WAYS):
        async with run_postgres(private / "postgres", way=way) as server:
            await ask(server, "CREATE TABLE IF NOT EXISTS ways (n int)")
            await ask(server, "INSERT INTO ways VALUES (1)")
            n_ways = await ask(server, "SELECT count(*) FROM ways")
    assert n_ways == 2 * len(WAYS)


async def test_chinese_names_can_be_searched(private: Path) -> None:
    async with run_postgres(private / "postgres", durable=False) as server:
        await ask(server, "CREATE EXTENSION pg_trgm")
        assert await ask(server, "SELECT show_trgm('课堂') <> '{}'") is True
        assert await ask(server, "SELECT pg_encoding_to_char(encoding) FROM pg_database LIMIT 1") == "UTF8"


async def test_nobody_else_may_reach_it(private: Path) -> None:
    async with run_postgres(private / "postgres", durable=False) as server:
        assert server.socket_folder.stat().st_mode & 0o077 == 0
        assert await ask(server, "SHOW listen_addresses") == ""


async def test_a_commit_is_acknowledged_only_when_it_is_on_disk(private: Path) -> None:
    async with run_postgres(private / "postgres") as server:
        settings = (
            "SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_settings WHERE name = ANY($${}$$)"
        )
        assert await ask(server, settings.format("{fsync,full_page_writes,synchronous_commit}")) == (
            "fsync=on full_page_writes=on synchronous_commit=on"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Another process of ours that runs both servers."""

    child: Child
    user: int
    url: str
    processes: list[psutil.Process]


@contextlib.asynccontextmanager
async def holder(folder: Path, *, way: Way = Way.PLAIN) -> AsyncIterator[Holder]:
    said = folder.parent / f"said-{len(list(folder.parent.iterdir()))}"
    child = await spawn(
        "holder",
        [sys.executable, hold.__file__, str(folder)],
        log=said,
        way=way,
        environment={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        await until(lambda: said.read_text().endswith("\n") or not child.is_running, said.read_text)
        user, url = said.read_text().split()
        yield Holder(child=child, user=int(user), url=url, processes=family(child.pid))
    finally:
        await child.stop()


async def test_kill_9_of_the_parent_leaves_no_server_behind(private: Path) -> None:
    async with holder(private) as held:
        assert len(held.processes) > 3
        os.kill(held.child.pid, signal.SIGKILL)
        await gone(held.processes)


async def test_what_was_committed_before_a_kill_9_is_there_at_the_next_start(private: Path) -> None:
    async with holder(private) as held:
        connection = await asyncpg.connect(held.url)
        await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        os.kill(held.child.pid, signal.SIGKILL)
        # At once, while the old server may still be on its way out.
        async with run_postgres(private / "postgres") as server:
            assert await ask(server, "SELECT answer FROM kept") == 42
        connection.terminate()


async def test_an_ordinary_user_starts_both_servers(private: Path) -> None:
    user, way = (NOBODY, Way.NOBODY) if os.geteuid() == 0 else (os.geteuid(), Way.PLAIN)
    os.chown(private, user, -1)
    async with holder(private, way=way) as held:
        assert held.user == user
        assert {process.uids().real for process in held.processes} == {user}
        os.kill(held.child.pid, signal.SIGKILL)
        await gone(held.processes)


async def test_a_crashed_server_starts_again(private: Path) -> None:
    async with run_postgres(private / "postgres") as server:
        processes = family(server.child.pid)
        os.kill(server.child.pid, signal.SIGKILL)
        await gone(processes)
    # Its pid file is still there, and may name a process that is not buried yet.
    async with run_postgres(private / "postgres") as server:
        assert await ask(server, "SELECT 1") == 1


async def test_an_interrupted_first_start_is_begun_anew(private: Path) -> None:
    unfinished = private / "postgres" / "data.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    async with run_postgres(private / "postgres", durable=False) as server:
        assert await ask(server, "SELECT 1") == 1
    assert not unfinished.exists()


async def test_a_folder_in_use_is_refused_with_a_remedy(private: Path) -> None:
    async with run_postgres(private / "postgres", durable=False):
        with pytest.raises(
            EmbeddedError, match="in use by another running Shangke: stop that one, or set SHANGKE_DATA"
        ):
            async with run_postgres(private / "postgres", wait_s=0.05):
                pass


async def test_a_folder_that_cannot_be_made_is_refused_with_a_remedy(private: Path) -> None:
    (private / "file").touch()
    with pytest.raises(
        EmbeddedError, match="cannot be used: Not a directory: give it to this user, or set SHANGKE_DATA"
    ):
        async with run_postgres(private / "file" / "postgres"):
            pass


async def test_data_of_another_major_version_are_refused(private: Path) -> None:
    data = private / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedError, match="made by PostgreSQL 17, this is 18"):
        async with run_postgres(private / "postgres"):
            pass


async def test_a_server_that_cannot_start_says_why(private: Path) -> None:
    async with run_postgres(private / "postgres", durable=False):
        pass
    (private / "postgres" / "data" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(EmbeddedError, match="no_such_setting"):
        async with run_postgres(private / "postgres"):
            pass


async def test_a_path_too_long_for_a_socket_gets_a_short_one(private: Path) -> None:
    deep = private / ("deep" * 30)
    async with run_postgres(deep, durable=False) as server:
        assert await ask(server, "SELECT 1") == 1
        assert deep not in server.socket_folder.parents
        assert server.socket_folder.stat().st_mode & 0o077 == 0
    server.socket_folder.rmdir()
