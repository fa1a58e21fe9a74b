"""Brings the peers' dependencies into folders of their own, from the committed locks."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from bench.ground import PEER_PYTHON, ROOT

BENCH = ROOT / "bench"
NODE_PEER = BENCH / "peers" / "socketio_node"


def install_peers() -> None:
    """Make both environments, or keep them where their lock is unchanged."""
    once(BENCH / "requirements.lock", PEER_PYTHON.parent.parent / ".installed", install_python)
    once(NODE_PEER / "package-lock.json", NODE_PEER / "node_modules" / ".installed", install_node)


def once(lock: Path, stamp: Path, install: Callable[[Path], None]) -> None:
    digest = sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    install(lock)
    stamp.write_text(digest)


def install_python(lock: Path) -> None:
    print(f"installing the Python peers of {lock.relative_to(ROOT)}", flush=True)
    venv = PEER_PYTHON.parent.parent
    subprocess.run((sys.executable, "-m", "venv", "--clear", venv), check=True)
    subprocess.run((PEER_PYTHON, "-m", "pip", "install", "-qq", "--require-hashes", "-r", lock), check=True)


def install_node(lock: Path) -> None:
    print(f"installing the Node peer of {lock.relative_to(ROOT)}", flush=True)
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("the Node peer needs npm on PATH")
    subprocess.run((npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"), cwd=NODE_PEER, check=True)
