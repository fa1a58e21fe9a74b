"""The other end of a transport that no network is behind."""

from __future__ import annotations

import asyncio


class Wire(asyncio.Transport):
    """The peer's side: what it was sent and whether it still may send."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self.is_closing():
            self.said.append(bytes(data))

    def close(self) -> None:
        self.said.append(b"closed")

    def abort(self) -> None:
        self.said.append(b"aborted")

    def is_closing(self) -> bool:
        return b"closed" in self.said or b"aborted" in self.said

    def get_write_buffer_size(self) -> int:
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass

    def pause_reading(self) -> None:
        self.said.append(b"paused")

    def resume_reading(self) -> None:
        self.said.append(b"resumed")
