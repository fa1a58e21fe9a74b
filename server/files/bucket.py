"""Files on an S3-compatible server, through `obstore`.

Its blocking calls in our threads, not its coroutines: those call back into Python from threads of their own, which
ends a process by SIGABRT when it stops at that moment. And a writer, since its `put` holds whole files in memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import obstore
from obstore.store import ObjectStore

from protocol.ids import FileId
from server.core.byte_range import ByteRange
from server.files.key import key_of

PIECE_BYTES = 256 * 1024
# The least that an S3 server takes as a part; one is filled while one is sent.
PART_BYTES = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    store: ObjectStore
    incoming: Path

    async def put(self, file: FileId, source: Path) -> None:
        await asyncio.to_thread(_send, self.store, key_of(file), source)

    async def read(self, file: FileId, part: ByteRange) -> AsyncIterator[bytes]:
        options: obstore.GetOptions = {"range": (part.start, part.end)}
        found = await asyncio.to_thread(obstore.get, self.store, key_of(file), options=options)
        return _pieces(found)

    async def delete(self, file: FileId) -> None:
        await asyncio.to_thread(_delete, self.store, key_of(file))


def _send(store: ObjectStore, key: str, source: Path) -> None:
    with (
        source.open("rb") as opened,
        obstore.open_writer(store, key, buffer_size=PART_BYTES, max_concurrency=1) as writer,
    ):
        while piece := opened.read(PIECE_BYTES):
            writer.write(piece)


def _delete(store: ObjectStore, key: str) -> None:
    try:
        obstore.delete(store, key)
    except FileNotFoundError:
        return


async def _pieces(found: obstore.GetResult) -> AsyncIterator[bytes]:
    pieces = iter(found.stream(min_chunk_size=PIECE_BYTES))
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield bytes(piece)
