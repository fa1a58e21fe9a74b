"""Who reads the same bytes of a stream live, laid out so that handing them out touches nothing of a connection: in a
large class each look at one is a cache miss, and costs more than the line of code that looks.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from server.hub.connection import Connection


class Readers:
    """In no order: who leaves is replaced by the last."""

    __slots__ = ("connections", "n_spread", "numbers", "places")

    def __init__(self) -> None:
        self.connections: list[Connection] = []
        # Of their pipes, at the same places.
        self.numbers = array("i")
        self.places: dict[Connection, int] = {}
        self.n_spread = 0  # bytes handed out to each, since the first came

    def __len__(self) -> int:
        return len(self.connections)

    def __iter__(self) -> Iterator[Connection]:
        return iter(self.connections)

    def add(self, connection: Connection) -> None:
        self.places[connection] = len(self.connections)
        self.connections.append(connection)
        self.numbers.append(connection.number)

    def discard(self, connection: Connection) -> None:
        place = self.places.pop(connection)
        last, number = self.connections.pop(), self.numbers.pop()
        if last is not connection:
            self.connections[place], self.numbers[place], self.places[last] = last, number, place
