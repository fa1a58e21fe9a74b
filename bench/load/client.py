"""The load client: its own process, so that its CPU is not counted to any server."""

from __future__ import annotations

from multiprocessing.connection import Connection
from random import Random
from time import monotonic
from typing import assert_never

from bench.load.comeback import comeback
from bench.load.crowd import Crowd, CrowdError
from bench.load.orders import (
    Connect,
    Connected,
    Done,
    Failed,
    Hold,
    Order,
    Publish,
    Report,
    Return,
    Steady,
    Storm,
)
from bench.load.publish import publish
from bench.load.steady import steady
from bench.load.storm import storm


def connect(crowd: Crowd, order: Connect) -> Connected:
    start = monotonic()
    crowd.connect(order.seats, in_flight=order.in_flight, limit_s=order.limit_s)
    return Connected(n_open=crowd.n_open, wall_s=monotonic() - start)


def hold(crowd: Crowd, order: Hold) -> Done:
    end = monotonic() + order.for_s
    while (left := end - monotonic()) > 0:
        crowd.pump(left)
    if crowd.cut:
        raise CrowdError(f"{len(crowd.cut)} idle lines were cut")
    return Done()


def carry_out(crowd: Crowd, order: Order, draw: Random) -> Report:
    match order:
        case Connect():
            return connect(crowd, order)
        case Publish():
            return publish(crowd, order)
        case Hold():
            return hold(crowd, order)
        case Storm():
            return storm(crowd, order, draw)
        case Return():
            return comeback(crowd, order, draw)
        case Steady():
            return steady(crowd, order)
        case _:
            assert_never(order)


def serve(orders: Connection, seed: int) -> None:
    """Carry out orders, all on the same crowd, until the pipe closes."""
    crowd, draw = Crowd(), Random(seed)
    while True:
        try:
            order: Order = orders.recv()
        except EOFError:
            return
        try:
            orders.send(carry_out(crowd, order, draw))
        except CrowdError as error:
            orders.send(Failed(why=str(error)))
