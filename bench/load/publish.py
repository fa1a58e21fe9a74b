"""The closed publishing loop: some events out, wait until every member has them, again."""

from __future__ import annotations

from time import monotonic, monotonic_ns, process_time

from bench.load.crowd import Crowd, CrowdError
from bench.load.line import Line
from bench.load.orders import Publish, Published
from bench.mark import count_marks, read_stamps


class Ear:
    """Counts arrivals on every line and reads the stamps on the sampled ones, of which it keeps those of `kept`."""

    def __init__(self, kept: Line | None = None) -> None:
        self.kept = kept
        self.order: list[int] = []
        self.n_heard = 0
        self.n_bytes = 0
        self.latencies_ms: list[float] = []

    def hear(self, line: Line, data: bytes) -> None:
        self.n_bytes += len(data)
        if not line.is_sampled:
            n_marks, line.tail = count_marks(line.tail, data)
            self.n_heard += n_marks
            return
        stamps, line.tail = read_stamps(line.tail, data)
        if line is self.kept:
            self.order.extend(stamps)
        now = monotonic_ns()
        self.latencies_ms.extend((now - stamp) / 1e6 for stamp in stamps)
        self.n_heard += len(stamps)


def publish(crowd: Crowd, order: Publish) -> Published:
    """Carry out the order on room 0, whose members are all open lines.

    Raises:
        CrowdError: when a line was cut or the limit passed before all had everything.
    """
    ear = Ear()
    crowd.listener = ear.hear
    n_members = crowd.n_open
    n_events = 0
    cpu_before, start = process_time(), monotonic()
    while monotonic() - start < order.for_s:
        crowd.say(0, n_events=order.burst, now_ns=monotonic_ns())
        n_events += order.burst
        while ear.n_heard < n_events * n_members:
            crowd.pump(0.1)
            if crowd.cut or monotonic() - start > order.limit_s:
                raise CrowdError(
                    f"{ear.n_heard} of {n_events * n_members} deliveries"
                    f" after {monotonic() - start:.1f} s, {len(crowd.cut)} lines cut"
                )
    wall_s = monotonic() - start
    return Published(
        n_events=n_events,
        n_deliveries=ear.n_heard,
        n_bytes=ear.n_bytes,
        wall_s=wall_s,
        latencies_ms=tuple(ear.latencies_ms),
        client_cpu_s=process_time() - cpu_before,
    )
