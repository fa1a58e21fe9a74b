"""Who takes no byte although some wait: a dead socket that nobody told us of."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

from protocol.limits import STALL_S
from server.hub.catching import Hands
from server.hub.connection import Connection


class Stalled:
    """Remembers those for whom something waits: how much they had taken when they last took some, and since when."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self._last: dict[Connection, tuple[int, float]] = {}

    def look(self, connections: Iterable[Connection], now_ms: float) -> list[Connection]:
        """Who took nothing for too long. To be asked about once a second."""
        last: dict[Connection, tuple[int, float]] = {}
        for connection, n_untaken in self._waiting(connections):
            n_taken = connection.n_given - n_untaken
            before = self._last.get(connection)
            last[connection] = before if before is not None and before[0] == n_taken else (n_taken, now_ms)
        self._last = last
        return [connection for connection, (_, since_ms) in last.items() if now_ms - since_ms >= STALL_S * 1000]

    def _waiting(self, connections: Iterable[Connection]) -> list[tuple[Connection, int]]:
        """Who has not everything, and how many bytes are missing.

        By what the peer has: the kernel takes more of ours only in large pieces, for which a slow peer needs minutes.
        """
        straight: list[Connection] = []
        paused: list[Connection] = []
        for connection in connections:
            (paused if connection.is_paused or connection.number < 0 else straight).append(connection)
        held = self._hands.held(array("i", [connection.number for connection in straight]))
        waiting = [(straight[place], n_bytes) for place, n_bytes in held]
        waiting += [(connection, connection.pipe.untaken()) for connection in paused]
        return [(connection, n_untaken) for connection, n_untaken in waiting if n_untaken]
