"""What no peer has: catalogue, my courses, log-ins, roster and a push, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

FULL = {"search": (), "my_courses": (), "log_ins": (), "roster": (), "push": ()}
QUICK = {
    "search": ("--courses", "5000"),
    "my_courses": ("--asked", "200"),
    "log_ins": ("--window", "5"),
    "roster": ("--rows", "2000"),
    "push": ("--people", "2000"),
}


def main() -> None:
    for name, options in (QUICK if "--quick" in sys.argv[1:] else FULL).items():
        print(f"\n{name}, load {os.getloadavg()[0]:.1f}", flush=True)
        subprocess.run((sys.executable, "-m", f"bench.{name}", *options), check=True)
        print(f"load {os.getloadavg()[0]:.1f}", flush=True)


if __name__ == "__main__":
    main()
