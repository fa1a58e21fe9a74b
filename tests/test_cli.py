"""The command line says what it can do, and what is wrong in words instead of tracebacks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from server.cli import COMMANDS
from server.config import table
from server.store.schema import read_book


def shangke(*arguments: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    ours = {
        name: value for name, value in os.environ.items() if not name.startswith(("SHANGKE_", "DATABASE_", "REDIS_"))
    }
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "server.cli", *arguments],
        env={**ours, "SHANGKE_DATA": str(folder / "data"), **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_names_every_command(tmp_path: Path) -> None:
    said = shangke("--help", folder=tmp_path)
    assert said.returncode == 0
    for name, command in COMMANDS.items():
        assert f"    {name} " in said.stdout
        assert command.help.split(":")[0] in " ".join(said.stdout.split())


def test_config_prints_the_table_of_the_readme(tmp_path: Path) -> None:
    said = shangke("config", folder=tmp_path)
    assert (said.returncode, said.stdout, said.stderr) == (0, f"{table()}\n", "")


@pytest.mark.parametrize("command", ["serve", "worker", "seed"])
def test_without_servers_it_says_what_is_needed(command: str, tmp_path: Path) -> None:
    said = shangke(command, folder=tmp_path)
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr == "shangke: REDIS_URL is needed; only `shangke up` brings its own Redis\n"


def test_migrate_says_where_the_database_was_and_is(empty_database: str, tmp_path: Path) -> None:
    version = read_book().version
    first = shangke("migrate", folder=tmp_path, DATABASE_URL=empty_database)
    assert (first.returncode, first.stdout) == (0, f"the database was empty and is at version {version}\n")
    again = shangke("migrate", "--pre", folder=tmp_path, DATABASE_URL=empty_database)
    assert (again.returncode, again.stdout) == (
        0,
        f"the database was at version {version} and is at version {version}\n",
    )


def test_an_insecure_production_does_not_start(tmp_path: Path) -> None:
    said = shangke("serve", folder=tmp_path, SHANGKE_MODE="production", DEBUG="1")
    assert said.returncode == 1
    assert "shangke: DEBUG must not be set in production\n" in said.stderr
    assert all(line.startswith("shangke: ") for line in said.stderr.splitlines())
