"""One timer for all connections: what is due in n ticks lies in the n-th slot from here. Pure."""

from __future__ import annotations

from typing import Generic, TypeVar

Item = TypeVar("Item")


class Wheel(Generic[Item]):
    def __init__(self, n_slots: int) -> None:
        self._slots: list[list[Item]] = [[] for _ in range(n_slots)]
        self._here = 0

    def put(self, item: Item, in_ticks: int) -> None:
        """Due at the `in_ticks`-th `tick` from now."""
        assert 0 < in_ticks <= len(self._slots), "further than the wheel reaches"
        self._slots[(self._here + in_ticks) % len(self._slots)].append(item)

    def tick(self) -> list[Item]:
        """One step on. Gives what is due, each item once."""
        self._here = (self._here + 1) % len(self._slots)
        due, self._slots[self._here] = self._slots[self._here], []
        return due
