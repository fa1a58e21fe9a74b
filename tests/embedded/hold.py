"""Run as a script: starts both servers in the folder given, says who it is, and waits to be killed."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import uvloop

from server.embedded import run_postgres, run_redis


async def hold(folder: Path) -> None:
    async with run_postgres(folder / "postgres") as book, run_redis(folder / "redis"):
        sys.stdout.write(f"{os.geteuid()} {book.url('postgres')}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(hold(Path(sys.argv[1])))
