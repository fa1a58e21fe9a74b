"""The places for files, each keeping the same promises: a folder, and what stands in for an S3 server."""

from __future__ import annotations

from pathlib import Path

import pytest
from obstore.store import LocalStore

from protocol.ids import FileId
from server.config import read
from server.core.byte_range import ByteRange
from server.files.bucket import Bucket
from server.files.folder import PIECE_BYTES, Folder
from server.files.storage import Storage, open_storage

FILE = FileId("Ab0123456789cdef")


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    made = open_storage(read({"SHANGKE_DATA": str(tmp_path / "data")}))
    if request.param == "folder":
        return made
    return Bucket(store=LocalStore(tmp_path / "data" / "files"), incoming=made.incoming)


async def put(storage: Storage, content: bytes) -> None:
    source = storage.incoming / FILE
    source.write_bytes(content)
    await storage.put(FILE, source)


async def pieces(storage: Storage, start: int, end: int) -> list[bytes]:
    return [piece async for piece in await storage.read(FILE, ByteRange(start=start, end=end))]


async def test_what_is_put_is_read_in_parts(storage: Storage, tmp_path: Path) -> None:
    content = bytes(range(256)) * 8_000
    await put(storage, content)
    assert b"".join(await pieces(storage, 0, len(content))) == content
    assert b"".join(await pieces(storage, 1_000, 1_010)) == content[1_000:1_010]
    assert b"".join(await pieces(storage, len(content) - 1, len(content))) == content[-1:]
    whole = await pieces(storage, 0, len(content))
    assert max(len(piece) for piece in whole) <= 2 * PIECE_BYTES
    assert (tmp_path / "data" / "files" / "Ab" / FILE).read_bytes() == content


async def test_a_large_file_comes_back_byte_for_byte(storage: Storage) -> None:
    content = bytes(range(251)) * 50_000
    await put(storage, content)
    assert b"".join(await pieces(storage, 0, len(content))) == content


async def test_deleting_twice_is_deleting(storage: Storage) -> None:
    await put(storage, b"first")
    await storage.delete(FILE)
    await storage.delete(FILE)
    with pytest.raises(FileNotFoundError):
        await storage.read(FILE, ByteRange(start=0, end=5))


async def test_a_source_that_is_not_there_leaves_nothing(storage: Storage, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await storage.put(FILE, storage.incoming / FILE)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_only_we_may_look_into_the_folders(tmp_path: Path) -> None:
    open_storage(read({"SHANGKE_DATA": str(tmp_path / "data")}))
    modes = [(tmp_path / "data" / name).stat().st_mode & 0o777 for name in ("files", "incoming")]
    assert modes == [0o700, 0o700]


def test_the_configuration_chooses_the_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    folder = open_storage(read({"SHANGKE_DATA": str(tmp_path)}))
    bucket = open_storage(read({"SHANGKE_DATA": str(tmp_path), "SHANGKE_FILES_URL": "s3://lessons/files"}))
    assert (type(folder), type(bucket)) == (Folder, Bucket)
