"""What is installed is exactly what the locks name, from wherever this machine gets its packages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from deploy import bootstrap

LOCKS = sorted((*bootstrap.ROOT.glob("*.lock"), *(bootstrap.ROOT / "deploy").glob("*.lock")))


def test_every_pinned_package_has_a_hash_and_no_lock_names_a_place() -> None:
    assert len(LOCKS) == 4
    for lock in LOCKS:
        words = [line for line in lock.read_text().splitlines() if line and not line.lstrip().startswith("#")]
        pins = [line for line in words if not line.startswith(" ")]
        assert all(line.endswith("\\") and "==" in line for line in pins), lock
        assert all(line.strip().startswith("--hash=sha256:") for line in words if line.startswith(" ")), lock
        assert "://" not in lock.read_text(), lock


def test_the_tests_run_on_what_the_service_runs_on() -> None:
    run, dev = (set(pinned(bootstrap.LOCKS[kind])) for kind in ("run", "dev"))
    assert run <= dev


def pinned(lock: Path) -> list[str]:
    return [line.split(" ")[0] for line in lock.read_text().splitlines() if "==" in line]


def test_a_changed_byte_stops_the_installation(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    idna = next(line for line in bootstrap.LOCKS["run"].read_text().splitlines() if line.startswith("idna=="))
    lock.write_text(f"{idna}\n    --hash=sha256:{'0' * 64}\n")
    uv = str(bootstrap.VENV / "bin" / "uv")
    wish = [uv, "pip", "install", "--python", sys.executable, "--require-hashes", "--target", str(tmp_path / "site")]
    done = subprocess.run(
        [*wish, "-r", str(lock)], env=bootstrap.uv_environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "hash" in done.stderr.lower()


def test_the_environment_is_made_anew_when_a_lock_or_the_place_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = bootstrap.fingerprint("run")
    assert bootstrap.fingerprint("run") == before
    assert bootstrap.fingerprint("dev") != before
    changed = tmp_path / "requirements.lock"
    changed.write_text(bootstrap.LOCKS["run"].read_text() + "# one more line\n")
    monkeypatch.setitem(bootstrap.LOCKS, "run", changed)
    assert bootstrap.fingerprint("run") != before


def test_what_pip_was_told_about_index_and_certificates_holds_for_uv_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "pip.conf"
    settings.write_text("[global]\nindex-url = https://packages.example/simple\ncert = /etc/example.pem\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    for name in ("PIP_INDEX_URL", "PIP_CERT", "UV_DEFAULT_INDEX", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    found = bootstrap.uv_environment()
    assert (found["UV_DEFAULT_INDEX"], found["SSL_CERT_FILE"]) == (
        "https://packages.example/simple",
        "/etc/example.pem",
    )


def test_what_uv_itself_was_told_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://pip.example/simple")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://uv.example/simple")
    assert bootstrap.uv_environment()["UV_DEFAULT_INDEX"] == "https://uv.example/simple"


def test_an_old_python_is_passed_over_for_a_newer_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, version in {"old": "3.9", "python3.12": "3.12"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\necho {version}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "old"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bootstrap.find_python() == str(tmp_path / "python3.12")


def test_a_machine_without_a_python_that_is_new_enough_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(bootstrap.Stop, match=r"Python 3\.11 or newer is needed"):
        bootstrap.find_python()
