"""The same socket on any other ASGI server: messages through `receive`, frames through `send`, by a task of its own.

Slower and larger than `websocket`, but never in the way of anybody else. Knows just enough of frames to unwrap ours.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from server.hub.connection import CHUNK_BYTES
from server.hub.frame import unwrap

if TYPE_CHECKING:
    from starlette.types import Receive, Send

    from server.edge.websocket import Receiver


class PlainSocket:
    # What lies below the ASGI server is its own.
    number = -1

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._waiting: list[bytes] = []
        self._n_unsent = 0
        self._is_paused = False
        self._receiver: Receiver | None = None
        self._has_work = asyncio.Event()
        self._may_read = asyncio.Event()
        self._may_read.set()
        self._close_code: int | None = None

    async def run(self, receiver: Receiver) -> None:
        """Until the socket is closed, from whichever side."""
        self._receiver = receiver
        try:
            async with asyncio.TaskGroup() as tasks:
                writing = tasks.create_task(self._write_all(receiver))
                reading = tasks.create_task(self._read_all(receiver))
                await asyncio.wait((writing, reading), return_when=asyncio.FIRST_COMPLETED)
                writing.cancel()
                reading.cancel()
        finally:
            self._close_code = self._close_code or 1000
            receiver.lost()

    def write(self, data: bytes) -> None:
        if self._close_code is not None:
            return
        self._waiting.append(data)
        self._n_unsent += len(data)
        self._has_work.set()
        if self._n_unsent > CHUNK_BYTES and not self._is_paused and self._receiver is not None:
            self._is_paused = True
            self._receiver.paused()

    def unsent(self) -> int:
        return self._n_unsent

    def untaken(self) -> int:
        return self._n_unsent

    def close(self, code: int) -> None:
        if self._close_code is None:
            self._close_code = code
            self._has_work.set()

    def pause_reading(self) -> None:
        self._may_read.clear()

    def resume_reading(self) -> None:
        self._may_read.set()

    async def _write_all(self, receiver: Receiver) -> None:
        while True:
            await self._has_work.wait()
            self._has_work.clear()
            waiting, self._waiting = self._waiting, []
            for is_text, payload in unwrap(b"".join(waiting)):
                await self._send(
                    {"type": "websocket.send", "text": payload.decode()}
                    if is_text
                    else {"type": "websocket.send", "bytes": payload}
                )
            self._n_unsent -= sum(map(len, waiting))
            if self._close_code is not None and not self._waiting:
                await self._send({"type": "websocket.close", "code": self._close_code})
                return
            if self._is_paused and not self._waiting:
                self._is_paused = False
                receiver.drained()

    async def _read_all(self, receiver: Receiver) -> None:
        while True:
            await self._may_read.wait()
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                return
            data = message.get("bytes")
            receiver.received(data if data is not None else message["text"].encode(), data is None)
