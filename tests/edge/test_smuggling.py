"""Requests that two parsers could read differently, or that are too long, get no further than ours (security 11)."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.edge.campus import Campus

BEGIN = b"POST /api/devices HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
REQUESTS: dict[str, bytes] = {
    "both lengths": BEGIN + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": BEGIN + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
    "a length that is no number": BEGIN + b"Content-Length: +2\r\n\r\n{}",
    "line feeds alone": BEGIN.replace(b"\r\n", b"\n") + b"Content-Length: 2\n\n{}",
    "a chunk size that is none": BEGIN + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n\r\n",
    "an encoding of an encoding": BEGIN + b"Transfer-Encoding: chunked, identity\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "a header without a name": BEGIN + b": x\r\nContent-Length: 2\r\n\r\n{}",
    "a header folded": BEGIN + b"X: a\r\n b\r\nContent-Length: 2\r\n\r\n{}",
    "a NUL in a header": BEGIN + b"X: a\x00b\r\nContent-Length: 2\r\n\r\n{}",
    "no host": b"GET /health/live HTTP/1.1\r\n\r\n",
    "two thousand headers": BEGIN + b"".join(b"X-%d: y\r\n" % n for n in range(2_000)) + b"\r\n",
    "two hosts": BEGIN + b"Host: elsewhere\r\nContent-Length: 2\r\n\r\n{}",
    "100 kB of a header": BEGIN + b"X: " + b"y" * 100_000 + b"\r\n\r\n",
    "a header without an end": BEGIN + b"X: " + b"y" * 40_000,
}


@pytest.mark.parametrize("case", REQUESTS)
async def test_what_is_not_one_clear_request_is_refused(campus: Campus, case: str) -> None:
    node = await campus.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", node.port)
    try:
        writer.write(REQUESTS[case] + b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        async with asyncio.timeout(5):
            said = await reader.read()
    finally:
        writer.close()
    assert said.startswith(b"HTTP/1.1 400"), said
    # What was smuggled in behind it is never answered.
    assert said.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize("n_bytes", [20_000, 200_000])
async def test_the_end_of_a_long_body_is_no_head(campus: Campus, n_bytes: int) -> None:
    node, lesson = await campus.start(), await campus.lesson(0)
    _, token = await campus.device(lesson.teacher)
    pdf = b"%PDF-1.7\n" + b"x" * n_bytes
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{node.port}", trust_env=False) as client:
        headers = {"Authorization": f"Bearer {token}"}
        path = f"/api/classrooms/{lesson.classroom}/files?name=x.pdf"
        sent = [(await client.post(path, content=pdf, headers=headers)).status_code for _ in range(2)]
    assert sent == [201, 201]
