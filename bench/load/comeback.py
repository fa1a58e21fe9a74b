"""The reconnect storm: lines are cut all at once, come back elsewhere, and want to be served again."""

from __future__ import annotations

import heapq
from dataclasses import replace
from random import Random
from time import monotonic, monotonic_ns

from bench.load.crowd import Crowd, CrowdError
from bench.load.line import Line
from bench.load.orders import Return, Returned
from bench.mark import read_stamps
from bench.seat import Seat

RETRY_S = 2.0


class Served:
    """Which lines heard the event of the outage, and which the one after it."""

    def __init__(self, outage_ns: int) -> None:
        self.outage_ns = outage_ns
        self.fresh_ns = 0
        self.n_made_up = 0
        self.n_fresh = 0

    def hear(self, line: Line, data: bytes) -> None:
        stamps, line.tail = read_stamps(line.tail, data)
        if line.seat.is_publisher:
            return
        self.n_made_up += stamps.count(self.outage_ns)
        self.n_fresh += stamps.count(self.fresh_ns)


def notice_cut(crowd: Crowd, n_cut: int, deadline: float) -> list[Seat]:
    """Wait until `n_cut` lines are gone; their seats."""
    while len(crowd.cut) < n_cut:
        crowd.pump(0.1)
        if monotonic() > deadline:
            raise CrowdError(f"{len(crowd.cut)} of {n_cut} lines cut: the node is not dead")
    seats = [line.seat for line in crowd.cut]
    crowd.cut.clear()
    return seats


def come_back(crowd: Crowd, seats: list[Seat], order: Return, draw: Random, start: float) -> int:
    """Dial every seat at its own moment, again after a failure; how often that was needed."""
    due = [(draw.uniform(0, order.spread_s), n) for n in range(len(seats))]
    heapq.heapify(due)
    n_wanted = crowd.n_open + len(seats)
    numbers = {id(seat): n for n, seat in enumerate(seats)}
    n_retries = 0
    while crowd.n_open < n_wanted:
        elapsed = monotonic() - start
        while due and due[0][0] <= elapsed:
            crowd.dial(seats[heapq.heappop(due)[1]])
        crowd.pump(0.002 if due else 0.1)
        for line in crowd.cut:
            n_retries += 1
            heapq.heappush(due, (elapsed + draw.uniform(0, RETRY_S), numbers[id(line.seat)]))
        crowd.cut.clear()
        if elapsed > order.limit_s:
            raise CrowdError(f"{crowd.n_open} of {n_wanted} lines open after {elapsed:.1f} s")
    return n_retries


def comeback(crowd: Crowd, order: Return, draw: Random) -> Returned:
    """Carry out the order; every line but the publishers is about to be cut.

    Raises:
        CrowdError: when not all were back and served within the limit.
    """
    rooms = tuple(crowd.publishers)
    n_cut = sum(not line.seat.is_publisher for line in crowd.lines.values()) + len(crowd.cut)
    served = Served(outage_ns=monotonic_ns())
    crowd.listener = served.hear
    gone = notice_cut(crowd, n_cut, monotonic() + order.limit_s)
    start = monotonic()
    for room in rooms:
        crowd.say(room, n_events=1, now_ns=served.outage_ns)
    seats = [replace(seat, port=order.port) for seat in gone]
    n_retries = come_back(crowd, seats, order, draw, start)
    all_back_s = monotonic() - start
    served.fresh_ns = monotonic_ns()
    for room in rooms:
        crowd.say(room, n_events=1, now_ns=served.fresh_ns)
    while served.n_fresh < n_cut:
        crowd.pump(0.1)
        if monotonic() - start > order.limit_s:
            raise CrowdError(f"{served.n_fresh} of {n_cut} served in {order.limit_s} s")
    return Returned(
        n_cut=n_cut,
        n_retries=n_retries,
        all_back_s=all_back_s,
        all_served_s=monotonic() - start,
        n_made_up=served.n_made_up,
    )
