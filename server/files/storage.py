"""Where files are kept: a folder, or an S3-compatible server. Knows keys and bytes, not what they mean.

Both through `obstore`, so that one path is tested and used; it streams in its own threads, never in the loop.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import obstore
from obstore.store import LocalStore, ObjectStore, from_url

from protocol.ids import FileId
from server.config import Config
from server.core.byte_range import ByteRange

PIECE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """`incoming` is a folder of this machine for what is not whole yet."""

    store: ObjectStore
    incoming: Path

    async def put(self, file: FileId, source: Path) -> None:
        """Keep what is in `source`, whole or not at all, replacing nothing."""
        await obstore.put_async(self.store, _key(file), source, mode="create")

    async def read(self, file: FileId, part: ByteRange) -> AsyncIterator[bytes]:
        """The bytes of `part`, in pieces, never all in memory. Raises: FileNotFoundError, before the first piece."""
        found = await obstore.get_async(self.store, _key(file), options={"range": (part.start, part.end)})
        return _pieces(found)

    async def delete(self, file: FileId) -> None:
        """Also right when it is gone already."""
        try:
            await obstore.delete_async(self.store, _key(file))
        except FileNotFoundError:
            return


def open_storage(config: Config) -> Storage:
    """The storage that the configuration names."""
    incoming = config.data / "incoming"
    incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
    if config.files_url:
        return Storage(store=from_url(config.files_url), incoming=incoming)
    folder = config.data / "files"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Storage(store=LocalStore(folder), incoming=incoming)


async def _pieces(found: obstore.GetResult) -> AsyncIterator[bytes]:
    async for piece in found.stream(min_chunk_size=PIECE_BYTES):
        yield bytes(piece)


def _key(file: FileId) -> str:
    """Two letters first: folders of a million files are slow to list."""
    return f"{file[:2]}/{file}"
