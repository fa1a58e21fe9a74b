"""A hub listens on a socket of its own with the options the wire needs, shares its port, and ends by our signals."""

from __future__ import annotations

import asyncio
import signal
import socket

import httpx
import pytest

from server.serve import UNACKNOWLEDGED_MS, listen
from tests.harness.node import Nodes, free_port
from tests.harness.until import until


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_accepted_connections_send_at_once_and_give_up_on_the_dead(host: str) -> None:
    with listen(host, 0) as listener:
        listener.listen()
        with socket.create_connection(listener.getsockname()[:2]):
            accepted, _ = listener.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == UNACKNOWLEDGED_MS


async def answer(url: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False, verify=False) as client:
        return await client.get(url)


async def test_two_hubs_share_a_port_and_one_goes_on_when_the_other_ends(nodes: Nodes) -> None:
    port = free_port()
    a, b = await nodes.start("a", port=port), await nodes.start("b", port=port)
    # The kernel chooses by the client's port: among many both come up.
    await asyncio.gather(*(answer(f"{a.url}/health/live") for _ in range(20)))
    assert await a.terminate() == 0
    assert [(await answer(f"{b.url}/health/live")).status_code for _ in range(10)] == [200] * 10


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_drains_and_ends_with_success(number: signal.Signals, nodes: Nodes) -> None:
    node = await nodes.start()
    node.send(number)
    assert await node.child.process.wait() == 0
    assert "draining" in node.log()
    assert "Traceback" not in node.log()


async def test_a_second_signal_does_not_wait_for_requests(nodes: Nodes) -> None:
    node = await nodes.start()
    with socket.create_connection(("127.0.0.1", node.port)) as stalled:
        stalled.sendall(b"POST /api/log-in HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf")
        node.send(signal.SIGTERM)
        await until(lambda: "draining" in node.log(), node.log)
        node.send(signal.SIGTERM)
        assert await node.child.process.wait() == 0


async def test_nothing_is_said_about_what_serves(nodes: Nodes) -> None:
    node = await nodes.start()
    assert "server" not in (await answer(f"{node.url}/health/live")).headers


async def test_a_hub_on_an_unfit_database_says_what_to_do(empty_database: str, redis_url: str, nodes: Nodes) -> None:
    node = await nodes.start_unready(DATABASE_URL=empty_database)
    assert await node.child.process.wait() != 0
    assert "the database is empty: run `shangke migrate`" in node.log()
