"""The answer storm: every seat sends one command within a moment and waits for its receipt."""

from __future__ import annotations

import os
from collections import deque
from random import Random
from time import monotonic, process_time

from bench.load.crowd import Crowd, CrowdError
from bench.load.line import Line
from bench.load.orders import Storm, Stormed

# Commands sent before the client looks for receipts again, so that its own haste is not in the latency.
AT_ONCE = 32


class Receipts:
    """Who still waits for what, and how long those waited who got it."""

    def __init__(self) -> None:
        self.awaited: dict[Line, tuple[bytes, float]] = {}
        self.latencies_ms: list[float] = []

    def hear(self, line: Line, data: bytes) -> None:
        if line not in self.awaited:
            return
        receipt, sent_at = self.awaited[line]
        line.tail += data
        if receipt in line.tail:
            self.latencies_ms.append((monotonic() - sent_at) * 1e3)
            del self.awaited[line]


def storm(crowd: Crowd, order: Storm, draw: Random) -> Stormed:
    """Carry out the order on the first `len(commands)` lines that do not publish.

    Raises:
        CrowdError: when the limit passed before every receipt had come.
    """
    receipts = Receipts()
    crowd.listener = receipts.hear
    students = [line for line in crowd.lines.values() if not line.seat.is_publisher]
    wishes = sorted(
        (
            (draw.uniform(0, order.spread_s), line, command, receipt)
            for line, command, receipt in zip(students, order.commands, order.receipts, strict=False)
        ),
        key=lambda wish: wish[0],
    )
    start, cpu_before = monotonic(), process_time()
    waiting = deque(wishes)
    while waiting or receipts.awaited:
        now = monotonic()
        numbers: list[int] = []
        commands: list[bytes] = []
        while waiting and len(commands) < AT_ONCE and waiting[0][0] <= now - start:
            _, line, command, receipt = waiting.popleft()
            line.tail = b""
            receipts.awaited[line] = (receipt, now)
            numbers.append(line.sock.fileno())
            commands.append(command)
        # In one go, past the sockets' own methods: what the client costs, the server lacks.
        if list(map(os.write, numbers, commands)) != list(map(len, commands)):
            raise CrowdError("a line did not take its command at once")
        crowd.pump(0 if waiting else 0.1)
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
