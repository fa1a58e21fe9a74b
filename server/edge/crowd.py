"""Which sockets of an account are too many. Pure.

Each node judges its own sockets by what it knows of the others: it knows all that are newer than its own, and those
are what counts. So no node needs to ask another.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from protocol.ids import DeviceId
from protocol.limits import DEVICES_PER_ACCOUNT


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One open socket of an account, on whatever node."""

    connection: str
    device: DeviceId
    opened_ms: int


def surplus(seats: Collection[Seat]) -> list[Seat]:
    """Those beyond the allowed number: a device's older sockets first (most are remains of a lost network), then the
    devices that came first."""
    newest_first = sorted(seats, key=lambda seat: (seat.opened_ms, seat.connection), reverse=True)
    leading: list[Seat] = []
    trailing: list[Seat] = []
    devices: set[DeviceId] = set()
    for seat in newest_first:
        (trailing if seat.device in devices else leading).append(seat)
        devices.add(seat.device)
    return (leading + trailing)[DEVICES_PER_ACCOUNT:]
