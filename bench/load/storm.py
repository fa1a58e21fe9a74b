"""The answer storm: every seat sends one command within a moment and waits for its receipt."""

from __future__ import annotations

import os
from bisect import bisect_right
from random import Random
from time import monotonic, process_time

from bench.load.crowd import Crowd, CrowdError
from bench.load.line import Line
from bench.load.orders import Storm, Stormed

# Commands sent before the client looks for receipts again, so that its own haste is not in the latency.
AT_ONCE = 32


class Receipts:
    """Who still waits for what, and how long those waited who got it."""

    def __init__(self, awaited: dict[Line, bytes]) -> None:
        self.awaited = awaited
        self.sent_at: dict[Line, float] = {}
        self.latencies_ms: list[float] = []

    def hear(self, line: Line, data: bytes) -> None:
        receipt = self.awaited.get(line)
        if receipt is None:
            return
        line.tail += data
        if receipt in line.tail:
            self.latencies_ms.append((monotonic() - self.sent_at[line]) * 1e3)
            del self.awaited[line]


def storm(crowd: Crowd, order: Storm, draw: Random) -> Stormed:
    """Carry out the order on the first `len(commands)` lines that do not publish.

    Raises:
        CrowdError: when the limit passed before every receipt had come.
    """
    students = [line for line in crowd.lines.values() if not line.seat.is_publisher]
    wishes = sorted(
        (
            (draw.uniform(0, order.spread_s), line, command, receipt)
            for line, command, receipt in zip(students, order.commands, order.receipts, strict=False)
        ),
        key=lambda wish: wish[0],
    )
    # Columns, so that a handful is sent in one go, past the sockets' own methods: what the client costs, the server
    # lacks.
    due_s = [wish[0] for wish in wishes]
    lines = [wish[1] for wish in wishes]
    numbers = [line.sock.fileno() for line in lines]
    commands = [wish[2] for wish in wishes]
    receipts = Receipts({line: receipt for _, line, _, receipt in wishes})
    for line in lines:
        line.tail = b""
    crowd.listener = receipts.hear
    n_sent = 0
    start, cpu_before = monotonic(), process_time()
    while receipts.awaited:
        now = monotonic()
        end = min(bisect_right(due_s, now - start, n_sent), n_sent + AT_ONCE)
        receipts.sent_at.update(dict.fromkeys(lines[n_sent:end], now))
        taken = list(map(os.write, numbers[n_sent:end], commands[n_sent:end]))
        if taken != list(map(len, commands[n_sent:end])):
            raise CrowdError("a line did not take its command at once")
        n_sent = end
        crowd.pump(0 if n_sent < len(lines) else 0.1)
        if crowd.cut or now - start > order.limit_s:
            raise CrowdError(
                f"{len(receipts.latencies_ms)} of {len(wishes)} receipts"
                f" after {now - start:.1f} s, {len(crowd.cut)} lines cut"
            )
    return Stormed(
        n_acks=len(receipts.latencies_ms),
        wall_s=monotonic() - start,
        client_cpu_s=process_time() - cpu_before,
        latencies_ms=tuple(receipts.latencies_ms),
    )
