"""The web app is built when a source changed, and only then, with a Node that is new enough."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deploy import web


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A web folder whose `npm` writes down what it was asked for, and builds a page."""
    folder = tmp_path / "web"
    programs = tmp_path / "bin"
    for each in (folder / "phone", programs):
        each.mkdir(parents=True)
    (folder / "package.json").write_text("{}")
    (folder / "package-lock.json").write_text("{}")
    (folder / "phone" / "main.ts").write_text("export const one = 1\n")
    program(programs / "node", "echo v20.20.2")
    program(
        programs / "npm",
        f"echo $* >> {tmp_path}/asked; mkdir -p node_modules dist; [ $1 = ci ] || touch dist/index.html",
    )
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.setattr(web, "WEB", folder)
    monkeypatch.setattr(web, "DIST", folder / "dist")
    return folder


def program(path: Path, words: str) -> None:
    path.write_text(f"#!/bin/sh\n{words}\n")
    path.chmod(0o755)


def asked(tree: Path) -> list[str]:
    """What npm was asked since the last question."""
    notes = tree.parent / "asked"
    words = notes.read_text().splitlines() if notes.exists() else []
    notes.unlink(missing_ok=True)
    return [" ".join(each.split()[:3]) for each in words]


def test_it_is_built_once_and_again_when_a_source_changes(tree: Path) -> None:
    web.main([])
    assert asked(tree) == ["ci --no-audit --no-fund", "run --silent build"]
    web.main([])
    assert asked(tree) == []
    (tree / "phone" / "main.ts").write_text("export const one = 2\n")
    web.main([])
    assert asked(tree) == ["run --silent build"]
    (tree / "phone" / "main.ts").rename(tree / "phone" / "start.ts")
    web.main([])
    assert asked(tree) == ["run --silent build"]


def test_packages_are_installed_again_when_their_lock_changes(tree: Path) -> None:
    web.main([])
    asked(tree)
    (tree / "package-lock.json").write_text('{"lockfileVersion": 3}')
    web.main(["check"])
    assert asked(tree) == ["ci --no-audit --no-fund", "run --silent check"]


def test_what_is_built_or_installed_is_no_source(tree: Path) -> None:
    before = web.fingerprint()
    for path in ("node_modules/vue/index.js", "dist/index.html", "coverage/report.html"):
        (tree / path).parent.mkdir(parents=True)
        (tree / path).write_text("made")
    assert web.fingerprint() == before


def test_a_failed_build_says_so_and_is_tried_again(tree: Path, capfd: pytest.CaptureFixture[str]) -> None:
    web.main([])
    (tree / "phone" / "main.ts").write_text("broken")
    npm = tree.parent / "bin" / "npm"
    works = npm.read_text()
    program(npm, "exit 1")
    with pytest.raises(SystemExit, match="`npm run --silent build` failed in web/"):
        web.main([])
    npm.write_text(works)
    asked(tree)
    web.main([])
    assert asked(tree) == ["run --silent build"]
    assert "building the web app" in capfd.readouterr().err


def test_an_early_build_waits_for_a_node_of_ours_where_the_machine_has_none(tree: Path) -> None:
    program(tree.parent / "bin" / "node", "echo v18.0.0")
    web.main(["early"])
    assert asked(tree) == []
    program(tree.parent / "bin" / "node", "echo v24.1.0")
    web.main(["early"])
    assert asked(tree) == ["ci --no-audit --no-fund", "run --silent build"]
