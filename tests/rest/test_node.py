"""The REST layer of a real node, over real sockets: what only a server in between can get wrong."""

from __future__ import annotations

import asyncio
import re
import socket
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from server.config import read
from server.files.receive import ABANDONED, MOST_BYTES, sweep
from server.files.storage import open_storage
from server.store import pool
from tests.harness.node import Node, Nodes
from tests.harness.site import PASSWORD, a_phone
from tests.harness.wait import until


async def code_of(node: Node, phone: str) -> str:
    """The console driver prints the code to the node's output."""
    found = re.findall(rf"^sms to=\+86{phone} purpose=\w+ code=(\d{{6}}) ", node.log(), re.MULTILINE)
    return str(found[-1])


async def register(client: httpx.AsyncClient, node: Node) -> dict[str, str]:
    """Gives the headers of the new account's device."""
    phone = a_phone()
    assert (await client.post("/api/codes", json={"phone": phone, "purpose": "register"})).status_code == 204
    body = {"phone": phone, "code": await code_of(node, phone), "password": PASSWORD}
    answer = await client.post("/api/accounts", json=body)
    assert answer.status_code == 201, answer.text
    return {"Authorization": f"Bearer {answer.json()['token']}", "X-Account": answer.json()["account"]["id"]}


async def classroom_of(client: httpx.AsyncClient, headers: dict[str, str]) -> str:
    wish = {"id": "command-1", "op": "classroom.create", "stream": headers["X-Account"], "body": {"name": "Algebra"}}
    answer = await client.post("/api/commands", json=wish, headers=headers)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["result"]["classroom"])


async def test_a_token_of_one_node_is_good_on_the_other_r3(nodes: Nodes) -> None:
    first, second = await nodes.start("a"), await nodes.start("b")
    async with (
        httpx.AsyncClient(base_url=first.url, trust_env=False) as here,
        httpx.AsyncClient(base_url=second.url, trust_env=False) as there,
    ):
        headers = await register(here, first)
        mine, theirs = await here.get("/api/me", headers=headers), await there.get("/api/me", headers=headers)
        assert mine.json() == theirs.json()
        assert "server" not in mine.headers
        assert (await here.delete("/api/devices/current", headers=headers)).status_code == 204
        assert (await there.get("/api/me", headers=headers)).status_code == 401
    for node in (first, second):
        assert headers["Authorization"].removeprefix("Bearer ") not in node.log()


@pytest.mark.parametrize(
    ("begin", "status", "allowed"),
    [
        ("OPTIONS *", "405", ["allow: delete, get, head, patch, post, put"]),
        ("TRACE /", "405", ["allow: get, head"]),
        ("TRACE /api/me", "405", ["allow: get, head, patch"]),
    ],
)
async def test_security_103_what_is_about_the_server_itself_is_no_method_here(
    nodes: Nodes, begin: str, status: str, allowed: list[str]
) -> None:
    node = await nodes.start("a")
    reader, writer = await asyncio.open_connection("127.0.0.1", node.port)
    writer.write(f"{begin} HTTP/1.1\r\nHost: 127.0.0.1:{node.port}\r\nConnection: close\r\n\r\n".encode())
    async with asyncio.timeout(10):
        head, _, _ = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    first, *headers = head.decode().lower().split("\r\n")
    assert (first.split()[1], [each for each in headers if each.startswith("allow:")]) == (status, allowed)


async def test_a_body_without_end_is_refused_as_soon_as_it_is_too_large(nodes: Nodes) -> None:
    node = await nodes.start("a")
    async with httpx.AsyncClient(base_url=node.url, trust_env=False) as client:
        headers = await register(client, node)
        path = f"/api/classrooms/{await classroom_of(client, headers)}/files"
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {headers['Authorization']}\r\n"
    block = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    sent, loop = 0, asyncio.get_running_loop()
    # Without a transport, which throws away what is still to be read when a write fails.
    with socket.create_connection(("127.0.0.1", node.port)) as sock:
        sock.setblocking(False)
        await loop.sock_sendall(sock, f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        async with asyncio.timeout(20):
            answer = asyncio.ensure_future(loop.sock_recv(sock, 1_024))
            while not answer.done() and sent < 10 * MOST_BYTES:
                try:
                    await loop.sock_sendall(sock, block)
                except ConnectionError:
                    break
                sent += len(block)
            assert (await answer).startswith(b"HTTP/1.1 413 ")
    # What the kernel's buffers hold on both sides comes on top.
    assert sent < 2 * MOST_BYTES
    async with httpx.AsyncClient(base_url=node.url, trust_env=False) as client:
        assert (await client.get("/api/me", headers=headers)).status_code == 200


async def test_security_82_a_node_killed_in_an_upload_leaves_nothing_after_the_sweep(
    nodes: Nodes, database: str
) -> None:
    node = await nodes.start("a")
    storage = open_storage(read({"SHANGKE_DATA": str(nodes.folder / "data")}))
    async with httpx.AsyncClient(base_url=node.url, trust_env=False) as client:
        headers = await register(client, node)
        path = f"/api/classrooms/{await classroom_of(client, headers)}/files"
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {headers['Authorization']}\r\n"
    _, writer = await asyncio.open_connection("127.0.0.1", node.port)
    writer.write(f"{head}Content-Length: 1000000\r\n\r\n".encode() + b"%PDF-1.7\n" + bytes(990_000))

    async def has_begun() -> bool:
        return any(each.stat().st_size for each in storage.incoming.iterdir())

    await until(has_begun)
    await node.kill()
    writer.close()
    async with pool.connect(database) as db:
        assert await db.fetchval("SELECT count(*) FROM file WHERE state = 'uploading'") == 1
        assert await sweep(db, storage, datetime.now(UTC) + ABANDONED) == 1
        assert await db.fetchval("SELECT count(*) FROM file") == 0
    assert list(storage.incoming.iterdir()) == []


async def test_a_large_file_streams_through_without_being_held_in_memory(nodes: Nodes) -> None:
    node = await nodes.start("a")
    content = b"%PDF-1.7\n" + bytes(MOST_BYTES - 9)
    async with httpx.AsyncClient(base_url=node.url, trust_env=False, timeout=30) as client:
        headers = await register(client, node)
        path = f"/api/classrooms/{await classroom_of(client, headers)}/files?name=large.pdf"
        before_kib = peak_kib(node)
        answers = await asyncio.gather(*(client.post(path, content=content, headers=headers) for _ in range(10)))
        assert [answer.status_code for answer in answers] == [201] * 10
        file = answers[0].json()["id"]
        link = (await client.get(f"/api/files/{file}/link", headers=headers)).json()["url"]
        assert link.startswith(f"{node.url}/files/{file}?")
        got = await client.get(link)
        assert (got.status_code, got.content) == (200, content)
    assert peak_kib(node) - before_kib < 50 * 1024


def peak_kib(node: Node) -> int:
    """The most memory the node ever had."""
    status = Path(f"/proc/{node.child.process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
