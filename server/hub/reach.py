"""How far the students of each stream are, over all nodes: each node tells its part, everybody adds up. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from protocol.ids import Seq, StreamId
from server.hub.stream import LiveStream, Reach

# A part is told again this often even if nothing changed; who was not heard three times is dead.
TELL_AGAIN_MS = 10_000
EXPIRES_MS = 30_000


@dataclass(slots=True)
class _Part:
    reach: Reach
    heard_ms: float


class Reaches:
    def __init__(self) -> None:
        self._parts: dict[StreamId, dict[str, _Part]] = {}
        self._told: dict[StreamId, tuple[Reach, float]] = {}
        self._moved: set[StreamId] = set()

    def to_tell(self, stream: LiveStream, now_ms: float) -> Reach | None:
        """This node's part, if the others do not know it yet or should be reminded."""
        reach = stream.reach
        told = self._told.get(stream.id)
        if told is None and reach.n_online == 0:
            return None
        if told is not None and told[0] == reach and now_ms - told[1] < TELL_AGAIN_MS:
            return None
        if reach.n_online == 0:
            del self._told[stream.id]
        else:
            self._told[stream.id] = (reach, now_ms)
        return reach

    def hear(self, stream: StreamId, node: str, reach: Reach, now_ms: float) -> None:
        parts = self._parts.setdefault(stream, {})
        if reach.n_online == 0:
            parts.pop(node, None)
        else:
            parts[node] = _Part(reach, now_ms)
        self._moved.add(stream)

    def moved(self, now_ms: float) -> dict[StreamId, Reach]:
        """The sums that may have changed since the last call."""
        moved, self._moved = self._moved, set()
        return {stream: self._sum(stream) for stream in moved | self._expire(now_ms)}

    def forget(self, stream: StreamId) -> None:
        self._parts.pop(stream, None)
        self._told.pop(stream, None)
        self._moved.discard(stream)

    def _sum(self, stream: StreamId) -> Reach:
        reaches = [part.reach for part in self._parts.get(stream, {}).values()]
        seq = max((reach.seq for reach in reaches), default=Seq(0))
        # A part that speaks of an older event knows nobody who has the newest.
        n_have = sum(reach.n_have for reach in reaches if reach.seq == seq)
        return Reach(seq=seq, n_online=sum(reach.n_online for reach in reaches), n_have=n_have)

    def _expire(self, now_ms: float) -> set[StreamId]:
        expired = set()
        for stream, parts in self._parts.items():
            for node in [node for node, part in parts.items() if now_ms - part.heard_ms > EXPIRES_MS]:
                del parts[node]
                expired.add(stream)
        return expired
