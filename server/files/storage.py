"""Where files are kept: what every such place promises, and which one the configuration names.

A place knows keys and bytes, not what they mean.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

from obstore.store import from_url

from protocol.ids import FileId
from server.config import Config
from server.core.byte_range import ByteRange
from server.files.bucket import Bucket
from server.files.folder import Folder


class Storage(Protocol):
    """A place for files. `incoming` is a folder of this machine for what is not whole yet."""

    @property
    def incoming(self) -> Path: ...

    async def put(self, file: FileId, source: Path) -> None:
        """Keep what is in `source`, a file in `incoming`: whole or not at all. It may be gone from there afterwards."""

    async def read(self, file: FileId, part: ByteRange) -> AsyncIterator[bytes]:
        """The bytes of `part`, in pieces, never all in memory. Raises: FileNotFoundError, before the first piece."""

    async def delete(self, file: FileId) -> None:
        """Also right when it is gone already."""


def open_storage(config: Config) -> Storage:
    incoming = config.data / "incoming"
    incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
    if config.files_url:
        return Bucket(store=from_url(config.files_url), incoming=incoming)
    folder = config.data / "files"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Folder(folder=folder, incoming=incoming)
