"""Resolves pyproject.toml into the hash locks, for every Python and platform at once.

There is no uv.lock: see docs/decisions/0001-locks.md.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = ROOT / ".venv" / "bin" / "uv"
COMMON = [
    *("--universal", "--python-version", "3.11", "--generate-hashes", "--no-annotate", "--quiet"),
    *("--no-emit-index-url", "--no-emit-find-links", "--custom-compile-command", "make lock"),
]

# The order matters: what the tests add must not move what the service runs on.
LOCKS: list[tuple[str, list[str]]] = [
    ("requirements.lock", ["pyproject.toml"]),
    ("requirements-dev.lock", ["pyproject.toml", "--group", "dev", "--constraints", "requirements.lock"]),
    ("deploy/requirements-uv.lock", ["deploy/requirements-uv.in"]),
    ("deploy/requirements-node.lock", ["deploy/requirements-node.in"]),
]


def main() -> None:
    for lock, sources in LOCKS:
        command = [str(UV), "pip", "compile", *COMMON, *sources, "--output-file", lock, *sys.argv[1:]]
        subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
