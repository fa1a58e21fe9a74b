"""One stream on this node: its log, who reads it live, its latest gauges, and how far its students are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from protocol.codec import Format
from protocol.envelopes import Audience
from protocol.ids import Seq, StreamId
from server.hub.connection import Attachment
from server.hub.log import StreamLog
from server.hub.prepared import Prepared, PreparedGauge
from server.hub.readers import Readers

# Gauges of activities long closed; the oldest make room.
KEPT_GAUGES = 128

GaugeKey = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Of `n_online` student connections, `n_have` say that they applied event `seq`."""

    seq: Seq
    n_online: int
    n_have: int


class LiveStream:
    """What the hub keeps of a stream while somebody reads it."""

    __slots__ = (
        "attachments",
        "fresh",
        "fresh_gauges",
        "gauges",
        "id",
        "live",
        "log",
        "memo",
        "n_have",
        "n_students",
        "spread_to",
        "touched_ms",
    )

    def __init__(self, id: StreamId, now_ms: float) -> None:
        self.id = id
        self.log = StreamLog()
        self.attachments: set[Attachment] = set()
        # The fast path: who gets the same bytes.
        self.live: dict[tuple[Audience, Format], Readers] = {}
        # In the log, not yet handed to the live connections; and up to where they have it.
        self.fresh: list[Prepared] = []
        self.spread_to = Seq(-1)
        self.fresh_gauges: dict[GaugeKey, PreparedGauge] = {}
        self.gauges: dict[GaugeKey, PreparedGauge] = {}
        # Frames of a continuation, since in a storm hundreds return to the same position.
        self.memo: dict[tuple[Seq, Audience, Format], bytes] = {}
        self.n_students = 0
        self.n_have = 0
        self.touched_ms = now_ms

    def keep_gauge(self, gauge: PreparedGauge) -> bool:
        """Whether it is news. The greatest rev of a (name, key) wins."""
        key = (gauge.name, gauge.key)
        kept = self.gauges.pop(key, None)
        if kept is not None and kept.rev >= gauge.rev:
            self.gauges[key] = kept
            return False
        if len(self.gauges) >= KEPT_GAUGES:
            del self.gauges[next(iter(self.gauges))]
        self.gauges[key] = gauge
        self.fresh_gauges[key] = gauge
        return True

    def gauge_frames(self, audience: Audience) -> Iterator[bytes]:
        return (gauge.frames[audience] for gauge in self.gauges.values() if audience in gauge.frames)

    # How far the students are. Counted as it changes: asking all of them at every pong would cost a class squared.

    @property
    def reach(self) -> Reach:
        return Reach(seq=self.log.head, n_online=self.n_students, n_have=self.n_have)

    def enter(self, attachment: Attachment) -> None:
        self.attachments.add(attachment)
        attachment.have = min(attachment.have, self.log.head)
        if attachment.audience == "student":
            self.n_students += 1
            self.n_have += attachment.have >= self.log.head

    def exit(self, attachment: Attachment) -> None:
        self.attachments.discard(attachment)
        if attachment.audience == "student":
            self.n_students -= 1
            self.n_have -= attachment.have >= self.log.head

    def hear_position(self, attachment: Attachment, position: Seq) -> bool:
        """What a client says it has applied. True when this changed the reach."""
        before, after = attachment.have, min(position, self.log.head)
        if after <= before:
            return False
        attachment.have = after
        if attachment.audience != "student" or after < self.log.head:
            return False
        self.n_have += 1
        return True

    def move_reach(self) -> None:
        """The head moved: nobody has it yet."""
        self.n_have = 0
