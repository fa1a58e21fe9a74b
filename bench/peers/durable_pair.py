"""The floor of what is durable: `bare_pair`, but every message is in PostgreSQL before anybody hears of it.

The least that two nodes, a commit and a bell can be in this language: one prepared statement in one transaction,
whatever came meanwhile goes with the next; then the ring, and a receipt for the sender. Nobody is authenticated,
nothing is judged, numbered, logged, kept in memory or repaired.

A message that begins with `ANSWER` is only kept and acknowledged, any other one goes to all.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import cast

import asyncpg
import uvloop

from bench.peers.bare_pair import Hearing, Ringing, members, to_redis
from bench.peers.bare_write import accept, frame

ANSWER = b"!"
RECEIPT_BYTES = 24
INSERT = """
INSERT INTO bench_kept (account, value)
SELECT account, value::jsonb FROM unnest($1::text[], $2::text[]) AS kept (account, value)
"""


class Book:
    """One connection: what comes while it writes is written together next."""

    def __init__(self, insert: asyncpg.prepared_stmt.PreparedStatement, ringing: Ringing) -> None:
        self.insert = insert
        self.ringing = ringing
        self.waiting: list[tuple[Member, bytes]] = []
        self.is_writing = False

    def keep(self, member: Member, message: bytes) -> None:
        self.waiting.append((member, message))
        if not self.is_writing:
            self.is_writing = True
            self.task = asyncio.create_task(self.write())

    async def write(self) -> None:
        while self.waiting:
            kept, self.waiting = self.waiting, []
            values = [f'{{"text": "{message.decode()}"}}' for _, message in kept]
            await self.insert.fetch([member.account for member, _ in kept], values)
            for member, message in kept:
                if not message.startswith(ANSWER):
                    self.ringing.ring(message)
                member.transport.write(frame(message[:RECEIPT_BYTES] if message.startswith(ANSWER) else b"+"))
        self.is_writing = False


class Member(asyncio.Protocol):
    def __init__(self, book: Book, n_th: int) -> None:
        self.book = book
        self.account = f"account{n_th:08d}"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.pending = b""
        self.is_open = False

    def connection_lost(self, _error: Exception | None) -> None:
        members.pop(self.transport, None)

    def data_received(self, data: bytes) -> None:
        self.pending += data
        if not self.is_open:
            self.open()
        while len(self.pending) >= 8 and self.is_open:
            end = 8 + int.from_bytes(self.pending[2:4], "big")
            if len(self.pending) < end:
                return
            self.book.keep(self, self.pending[8:end])
            self.pending = self.pending[end:]

    def open(self) -> None:
        request, separator, rest = self.pending.partition(b"\r\n\r\n")
        if not separator:
            return
        self.transport.write(accept(request))
        self.pending, self.is_open = rest, True
        members[self.transport] = None


async def serve(port: int) -> None:
    loop, ringing = asyncio.get_running_loop(), await to_redis(Ringing)
    await to_redis(Hearing)
    database = await asyncpg.connect(os.environ["DATABASE_URL"])
    book = Book(await database.prepare(INSERT), ringing)
    n_members = iter(range(1_000_000))
    server = await loop.create_server(lambda: Member(book, next(n_members)), "127.0.0.1", port, backlog=2048)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
