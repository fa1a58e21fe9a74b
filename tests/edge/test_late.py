"""Who begins a request and does not go on is closed; who is only slow is not."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx

from server.edge.late import REQUEST_S, TimedHttp, close_late
from tests.edge.campus import Campus
from tests.harness.inside import InsideNode
from tests.harness.until import until

HEAD = b"POST /api/devices HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"


@contextlib.asynccontextmanager
async def said(node: InsideNode, words: bytes) -> AsyncIterator[tuple[asyncio.StreamReader, TimedHttp]]:
    """A connection that said so much, and the node's side of it."""
    known = set(node.server.server_state.connections)
    reader, writer = await asyncio.open_connection("127.0.0.1", node.port)
    writer.write(words)

    def mine() -> TimedHttp | None:
        found = set(node.server.server_state.connections) - known
        return next((each for each in found if isinstance(each, TimedHttp)), None)

    await until(lambda: mine() is not None, lambda: "the connection is there")
    side = mine()
    assert side is not None, "waited for"
    try:
        yield reader, side
    finally:
        writer.close()


async def test_half_a_request_is_closed_after_thirty_seconds(campus: Campus) -> None:
    """Security 7: nothing said, half a header, a body that stops."""
    node = await campus.start()
    for words in (b"", b"GET / HTTP/1.1\r\nX: ", HEAD + b'{"phone":'):
        async with said(node, words) as (reader, side):
            began = side.waits_since
            assert began is not None
            assert close_late([side], began + REQUEST_S) == 0
            async with httpx.AsyncClient(trust_env=False) as http:
                assert (await http.get(f"{node.url}/health/live")).status_code == 200
            assert (
                close_late(node.server.server_state.connections, asyncio.get_running_loop().time() + REQUEST_S + 1) > 0
            )
            with contextlib.suppress(ConnectionResetError):
                assert await reader.read() == b""


async def test_a_body_that_goes_on_is_waited_for(campus: Campus) -> None:
    node = await campus.start()
    async with said(node, HEAD) as (_, side):
        before = side.waits_since
        assert before is not None
        assert side.is_late(before + REQUEST_S + 1)
        side.data_received(b'{"phone":')
        after = side.waits_since
        assert after is not None
        assert after >= before
        assert not side.is_late(after + REQUEST_S)


async def test_a_whole_request_waits_for_us(campus: Campus) -> None:
    node = await campus.start()
    async with said(node, b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n") as (reader, side):
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        assert side.waits_since is None
