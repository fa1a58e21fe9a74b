"""What the harness tells the load client to do, and what the load client reports back."""

from __future__ import annotations

from dataclasses import dataclass

from bench.seat import Seat


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    """Open these seats, at most `in_flight` handshakes at a time, and keep them open."""

    seats: tuple[Seat, ...]
    in_flight: int
    limit_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish:
    """Closed loop: `burst` events to room 0, wait until every member has all, again; for `for_s`."""

    burst: int
    for_s: float
    limit_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Keep the connections open and answer pings for `for_s`."""

    for_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """Seat n sends `commands[n]` at a random moment of `spread_s` and awaits `receipts[n]`."""

    commands: tuple[bytes, ...]
    receipts: tuple[bytes, ...]
    spread_s: float
    limit_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """Notice that seats were cut off; bring each back at `port` within `spread_s`.

    An event goes to every room while all are away, and one more when all are back.
    """

    port: int
    spread_s: float
    limit_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Laggard:
    """A member of room 0 who reads at most so much. 0: nothing at all, and comes back on a new socket afterwards."""

    seat: Seat
    bytes_per_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Steady:
    """Open loop: `per_s` events a second to room 0 for `for_s`, whatever has arrived, while laggards lag.

    Afterwards the laggards read all they are owed and go; who was cut comes back with the same seat.
    """

    per_s: float
    for_s: float
    laggards: tuple[Laggard, ...]
    limit_s: float


Order = Connect | Publish | Hold | Storm | Return | Steady


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    n_open: int
    wall_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    n_events: int
    n_deliveries: int
    n_bytes: int
    wall_s: float
    latencies_ms: tuple[float, ...]
    #: CPU the load client itself spent.
    client_cpu_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stormed:
    n_acks: int
    #: From the first command sent to the last receipt.
    wall_s: float
    client_cpu_s: float
    latencies_ms: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    n_cut: int
    n_retries: int
    #: From the cut to the last handshake done, and to the last member served the new event.
    all_back_s: float
    all_served_s: float
    #: Of the events published while all were away, how many reached a returning member.
    n_made_up: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lagged:
    """What became of a laggard."""

    bytes_per_s: int
    #: Events since it came, and how many of them it had when the window ended.
    n_owed: int
    n_had: int
    #: On the socket it read slowly from; who reads nothing cannot know.
    is_cut: bool
    #: In the end, of those owed.
    n_missed: int
    n_twice: int
    #: As one of the others heard them.
    is_in_order: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Steadied:
    n_events: int
    #: Of the others, from the moment an event was due.
    latencies_ms: tuple[float, ...]
    laggards: tuple[Lagged, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The order could not be carried out; the contestant is not fit or a limit was reached."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Nothing to report."""


Report = Connected | Published | Stormed | Returned | Steadied | Failed | Done
