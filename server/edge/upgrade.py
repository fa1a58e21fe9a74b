"""uvicorn's HTTP with one shortcut: it writes an upgrade's request out again for websockets to parse it a second time,
which is as dear as the rest of the handshake. An ordinary request is handed over as it was parsed; one that websockets'
parser might refuse still goes through it.
"""

from __future__ import annotations

import re

from websockets.datastructures import Headers
from websockets.http11 import Request
from websockets.protocol import Protocol

from server.edge.bounds import BoundedHttp
from server.edge.websocket import PreparedWebSocket

# Well within what websockets takes: 128 headers, lines of 8 KiB.
MOST_HEADERS = 64
MOST_BYTES = 4 * 1024
NAMES = re.compile(rb"[-!#$%&'*+.^_`|~0-9a-zA-Z]+")
VALUES = re.compile(rb"[\t -~\x80-\xff]*")
# A body; the parser refuses it.
BODY = frozenset({b"content-length", b"transfer-encoding"})


class UpgradingHttp(BoundedHttp):
    def handle_websocket_upgrade(self) -> None:
        headers = self.scope["headers"]
        request = plain_request(self.scope["method"], self.url, list(headers))
        if request is None or self.ws_protocol_class is not PreparedWebSocket:
            super().handle_websocket_upgrade()
            return
        self.connections.discard(self)
        socket = PreparedWebSocket(self.config, self.server_state, self.app_state)
        socket.connection_made(self.transport)
        # What follows the request are frames.
        socket.conn.parser = Protocol.parse(socket.conn)
        next(socket.conn.parser)
        socket.handle_connect(request)
        self.transport.set_protocol(socket)


def plain_request(method: str, url: bytes, headers: list[tuple[bytes, bytes]]) -> Request | None:
    """The request as websockets' parser would give it; None where that is not certain."""
    names = b"".join([name for name, _ in headers])
    values = b"".join([value for _, value in headers])
    if len(headers) > MOST_HEADERS or len(url) + len(names) + len(values) > MOST_BYTES or not url.isascii():
        return None
    if not NAMES.fullmatch(names) or not VALUES.fullmatch(values) or any(name in BODY for name, _ in headers):
        return None
    made = Headers()
    for name, value in headers:
        made[name.decode("ascii")] = value.strip(b" \t").decode("latin-1")
    return Request(url.decode("ascii"), made, method)
