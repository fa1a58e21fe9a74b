"""/ws: who may open a socket. Raw ASGI: see `websocket`."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from protocol.codec import Format
from protocol.envelopes import SUBPROTOCOL_JSON, SUBPROTOCOL_MSGPACK
from server.edge.fallback import PlainSocket
from server.edge.node import Node
from server.edge.socket import Socket
from server.edge.websocket import EXTENSION

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

SUBPROTOCOLS: dict[str, Format] = {SUBPROTOCOL_MSGPACK: "msgpack", SUBPROTOCOL_JSON: "json"}
RETRY_AFTER_S = 5


class SocketEndpoint:
    """The ASGI app at /ws."""

    def __init__(self, node: Node, origins: Collection[str]) -> None:
        self._node = node
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        refusal = self._refusal(scope)
        if refusal is not None:
            await refuse(scope, send, *refusal)
            return
        subprotocol = next(each for each in scope["subprotocols"] if each in SUBPROTOCOLS)
        await send({"type": "websocket.accept", "subprotocol": subprotocol})
        extension = scope.get("extensions", {}).get(EXTENSION)
        if extension is None:
            plain = PlainSocket(receive, send)
            await plain.run(Socket(self._node, plain, SUBPROTOCOLS[subprotocol]))
            return
        extension["socket"].take_over(Socket(self._node, extension["socket"], SUBPROTOCOLS[subprotocol]))

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """The status and the reason, unless the handshake is as it should be."""
        origins = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
        # A native client sends no Origin; a page cannot leave it out.
        if len(origins) > 1 or any(origin not in self._origins for origin in origins):
            return 403, "this origin may not open a socket"
        if scope["query_string"]:
            return 400, "no query: the token travels in hello"
        if not any(each in SUBPROTOCOLS for each in scope["subprotocols"]):
            return 400, f"a subprotocol is needed: {SUBPROTOCOL_MSGPACK} or {SUBPROTOCOL_JSON}"
        if self._node.is_full:
            return 503, "busy, come back"
        return None


async def refuse(scope: Scope, send: Send, status: int, why: str) -> None:
    """Answer the handshake with a plain response, as far as the server can."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    if status == 503:
        headers.append((b"retry-after", str(RETRY_AFTER_S).encode()))
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": why.encode()})
