"""uvicorn's HTTP with bounds on what it reads before a route is known: it takes any number of headers of any length,
and none at all.
"""

from __future__ import annotations

from httptools import HttpParserError

from server.edge.late import TimedHttp

# A browser's are a tenth of this; the proxy of deploy/ lets no more through either.
HEAD_BYTES = 16 * 1024
HEADERS = 100


class BoundedHttp(TimedHttp):
    # Of a head that is not complete yet.
    n_head_bytes = 0
    is_in_head = True
    # In what was received last: most of it was that message's body then, and the next head is counted from here on.
    has_completed = False

    def data_received(self, data: bytes) -> None:
        self.has_completed = False
        super().data_received(data)
        if self.is_in_head and not self.has_completed and not self.transport.is_closing():
            self.n_head_bytes += len(data)
            if self.n_head_bytes > HEAD_BYTES:
                self.send_400_response("Too long a head.")

    def on_headers_complete(self) -> None:
        """Raises: HttpParserError, which uvicorn answers with 400."""
        self.is_in_head, self.n_head_bytes = False, 0
        n_bytes = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        n_hosts = sum(name == b"host" for name, _ in self.headers)
        needs_host = self.parser.get_http_version() == "1.1"
        if n_bytes > HEAD_BYTES or len(self.headers) > HEADERS or n_hosts > 1 or n_hosts < needs_host:
            raise HttpParserError("out of bounds")
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self.is_in_head = self.has_completed = True
        super().on_message_complete()
