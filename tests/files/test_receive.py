"""Uploads that break off half-way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.requests import ClientDisconnect

from protocol.errors import Code, Refused
from protocol.ids import FileId
from server.config import read
from server.files import receive as receiving
from server.files.receive import receive
from server.files.storage import open_storage

FILE = FileId("f" * 16)


async def broken(error: Exception) -> AsyncIterator[bytes]:
    yield b"%PDF-1.7 and then"
    raise error


async def stalled() -> AsyncIterator[bytes]:
    yield b"%PDF-1.7 and then"
    await asyncio.Event().wait()


@pytest.mark.parametrize("how", ["gone", "stalled"])
async def test_what_breaks_off_is_told_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(receiving, "STALLED_S", 0.1)
    storage = open_storage(read({"SHANGKE_DATA": str(tmp_path)}))
    pieces = broken(ClientDisconnect()) if how == "gone" else stalled()
    with pytest.raises(Refused) as caught:
        await receive(storage, FILE, "x.pdf", pieces, asyncio.Semaphore(1))
    assert caught.value.code is Code.UPLOAD_BROKEN
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
