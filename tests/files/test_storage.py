"""The storage on a folder: whole or not at all, in pieces, and never outside its folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from obstore.exceptions import AlreadyExistsError

from protocol.ids import FileId
from server.config import read
from server.core.byte_range import ByteRange
from server.files.storage import PIECE_BYTES, Storage, open_storage

FILE = FileId("Ab0123456789cdef")


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return open_storage(read({"SHANGKE_DATA": str(tmp_path / "data")}))


async def pieces(storage: Storage, start: int, end: int) -> list[bytes]:
    return [piece async for piece in await storage.read(FILE, ByteRange(start=start, end=end))]


async def test_what_is_put_is_read_in_parts(storage: Storage, tmp_path: Path) -> None:
    content = bytes(range(256)) * 8_000
    source = tmp_path / "source"
    source.write_bytes(content)
    await storage.put(FILE, source)
    assert b"".join(await pieces(storage, 0, len(content))) == content
    assert b"".join(await pieces(storage, 1_000, 1_010)) == content[1_000:1_010]
    whole = await pieces(storage, 0, len(content))
    assert len(whole) > 1
    assert max(len(piece) for piece in whole) <= 4 * PIECE_BYTES
    assert (tmp_path / "data" / "files" / "Ab" / FILE).read_bytes() == content


async def test_nothing_is_replaced(storage: Storage, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"first")
    await storage.put(FILE, source)
    source.write_bytes(b"second")
    with pytest.raises(AlreadyExistsError):
        await storage.put(FILE, source)
    assert b"".join(await pieces(storage, 0, 5)) == b"first"


async def test_deleting_twice_is_deleting(storage: Storage, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"first")
    await storage.put(FILE, source)
    await storage.delete(FILE)
    await storage.delete(FILE)
    with pytest.raises(FileNotFoundError):
        await storage.read(FILE, ByteRange(start=0, end=5))


def test_only_we_may_look_into_the_folders(storage: Storage, tmp_path: Path) -> None:
    modes = [(tmp_path / "data" / name).stat().st_mode & 0o777 for name in ("files", "incoming")]
    assert modes == [0o700, 0o700]
