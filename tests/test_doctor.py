"""The doctor finds each illness, names a cure, and changes nothing."""

from __future__ import annotations

import os
import socket
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from server import doctor
from server.config import Config, read
from server.doctor import Finding, Verdict
from server.embedded import EmbeddedRedis, run_postgres
from server.environment import Secret
from server.store.schema import read_book
from tests.harness.node import Nodes, free_port


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return read({"SHANGKE_DATA": str(tmp_path / "data"), "SHANGKE_PORT": str(free_port())})


async def bad(config: Config) -> list[Finding]:
    return [finding for finding in await doctor.examine(config) if finding.verdict is Verdict.BAD]


def web_built(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    """What is found must not depend on whether this tree's web app is built."""
    (root / "web" / "dist").mkdir(parents=True)
    (root / "web" / "dist" / "index.html").touch()
    monkeypatch.setattr(doctor, "ROOT", root)


async def test_a_machine_before_its_first_start_is_well(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web_built(monkeypatch, tmp_path)
    assert await bad(config) == []
    assert not config.data.exists()


async def test_given_servers_that_fit_are_well(
    config: Config, database: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web_built(monkeypatch, tmp_path)
    findings = await doctor.examine(replace(config, database_url=database, redis_url=redis_url))
    said = [finding.what for finding in findings if finding.verdict is Verdict.GOOD]
    assert [finding for finding in findings if finding.verdict is Verdict.BAD] == []
    assert f"the schema is at version {read_book().version}" in said
    assert "our clock agrees with the database's" in said
    assert "the database knows all letters (UTF8, C.UTF-8)" in said


async def test_servers_that_do_not_answer_are_found(config: Config, tmp_path: Path) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    found = await bad(replace(config, database_url=f"postgresql://u@{nobody}/d", redis_url=f"redis://{nobody}/0"))
    said = [finding.what.partition(":")[0] for finding in found]
    assert {"PostgreSQL cannot be reached", "Redis cannot be reached"} <= set(said)
    assert all(finding.mend for finding in found)


async def test_an_empty_database_is_found(config: Config, empty_database: str) -> None:
    said = [finding.what for finding in await bad(replace(config, database_url=empty_database))]
    assert "the database is empty: run `shangke migrate`" in said


async def test_a_database_that_cannot_search_chinese_is_found(config: Config, empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    await connection.execute("CREATE DATABASE narrow LOCALE 'C' TEMPLATE template0")
    try:
        narrow = await asyncpg.connect(empty_database, database="narrow")
        found = await doctor.postgres_letters(narrow)
        await narrow.close()
    finally:
        await connection.execute("DROP DATABASE narrow WITH (FORCE)")
        await connection.close()
    assert found.verdict is Verdict.BAD
    assert found.what == "the database is UTF8, C: Chinese names cannot be searched"


async def test_a_port_somebody_uses_is_found(config: Config) -> None:
    with socket.create_server(("127.0.0.1", config.port)) as stranger:
        stranger.settimeout(0)
        found = await doctor.port(config)
    assert found.verdict is Verdict.BAD
    assert found.what.startswith(f"port {config.port} is in use")


async def test_a_port_we_use_ourselves_is_well(config: Config, nodes: Nodes) -> None:
    await nodes.start(port=config.port)
    assert await doctor.port(config) == doctor.good(f"Shangke answers on port {config.port}")


@pytest.mark.parametrize(("mode", "verdict"), [(0o600, Verdict.GOOD), (0o640, Verdict.BAD), (0o604, Verdict.BAD)])
def test_a_secret_that_others_can_read_is_found(mode: int, verdict: Verdict, config: Config) -> None:
    config.data.mkdir()
    (config.data / "secret").touch(mode=0o600)
    os.chmod(config.data / "secret", mode)
    assert doctor.secret(config).verdict is verdict


def test_a_short_secret_is_found(config: Config) -> None:
    assert doctor.secret(replace(config, secret=Secret("short"))).verdict is Verdict.BAD
    assert doctor.secret(replace(config, secret=Secret("long enough " * 4))).verdict is Verdict.GOOD


def test_a_web_app_that_is_not_built_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    assert next(doctor.web()) == doctor.bad("the web app is not built", "run `make web`")


def test_a_machine_without_node_is_told_that_one_is_brought(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert list(doctor.web())[1] == doctor.note("no Node here; `make web` brings its own")


def test_a_full_disk_is_found(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "FREE_BYTES", 1024**6)
    [found] = doctor.data_folder(config)
    assert (found.verdict, found.mend) == (Verdict.BAD, "make room, or set SHANGKE_DATA to a larger disk")


async def test_embedded_servers_that_run_are_examined(config: Config, own_redis: EmbeddedRedis) -> None:
    async with run_postgres(config.data / "postgres", durable=False):
        said = [finding.what async for finding in doctor.postgres(config)]
    # The server runs, but nobody made the database yet.
    assert said == ['PostgreSQL cannot be reached: database "shangke" does not exist']
