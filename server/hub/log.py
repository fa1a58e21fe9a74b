"""A stream's events as they come off the bell: put in order, holes noticed, the last ones kept for who returns.

Knows seqs and times; does not know readers, and does not fetch: it says what is missing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import islice

from protocol.ids import Seq
from protocol.limits import GAP_WAIT_MS, WINDOW_EVENTS
from server.hub.prepared import Prepared

# After a fetch was asked for, how long until the hole is reported again.
ASK_AGAIN_MS = 1_000


class StreamLog:
    """Between `open` and the end `head` only grows, and each event comes out of `accept` exactly once, in order."""

    __slots__ = ("_early", "_known_head", "_missing_since_ms", "_window", "head")

    def __init__(self) -> None:
        # -1 until opened: the subscription is there, the head not yet read, so everything that comes is early.
        self.head = Seq(-1)
        self._window: deque[Prepared] = deque(maxlen=WINDOW_EVENTS)
        self._early: dict[Seq, Prepared] = {}
        self._known_head = Seq(-1)
        self._missing_since_ms: float | None = None

    @property
    def is_open(self) -> bool:
        return self.head >= 0

    @property
    def first(self) -> Seq:
        """The seq of the oldest event in memory; head + 1 if there is none."""
        return self._window[0].seq if self._window else Seq(self.head + 1)

    def open(self, head: Seq, now_ms: float) -> list[Prepared]:
        """Begin after `head`, which was read after the subscription was confirmed. Gives what came in between."""
        assert not self.is_open, "a log is opened once"
        self.head = head
        return self.accept((), now_ms)

    def accept(self, events: Sequence[Prepared], now_ms: float) -> list[Prepared]:
        """Take events in any order, any number of times. Gives those that now continue the log, in order."""
        early = self._early
        for event in events:
            if event.seq > self.head:
                early[event.seq] = event
        if not self.is_open:
            self._bound_early()
            return []
        fresh: list[Prepared] = []
        while (event_next := early.pop(Seq(self.head + 1), None)) is not None:
            fresh.append(event_next)
            self.head = event_next.seq
        self._keep(fresh)
        if early and min(early) <= self.head:
            self._early = {seq: event for seq, event in early.items() if seq > self.head}
        self._bound_early()
        self._note_missing(bool(fresh), now_ms)
        return fresh

    def see_head(self, head: Seq, now_ms: float) -> None:
        """The book says the stream is at `head`: whatever of it is not here was lost or is on its way."""
        self._known_head = max(self._known_head, head)
        self._note_missing(False, now_ms)

    def missing(self, now_ms: float) -> bool:
        """Whether the events after `head` have to be fetched now. Says so again only after a while."""
        if self._missing_since_ms is None or now_ms - self._missing_since_ms < GAP_WAIT_MS:
            return False
        self._missing_since_ms = now_ms + ASK_AGAIN_MS - GAP_WAIT_MS
        return True

    @property
    def has_gap(self) -> bool:
        return self._missing_since_ms is not None

    def since(self, position: Seq) -> Sequence[Prepared] | None:
        """The events after `position` up to head, or None when memory does not reach back that far."""
        if position == self.head:
            return ()
        if not self.first - 1 <= position < self.head:
            return None
        # Old positions are rare and new ones common: walk in from the nearer end.
        n_wanted = self.head - position
        newest = list(islice(reversed(self._window), n_wanted))
        newest.reverse()
        return newest

    def prefill(self, events: Sequence[Prepared]) -> None:
        """Put older events from the book before the window, as far as they touch it and fit."""
        before = [event for event in events if event.seq < self.first]
        if not before or before[-1].seq != self.first - 1:
            return
        room = WINDOW_EVENTS - len(self._window)
        for event in reversed(before[-room:] if room else []):
            self._window.appendleft(event)

    def _keep(self, fresh: Sequence[Prepared]) -> None:
        for event in fresh:
            if event.forgets:
                self._window.clear()
            self._window.append(event)

    def _bound_early(self) -> None:
        # The nearest are kept; the rest comes with the fetch that the hole needs anyway.
        if len(self._early) > WINDOW_EVENTS:
            self._early = {seq: self._early[seq] for seq in sorted(self._early)[:WINDOW_EVENTS]}

    def _note_missing(self, has_moved: bool, now_ms: float) -> None:
        if not self.is_open:
            return
        if not self._early and self._known_head <= self.head:
            self._missing_since_ms = None
        elif has_moved or self._missing_since_ms is None:
            self._missing_since_ms = now_ms
