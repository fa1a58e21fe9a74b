"""The harness's end of the load client: orders go down a pipe, reports come back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TypeVar

from bench.load.client import serve
from bench.load.orders import Failed, Order, Report

Wanted = TypeVar("Wanted", bound=Report)
PATIENCE_S = 300.0


class LoadError(Exception):
    """The load client could not carry out an order against a contestant."""


class Load:
    """A load client that is up."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def tell(self, order: Order) -> None:
        """Give an order; its report must be taken with `hear` before the next."""
        self._pipe.send(order)

    def hear(self, wanted: type[Wanted]) -> Wanted:
        """The report of the order given last.

        Raises:
            LoadError: when it could not be carried out.
        """
        if not self._pipe.poll(PATIENCE_S):
            raise LoadError(f"no report from the load client in {PATIENCE_S} s")
        report: Report = self._pipe.recv()
        if isinstance(report, Failed):
            raise LoadError(report.why)
        if not isinstance(report, wanted):
            raise LoadError(f"expected {wanted.__name__}, got {report}")
        return report

    def is_done(self, within_s: float) -> bool:
        """Whether the report of the order given last is there, or comes within this time."""
        return self._pipe.poll(within_s)

    def ask(self, order: Order, wanted: type[Wanted]) -> Wanted:
        """Give an order and wait for its report."""
        self.tell(order)
        return self.hear(wanted)


@contextmanager
def load(seed: int) -> Iterator[Load]:
    """A load client process for as long as the context lasts."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, seed), daemon=True)
    process.start()
    theirs.close()
    handle = Load(ours)
    try:
        yield handle
    finally:
        ours.close()
        process.join(5)
        process.kill()
