"""Makes .venv from the locks, builds the web app, and hands over to `shangke`.

Standard library only: it runs before anything is installed, under whatever Python the machine has.
It knows nothing of what the product does.
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
VENV = ROOT / ".venv"
STAMP = VENV / ".shangke"
OLDEST = (3, 11)
LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
UV_LOCK = ROOT / "deploy" / "requirements-uv.lock"

USAGE = """usage: bootstrap.py dev|run [-- COMMAND ...]

  dev   what the checks and tests need
  run   what the service needs (keeps a 'dev' environment if there is one)

  With COMMAND the environment is made and COMMAND takes this process's place.
"""


class Stop(Exception):
    """The machine lacks something; the text says what and how to mend it."""


def main(arguments: list[str]) -> None:
    if not arguments or arguments[0] not in LOCKS:
        sys.exit(USAGE)
    if arguments[1:2] not in ([], ["--"]):
        sys.exit(USAGE)
    command = arguments[2:]
    try:
        prepare(arguments[0])
    except Stop as stop:
        sys.exit(f"shangke: {stop}")
    if command:
        program = VENV / "bin" / command[0]
        os.execv(program, [str(program), *command[1:]])


def prepare(wanted: str) -> None:
    """Bring .venv up to the lock `wanted` names; nothing to do costs a few milliseconds."""
    folder = os.open(ROOT, os.O_RDONLY)
    # Two `make`s at once would install over each other; the lock dies with the process.
    fcntl.flock(folder, fcntl.LOCK_EX)
    try:
        kind, stamp = read_stamp()
        if kind == "dev":
            wanted = "dev"
        if (kind, stamp) == (wanted, fingerprint(wanted)):
            return
        ensure_venv()
        uv = ensure_uv()
        say(f"installing the locked packages ({wanted})")
        install(uv, wanted)
        STAMP.write_text(f"{wanted} {fingerprint(wanted)}\n")
    finally:
        os.close(folder)


def read_stamp() -> tuple[str, str]:
    try:
        kind, stamp = STAMP.read_text().split()
    except (OSError, ValueError):
        return "", ""
    return kind, stamp


def fingerprint(kind: str) -> str:
    """Changes whenever .venv must be brought up to date, or when the tree was moved."""
    digest = hashlib.sha256(str(ROOT).encode())
    for file in (LOCKS[kind], UV_LOCK, ROOT / "pyproject.toml"):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def ensure_venv() -> None:
    if (VENV / "bin" / "python").exists():
        version = capture([str(VENV / "bin" / "python"), "-c", PRINT_VERSION])
        if version and parse(version) >= OLDEST:
            return
        # Its Python went away or is too old; everything in it comes from the locks.
        shutil.rmtree(VENV)
    python = find_python()
    say(f"making .venv with {python}")
    if run([python, "-m", "venv", str(VENV)], quiet=True) == 0:
        return
    # Debian splits ensurepip from Python; the pip of the system or a uv can fill a bare folder.
    shutil.rmtree(VENV, ignore_errors=True)
    if run([python, "-m", "venv", "--without-pip", str(VENV)], quiet=True) != 0:
        raise Stop(f"{python} cannot make a virtual environment; install its venv module (Debian: python3-venv)")


PRINT_VERSION = "import sys; print('%d.%d' % sys.version_info[:2])"


def find_python() -> str:
    candidates = [sys.executable, *(f"python3.{minor}" for minor in (13, 12, 11)), "python3", "python"]
    for candidate in candidates:
        path = shutil.which(candidate)
        version = path and capture([path, "-c", PRINT_VERSION])
        if path and version and parse(version) >= OLDEST:
            return path
    raise Stop("Python 3.11 or newer is needed; say which with `make PYTHON=/path/to/python3`")


def parse(version: str) -> tuple[int, int]:
    major, _, minor = version.strip().partition(".")
    return int(major), int(minor)


def ensure_uv() -> str:
    """The path of the locked uv. Its own lock has hashes too, so nothing unnamed is ever installed."""
    uv = VENV / "bin" / "uv"
    pinned = next(line.split()[0].partition("==")[2] for line in UV_LOCK.read_text().splitlines() if "==" in line)
    if uv.exists() and pinned in (capture([str(uv), "--version"]) or ""):
        return str(uv)
    python = str(VENV / "bin" / "python")
    wish = ["install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"]
    wish += ["-r", str(UV_LOCK)]
    ways = [[python, "-m", "pip", *wish], [find_python(), "-m", "pip", "--python", python, *wish]]
    if any(run(way, quiet=True) == 0 for way in ways) and uv.exists():
        return str(uv)
    found = shutil.which("uv")
    if found:
        return found
    run(ways[0])
    raise Stop("uv could not be installed (pip's words are above): is the package index reachable?")


def install(uv: str, kind: str) -> None:
    python = ["--python", str(VENV / "bin" / "python")]
    sync = [uv, "pip", "sync", "--quiet", *python, "--require-hashes", "--only-binary", ":all:"]
    project = [uv, "pip", "install", "--quiet", *python, "--no-deps", "--offline", "--editable", str(ROOT)]
    plain = uv_environment()
    # uv trusts its own certificates by default; behind a company's proxy only the system's work.
    for environment in (plain, {**plain, "UV_SYSTEM_CERTS": "true"}):
        if run([*sync, str(LOCKS[kind]), str(UV_LOCK)], environment) == 0:
            break
    else:
        raise Stop("the locked packages could not be installed (uv's words are above)")
    if run(project, plain) != 0:
        raise Stop("the project itself could not be installed (uv's words are above)")


def uv_environment() -> dict[str, str]:
    """uv does not read pip's settings: carry over the index and the certificates a machine gave to pip."""
    environment = dict(os.environ)
    environment.pop("VIRTUAL_ENV", None)
    pip = [find_python(), "-m", "pip", "config", "list"]
    settings = dict(line.partition("=")[::2] for line in (capture(pip) or "").splitlines())
    for uv_name, pip_name in (("UV_DEFAULT_INDEX", "index-url"), ("SSL_CERT_FILE", "cert")):
        value = settings.get(f":env:.{pip_name}") or settings.get(f"global.{pip_name}")
        if value:
            environment.setdefault(uv_name, value.strip("'\""))
    return environment


def capture(command: list[str]) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def run(command: list[str], environment: dict[str, str] | None = None, *, quiet: bool = False) -> int:
    sink = subprocess.DEVNULL if quiet else None
    return subprocess.run(command, env=environment, stdout=sink, stderr=sink, check=False).returncode


def say(what: str) -> None:
    print(f"shangke: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
