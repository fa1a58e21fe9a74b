"""uvicorn's HTTP that knows since when it waits for the rest of a request: uvicorn itself waits for ever for half a
header, or for a body that stopped.
"""

from __future__ import annotations

from collections.abc import Iterable

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# For all headers, and for each next piece of a body: on a bad network an upload takes long, but it goes on.
REQUEST_S = 30.0


class TimedHttp(HttpToolsProtocol):
    # By the loop's clock; None while the next word is ours.
    waits_since: float | None = None

    def connection_made(self, transport: object) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]  # uvicorn's own alias, not exported
        self.waits_since = self.loop.time()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.waits_since = self.loop.time()

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        self.waits_since = self.loop.time()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self.waits_since = None

    def is_late(self, now_s: float) -> bool:
        # Where we read no further ourselves, the peer cannot go on.
        is_held = self.flow.read_paused
        return self.waits_since is not None and not is_held and now_s - self.waits_since > REQUEST_S


def close_late(connections: Iterable[object], now_s: float) -> int:
    """Close who has begun a request, or only a connection, and does not go on. How many these were."""
    late = [each for each in connections if isinstance(each, TimedHttp) and each.is_late(now_s)]
    for each in late:
        each.transport.abort()
    return len(late)
