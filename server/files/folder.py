"""Files in a folder of this machine, on the same disk as `incoming`: keeping one is renaming it, however large."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from protocol.ids import FileId
from server.core.byte_range import ByteRange
from server.files.key import key_of

PIECE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    folder: Path
    incoming: Path

    async def put(self, file: FileId, source: Path) -> None:
        await asyncio.to_thread(_keep, source, self.folder / key_of(file))

    async def read(self, file: FileId, part: ByteRange) -> AsyncIterator[bytes]:
        return _pieces(await asyncio.to_thread(_open_at, self.folder / key_of(file), part.start), part)

    async def delete(self, file: FileId) -> None:
        (self.folder / key_of(file)).unlink(missing_ok=True)


def _keep(source: Path, target: Path) -> None:
    """On the disk before it has its name: after a power cut the name never stands for half a file."""
    with source.open("rb") as opened:
        os.fsync(opened.fileno())
    target.parent.mkdir(mode=0o700, exist_ok=True)
    source.replace(target)


def _open_at(path: Path, start: int) -> BinaryIO:
    opened = path.open("rb")
    opened.seek(start)
    return opened


async def _pieces(opened: BinaryIO, part: ByteRange) -> AsyncIterator[bytes]:
    left = part.end - part.start
    with opened:
        while left > 0:
            piece = await asyncio.to_thread(opened.read, min(left, PIECE_BYTES))
            if not piece:
                return
            left -= len(piece)
            yield piece
