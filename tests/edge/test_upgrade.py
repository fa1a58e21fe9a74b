"""A handshake that was parsed once: the same answer and the same scope as if it were parsed again."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import cast

import pytest
import uvicorn
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from server.edge.bounds import BoundedHttp
from server.edge.upgrade import MOST_BYTES, MOST_HEADERS, UpgradingHttp, plain_request
from tests.edge.wire import Wire

ORDINARY = {
    "Host": "here",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": "shangke.v1.msgpack, chat",
    "Origin": "https://app.example",
}
seen: list[Scope] = []


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    seen.append(scope)
    if scope["type"] != "websocket":
        await send({"type": "http.response.start", "status": 404})
        await send({"type": "http.response.body"})
        return
    await receive()
    await send({"type": "websocket.accept", "subprotocol": "chat"})
    await receive()


CONFIG = uvicorn.Config(
    app, ws="server.edge.websocket:PreparedWebSocket", ws_per_message_deflate=False, log_config=None, lifespan="off"
)
CONFIG.load()


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    yield made
    made.close()


class Upgraded(Wire):
    protocol: asyncio.BaseProtocol | None = None

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        assert self.protocol is not None, "upgraded"
        return self.protocol


def shake(kind: type[BoundedHttp], request: bytes, loop: asyncio.AbstractEventLoop) -> tuple[bytes, list[Scope]]:
    """What the peer is told, but for the date, and what the app is."""
    wire = Upgraded()
    state = ServerState()

    async def run() -> None:
        http = kind(CONFIG, state, {}, asyncio.get_running_loop())
        http.connection_made(wire)
        http.data_received(request)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        # Frames that come behind: one whole, one broken.
        if wire.protocol is not None and not wire.is_closing():
            cast(asyncio.Protocol, wire.protocol).data_received(b"\x89\x80\0\0\0\0")
            cast(asyncio.Protocol, wire.protocol).data_received(b"\xff\xff")
        for task in state.tasks:
            task.cancel()
        await asyncio.gather(*state.tasks, return_exceptions=True)
        (wire.protocol or http).connection_lost(None)

    seen.clear()
    loop.run_until_complete(run())
    told = re.sub(rb"(?i)date: [^\r]*\r\n", b"", b"|".join(wire.said))
    return told, [{**each, "extensions": sorted(each.get("extensions", ()))} for each in seen]


def request(headers: list[tuple[str, str]], line: str = "GET /ws HTTP/1.1") -> bytes:
    return "\r\n".join([line, *[f"{name}: {value}" for name, value in headers], "", ""]).encode("latin-1")


def changed(**changes: str | None) -> list[tuple[str, str]]:
    fields: dict[str, str | None] = {**ORDINARY, **{name.replace("_", "-"): value for name, value in changes.items()}}
    return [(name, value) for name, value in fields.items() if value is not None]


REQUESTS = {
    "ordinary": request(changed()),
    "no key": request(changed(Sec_WebSocket_Key=None)),
    "two keys": request([*changed(), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")]),
    "a short key": request(changed(Sec_WebSocket_Key="abc")),
    "version 8": request(changed(Sec_WebSocket_Version="8")),
    "a list of connections": request(changed(Connection="keep-alive, Upgrade")),
    "another method": request(changed(), "POST /ws HTTP/1.1"),
    "a query": request(changed(), "GET /ws?a=%20b HTTP/1.1"),
    "an absolute target": request(changed(), "GET http://there/ws HTTP/1.1"),
    "a body's length": request([*changed(), ("Content-Length", "0")]),
    "a body": request([*changed(), ("Content-Length", "5")]) + b"hello",
    "a chunked body": request([*changed(), ("Transfer-Encoding", "chunked")]),
    "spaces around": request([*changed(), ("X", "  \t a b \t ")]),
    "bytes above 127": request([*changed(), ("X", "\xe9\xff")]),
    "too many headers": request([*changed(), *[("X", str(number)) for number in range(200)]]),
    "many headers": request([*changed(), *[("X", str(number)) for number in range(100)]]),
    "a long header": request([*changed(), ("X", "x" * 9_000)]),
    "a longer one than we look at": request([*changed(), ("X", "x" * 7_000)]),
    "a long target": request(changed(), f"GET /{'x' * 9_000} HTTP/1.1"),
    "an extension": request([*changed(), ("Sec-WebSocket-Extensions", "permessage-deflate")]),
}


@pytest.mark.parametrize("case", REQUESTS)
def test_parsing_once_changes_nothing(loop: asyncio.AbstractEventLoop, case: str) -> None:
    assert shake(UpgradingHttp, REQUESTS[case], loop) == shake(BoundedHttp, REQUESTS[case], loop)


@settings(max_examples=100, deadline=None)
@given(
    name=st.sampled_from([*ORDINARY, "X-Any", "Content-Length", "Expect"]),
    value=st.text(st.characters(max_codepoint=255), max_size=12),
)
def test_a_header_of_any_value_changes_nothing(loop: asyncio.AbstractEventLoop, name: str, value: str) -> None:
    for headers in (changed(**{name: value}), [*changed(), (name, value)]):
        asked = request(headers)
        assert shake(UpgradingHttp, asked, loop) == shake(BoundedHttp, asked, loop)


def test_only_what_is_certain_is_not_parsed_again() -> None:
    fields = [(name.lower().encode(), value.encode()) for name, value in ORDINARY.items()]
    assert plain_request("GET", b"/ws", fields) is not None
    doubtful = {
        "a body": [*fields, (b"content-length", b"0")],
        "many": fields * MOST_HEADERS,
        "long": [*fields, (b"x", b"x" * MOST_BYTES)],
        "a control character": [*fields, (b"x", b"a\x01")],
        "a name that is none": [*fields, (b"x y", b"a")],
        "none at all": [],
    }
    assert {case: plain_request("GET", b"/ws", each) for case, each in doubtful.items()} == dict.fromkeys(doubtful)
