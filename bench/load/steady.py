"""The steady stream: events at fixed times to a room in which some lag, who then read what they are owed."""

from __future__ import annotations

from collections import Counter
from time import monotonic, monotonic_ns

from bench.load.crowd import Crowd, CrowdError
from bench.load.line import Line
from bench.load.orders import Laggard, Lagged, Steadied, Steady
from bench.load.publish import Ear
from bench.mark import read_stamps

IN_FLIGHT = 10
PACE_S = 0.1


class Slowpoke:
    """A laggard and what it has heard. Its line is read here while it lags, and with all others when it no longer does.

    What it heard on a socket that is lost counts for nothing: it comes back with the position it had at first.
    """

    def __init__(self, laggard: Laggard, line: Line) -> None:
        self.laggard = laggard
        self.line = line
        self.stamps: list[int] = []
        self.n_had = 0
        self.is_cut = False
        self._due_s = monotonic()

    def read(self, now_s: float) -> None:
        """Take as much as its pace allows, if it is time."""
        if not self.laggard.bytes_per_s or self.is_cut or now_s < self._due_s:
            return
        self._due_s += PACE_S
        try:
            data = self.line.sock.recv(round(self.laggard.bytes_per_s * PACE_S))
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self.hear(data)
        else:
            self.is_cut = True

    def hear(self, data: bytes) -> None:
        stamps, self.line.tail = read_stamps(self.line.tail, data)
        self.stamps.extend(stamps)

    def begin_anew(self, line: Line) -> None:
        self.line = line
        self.stamps = []

    def outcome(self, order: list[int]) -> Lagged:
        owed, heard = Counter(order), Counter(self.stamps)
        return Lagged(
            bytes_per_s=self.laggard.bytes_per_s,
            n_owed=len(order),
            n_had=self.n_had,
            is_cut=self.is_cut,
            n_missed=(owed - heard).total(),
            n_twice=(heard - owed).total(),
            is_in_order=self.stamps == order,
        )


def steady(crowd: Crowd, order: Steady) -> Steadied:
    """Carry out the order on room 0, whose other members are all open lines.

    Raises:
        CrowdError: when one of the others was cut, or the limit passed before all had everything.
    """
    n_members = crowd.n_open
    slowpokes = [Slowpoke(laggard, come(crowd, laggard)) for laggard in order.laggards]
    # Which of two events came first is for the server to say; all must be told the same.
    ear = Ear(next(line for line in crowd.lines.values() if line.is_sampled))
    crowd.listener = ear.hear
    said = speak(crowd, order, slowpokes)
    deadline = monotonic() + order.limit_s
    while ear.n_heard < len(said) * n_members:
        lag(crowd, slowpokes, deadline, f"{ear.n_heard} of {len(said) * n_members} deliveries")
    for each in slowpokes:
        each.n_had = len(each.stamps)
    catch_up(crowd, slowpokes, len(said), deadline)
    return Steadied(
        n_events=len(said),
        latencies_ms=tuple(ear.latencies_ms),
        laggards=tuple(each.outcome(ear.order) for each in slowpokes),
    )


def come(crowd: Crowd, laggard: Laggard) -> Line:
    """Let a laggard in, and leave its socket alone from then on."""
    crowd.connect([laggard.seat], in_flight=IN_FLIGHT, limit_s=IN_FLIGHT)
    line = next(each for each in crowd.lines.values() if each.seat is laggard.seat)
    crowd.let_go(line)
    return line


def speak(crowd: Crowd, order: Steady, slowpokes: list[Slowpoke]) -> list[int]:
    """Publish one event after the other at its time, on the clock of the stamps. The stamps are the times due."""
    start_ns, every_ns = monotonic_ns(), round(1e9 / order.per_s)
    times = [start_ns + n * every_ns for n in range(1, round(order.per_s * order.for_s) + 1)]
    deadline = monotonic() + order.for_s + order.limit_s
    for due_ns in times:
        while monotonic_ns() < due_ns:
            lag(crowd, slowpokes, deadline, "events said")
        crowd.say(0, n_events=1, now_ns=due_ns)
    return times


def lag(crowd: Crowd, slowpokes: list[Slowpoke], deadline: float, what: str) -> None:
    """One turn: the others read what there is, each laggard what it can."""
    crowd.pump(0.1)
    now_s = monotonic()
    for each in slowpokes:
        each.read(now_s)
    if crowd.cut or now_s > deadline:
        raise CrowdError(f"{what}, {len(crowd.cut)} lines of those who read were cut")


def catch_up(crowd: Crowd, slowpokes: list[Slowpoke], n_owed: int, deadline: float) -> None:
    """The network is good again: who is still there reads on, the others return; all go when they have everything."""
    by_seat = {each.laggard.seat: each for each in slowpokes}

    def hear(line: Line, data: bytes) -> None:
        if line.seat in by_seat:
            by_seat[line.seat].hear(data)

    crowd.listener = hear
    for each in slowpokes:
        if each.laggard.bytes_per_s and not each.is_cut:
            each.line.widen()
            crowd.take_back(each.line)
        else:
            each.line.sock.close()
            each.begin_anew(crowd.dial(each.laggard.seat))
    while any(len(each.stamps) < n_owed for each in slowpokes):
        crowd.pump(0.1)
        for line in crowd.cut:
            if line.seat not in by_seat:
                raise CrowdError("one of those who read was cut")
            slowpoke = by_seat[line.seat]
            slowpoke.is_cut = True
            slowpoke.begin_anew(crowd.dial(line.seat))
        crowd.cut.clear()
        if monotonic() > deadline:
            break
    for each in slowpokes:
        crowd.let_go(each.line)
        each.line.sock.close()
