"""The folder of an embedded server: its lock, and a place for its socket that is short enough."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import os
import stat
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from server.embedded.child import EmbeddedError
from server.embedded.launch import NOBODY

# The kernel's limit for a unix socket's path is 107 bytes; PostgreSQL's adds `/.s.PGSQL.5432.lock`.
LONGEST_FOLDER = 107 - len("/.s.PGSQL.5432.lock")


@contextlib.asynccontextmanager
async def locked(folder: Path, *, wait_s: float) -> AsyncIterator[int]:
    """Hold `folder` alone; gives the lock's file descriptor.

    Whoever inherits the descriptor holds the lock too. So after a `kill -9` the next start waits here until the last
    process of the dying server is gone, instead of guessing from process ids.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise EmbeddedError(
            f"{folder} cannot be used: {error.strerror}: give it to this user, or set SHANGKE_DATA"
        ) from None
    try:
        await take(descriptor, folder, wait_s)
        yield descriptor
    finally:
        os.close(descriptor)


async def take(descriptor: int, folder: Path, wait_s: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(wait_s):
            while True:
                with contextlib.suppress(BlockingIOError):
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    return
                await asyncio.sleep(0.02)
    raise EmbeddedError(f"{folder} is in use by another running Shangke: stop that one, or set SHANGKE_DATA")


def socket_folder(folder: Path) -> Path:
    """A folder for the sockets of the server in `folder`, always the same one, that only we may enter."""
    inside = folder.resolve() / "run"
    if len(os.fsencode(inside)) <= LONGEST_FOLDER:
        inside.mkdir(mode=0o700, exist_ok=True)
        return inside
    digest = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:12]
    outside = Path(tempfile.gettempdir(), f"shangke-{os.geteuid()}-{digest}")
    if len(os.fsencode(outside)) > LONGEST_FOLDER:
        outside = Path("/tmp", outside.name)
    with contextlib.suppress(FileExistsError):
        outside.mkdir(mode=0o700)
    found = outside.lstat()
    # The temporary folder is everybody's: somebody else may have made this one first.
    ours = {os.geteuid()} if os.geteuid() else {0, NOBODY}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in ours or found.st_mode & 0o077:
        raise EmbeddedError(f"{outside} is not ours alone: remove it, or set SHANGKE_DATA to a shorter path")
    return outside


def give_to(folder: Path, owner: int) -> None:
    """Make `owner` the owner of `folder` and all in it. Only root can; others find it is theirs already."""
    if not folder.exists() or folder.lstat().st_uid == owner:
        return
    for path, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.lchown(Path(path, name), owner, owner)
    os.lchown(folder, owner, owner)
