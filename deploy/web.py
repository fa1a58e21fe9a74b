"""Builds and checks the web app with the system's Node, or with one from the Python package index.

It builds only when a source changed since the last build. Standard library only.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
DIST = WEB / "dist"
NODE_LOCK = ROOT / "deploy" / "requirements-node.lock"
OLDEST_NODE = 20
NOT_SOURCES = {"node_modules", "dist", "coverage", "test-results", ".vite"}


class Stop(Exception):
    """The machine lacks something; the text says what and how to mend it."""


def main(arguments: list[str]) -> None:
    if not (WEB / "package.json").exists():
        return
    if arguments == ["early"] and not has_own_node():
        # .venv may not be there yet to take one; the next call comes after it is.
        return
    folder = os.open(WEB, os.O_RDONLY)
    try:
        # Two builds at once would write into each other's output.
        fcntl.flock(folder, fcntl.LOCK_EX)
        if arguments == ["check"]:
            check()
        else:
            build()
    except Stop as stop:
        sys.exit(f"shangke: {stop}")
    finally:
        os.close(folder)


def build() -> None:
    sources = fingerprint()
    stamp = DIST / ".sources"
    if stamp.exists() and stamp.read_text() == sources:
        return
    environment = node_environment()
    install(environment)
    say("building the web app")
    npm(environment, "run", "--silent", "build")
    # The build writes some sources itself (types of components).
    sources = fingerprint()
    if not (DIST / "index.html").exists():
        raise Stop("the web build left no web/dist/index.html")
    stamp.write_text(sources)


def check() -> None:
    """Types, lint and tests of the web app: the script `check` of web/package.json."""
    environment = node_environment()
    install(environment)
    npm(environment, "run", "--silent", "check")


def install(environment: dict[str, str]) -> None:
    lock = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    stamp = WEB / "node_modules" / ".lock"
    if stamp.exists() and stamp.read_text() == lock:
        return
    say("installing the web app's locked packages")
    npm(environment, "ci", "--no-audit", "--no-fund", "--loglevel=error")
    stamp.write_text(lock)


def fingerprint() -> str:
    digest = hashlib.sha256()
    for folder, folders, files in os.walk(WEB):
        folders[:] = sorted(set(folders) - NOT_SOURCES)
        for name in sorted(files):
            file = Path(folder, name)
            digest.update(f"{file.relative_to(WEB)}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def node_environment() -> dict[str, str]:
    """The environment with a Node that is new enough first on PATH."""
    environment = dict(os.environ)
    if not has_own_node():
        scripts = ROOT / ".venv" / "bin"
        if node_major(str(scripts / "node")) < OLDEST_NODE:
            say(f"no Node {OLDEST_NODE} or newer here: installing the locked one into .venv")
            install_node()
        environment["PATH"] = f"{scripts}{os.pathsep}{environment.get('PATH', '')}"
    return environment


def has_own_node() -> bool:
    return node_major("node") >= OLDEST_NODE and shutil.which("npm") is not None


def node_major(node: str) -> int:
    try:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=True).stdout
        return int(version.strip().lstrip("v").partition(".")[0])
    except (OSError, subprocess.SubprocessError, ValueError):
        return 0


def install_node() -> None:
    uv = ROOT / ".venv" / "bin" / "uv"
    wish = [str(uv), "pip", "install", "--quiet", "--python", sys.executable, "--require-hashes"]
    for certificates in ({}, {"UV_SYSTEM_CERTS": "true"}):
        if (
            subprocess.run([*wish, "-r", str(NODE_LOCK)], env={**os.environ, **certificates}, check=False).returncode
            == 0
        ):
            return
    raise Stop(f"Node could not be installed; install Node {OLDEST_NODE} or newer by hand")


def npm(environment: dict[str, str], *arguments: str) -> None:
    program = shutil.which("npm", path=environment["PATH"])
    if program is None:
        raise Stop("npm is missing beside Node")
    if subprocess.run([program, *arguments], cwd=WEB, env=environment, check=False).returncode != 0:
        raise Stop(f"`npm {' '.join(arguments)}` failed in web/ (its words are above)")


def say(what: str) -> None:
    print(f"shangke: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
