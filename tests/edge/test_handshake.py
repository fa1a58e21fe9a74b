"""Who may open a socket, and what a socket must say first."""

from __future__ import annotations

import asyncio
import base64
import os

import httpx
import pytest

from protocol.close import Close
from protocol.codec import encode
from protocol.envelopes import Command, Fault, Hello, Welcome
from protocol.limits import HEARTBEAT_S
from server.token import draw_token
from tests.edge.campus import Campus
from tests.edge.raw import Raw, frame_bytes, open_raw, shake_hands
from tests.harness.inside import InsideNode

EVIL = (
    "https://evil.example",
    "https://app.example.evil.com",
    "https://evil-app.example",
    "http://app.example",
    "https://app.example:444",
    "HTTPS://APP.EXAMPLE",
    "null",
    "",
)


async def status(node: InsideNode, *headers: tuple[str, str], **how: str | None) -> int:
    head, _, writer = await shake_hands(node.port, headers=headers, **how)  # type: ignore[arg-type]
    writer.transport.abort()
    return int(head.split()[1])


async def test_only_our_own_origins_and_native_clients_may_open_a_socket(campus: Campus) -> None:
    node = await campus.start(SHANGKE_ORIGINS="https://app.example,https://two.example")
    assert {origin: await status(node, ("Origin", origin)) for origin in EVIL} == dict.fromkeys(EVIL, 403)
    assert await status(node, ("Origin", "https://app.example"), ("Origin", "https://app.example")) == 400
    assert await status(node, ("Origin", "https://two.example")) == 101
    assert await status(node) == 101


async def test_a_handshake_that_is_not_one_of_ours_is_refused(campus: Campus) -> None:
    node = await campus.start()
    assert await status(node, protocol=None) == 400
    assert await status(node, protocol="chat, superchat") == 400
    assert await status(node, protocol="chat, shangke.v1.json") == 101
    assert await status(node, target="/ws?token=abc") == 400
    assert await status(node, version="8") == 400
    assert await status(node, key="short") == 400
    assert await status(node, target="/other") == 403


async def test_no_extension_is_agreed(campus: Campus) -> None:
    node = await campus.start()
    offer = ("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits")
    head, _, writer = await shake_hands(node.port, headers=[offer])
    writer.transport.abort()
    assert head.startswith("HTTP/1.1 101")
    assert "extensions" not in head.lower()


async def say_first(raw: Raw, case: str, token: str) -> None:
    hello = Hello(token=token, client_kind="web", client_version="1")
    match case:
        case "a command":
            raw.say(Command(id="12345678", op="x", stream="S" * 16))
        case "nonsense":
            raw.frame(b"\xc1")
        case "text":
            raw.frame(b"[]", 1)
        case "an unknown token":
            raw.say(Hello(token=draw_token(), client_kind="web", client_version="1"))
        case "no token":
            raw.say(Hello(token="", client_kind="web", client_version="1"))
        case "another version":
            raw.say(Hello(token=token, client_kind="web", client_version="1", version=2))
        case "hello twice":
            raw.say(hello, *[hello] * 10)
        case _:
            raise AssertionError(case)


async def test_the_first_message_is_a_hello_with_a_live_token(campus: Campus) -> None:
    node = await campus.start()
    _, token = await campus.device(await campus.school.person("甲"))
    expected = {
        "a command": ("bad_message", Close.BAD_MESSAGE),
        "nonsense": ("bad_message", Close.BAD_MESSAGE),
        "text": ("bad_message", Close.BAD_MESSAGE),
        "an unknown token": ("unauthenticated", Close.UNAUTHENTICATED),
        "no token": ("unauthenticated", Close.UNAUTHENTICATED),
        "another version": ("update_required", Close.UNSUPPORTED_PROTOCOL),
        "hello twice": ("bad_message", Close.BAD_MESSAGE),
    }
    found = {}
    for case in expected:
        async with open_raw(node.port) as raw:
            await say_first(raw, case, token)
            fault = await raw.until(Fault)
            found[case] = (fault.code, await raw.close_code())
    assert found == expected


async def test_a_closed_account_and_a_deleted_device_do_not_come_in(campus: Campus) -> None:
    node = await campus.start()
    account = await campus.school.person("甲")
    device, token = await campus.device(account)
    await campus.school.db.execute("DELETE FROM device WHERE id = $1", device)
    _, second = await campus.device(account)
    await campus.school.db.execute("UPDATE account SET state = 'closed' WHERE id = $1", account)
    for each in (token, second):
        async with open_raw(node.port) as raw:
            raw.say(Hello(token=each, client_kind="web", client_version="1"))
            assert await raw.close_code() == Close.UNAUTHENTICATED


async def test_r7_an_old_client_is_told_to_update_and_to_stay_away(campus: Campus) -> None:
    node = await campus.start(SHANGKE_LEAST_VERSIONS="web=2.4")
    _, token = await campus.device(await campus.school.person("甲"))
    async with open_raw(node.port) as raw:
        raw.say(Hello(token=token, client_kind="web", client_version="2.3.9"))
        assert (await raw.until(Fault)).code == "update_required"
        assert await raw.close_code() == Close.UPDATE_REQUIRED
    async with open_raw(node.port) as raw:
        raw.say(Hello(token=token, client_kind="web", client_version="2.10"))
        await raw.until(Welcome)


@pytest.mark.limit(40)
async def test_a_socket_that_says_nothing_is_closed_and_health_is_told_meanwhile(campus: Campus) -> None:
    node = await campus.start()
    async with (
        open_raw(node.port) as silent,
        open_raw(node.port) as pinging,
        httpx.AsyncClient(trust_env=False) as http,
    ):
        pinging.frame(b"", 9)
        assert (await http.get(f"{node.url}/health/live")).status_code == 200
        metrics = (await http.get(f"{node.url}/metrics")).text
        assert "shangke_greeting 2.0" in metrics
        silent.patience_s = pinging.patience_s = 20
        assert await silent.close_code() == Close.HELLO_TIMEOUT
        assert (await pinging.read_frame())[0] == 10
        assert await pinging.close_code() == Close.HELLO_TIMEOUT


async def test_metrics_are_for_this_machine_or_the_operator(campus: Campus) -> None:
    open_to_us, with_token = await campus.start("a"), await campus.start("b", SHANGKE_OPS_TOKEN="s" * 40)
    async with httpx.AsyncClient(trust_env=False) as http:

        async def ask(node: InsideNode, **headers: str) -> int:
            return (await http.get(f"{node.url}/metrics", headers=headers)).status_code

        assert await ask(open_to_us) == 200
        assert await ask(open_to_us, **{"X-Forwarded-For": "127.0.0.1"}) == 404
        assert await ask(with_token) == 404
        assert await ask(with_token, Authorization="Bearer wrong") == 404
        assert await ask(with_token, Authorization=f"Bearer {'s' * 40}") == 200


async def test_a_hello_may_come_byte_by_byte(campus: Campus) -> None:
    node = await campus.start()
    _, token = await campus.device(await campus.school.person("甲"))
    reader, writer = await asyncio.open_connection("127.0.0.1", node.port)
    request = (
        f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{node.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n"
        "Sec-WebSocket-Protocol: shangke.v1.msgpack\r\n\r\n"
    )
    writer.write(request.encode())
    await reader.readuntil(b"\r\n\r\n")
    hello = encode(Hello(token=token, client_kind="web", client_version="1"))
    # Byte by byte: frames arrive as the network likes.
    for byte in frame_bytes(hello):
        writer.write(bytes([byte]))
        await asyncio.sleep(0)
    assert (await Raw(reader, writer, "msgpack").until(Welcome)).heartbeat_s == HEARTBEAT_S
    writer.transport.abort()
