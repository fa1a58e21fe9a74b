"""What posts of a stream were last judged by, kept for as long as nothing but posts has come since: so that a post is
one statement and not two.

It is only ever a guess. What is judged by it is written only if nothing but posts was written since, in the statement
that writes (`append_posts`); whatever a post is judged by comes with another event when it changes, but the closing of
an account, which the same statement looks at. Nobody is refused by it either: a no is always read anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from protocol.ids import AccountId, ActivityId, Seq, StreamId
from server.core.state import StoredActivity
from server.hub.prepared import Prepared
from server.store.posts import Ground, Wish
from server.store.situations import Situation

# How long PostgreSQL's clock is told by ours.
KNOWN_S = 60.0
MOST_STREAMS = 1_000


@dataclass(slots=True)
class Known:
    """As of event `head`. `now`: PostgreSQL's clock when ours said `read_at`."""

    head: Seq
    now: datetime
    read_at: float
    situations: dict[AccountId, Situation]
    activities: dict[ActivityId, StoredActivity]


class Grounds:
    """One per process. `clock` is the loop's."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: dict[StreamId, Known] = {}

    def of(self, stream: StreamId, wishes: Sequence[Wish]) -> list[Ground] | None:
        """What is known for each of the wishes; None if something is not, or not for sure."""
        known = self._known.get(stream)
        if known is None:
            return None
        aged_s = self._clock() - known.read_at
        if aged_s > KNOWN_S:
            del self._known[stream]
            return None
        now = known.now + timedelta(seconds=aged_s)
        grounds = []
        for wish in wishes:
            situation = known.situations.get(wish.account)
            activity = known.activities.get(ActivityId(wish.activity))
            if situation is None or activity is None or wish.is_reply:
                return None
            grounds.append(Ground(now=now, situation=situation, head=known.head, activity=activity))
        return grounds

    def keep(
        self,
        stream: StreamId,
        since: Seq,
        head: Seq,
        situations: Mapping[AccountId, Situation],
        activities: Mapping[ActivityId, StoredActivity],
    ) -> None:
        """Posts were judged by these situations and written up to `head`, which left these activities. Since event
        `since` there is nothing but posts.
        """
        known = self._known.get(stream)
        if known is None or known.head < since:
            known = self._begin(stream, next(iter(situations.values())).now)
        known.head = head
        for account, each in situations.items():
            known.situations[account] = each if each.answered is None else replace(each, answered=None)
        known.activities.update(activities)

    def _begin(self, stream: StreamId, now: datetime) -> Known:
        self._known.pop(stream, None)
        if len(self._known) >= MOST_STREAMS:
            del self._known[next(iter(self._known))]
        known = Known(head=Seq(0), now=now, read_at=self._clock(), situations={}, activities={})
        self._known[stream] = known
        return known

    def hear(self, stream: StreamId, events: Sequence[Prepared]) -> None:
        """What was rung, by whomever. It saves a statement that would write nothing."""
        known = self._known.get(stream)
        if known is not None and any(event.post is None and event.seq > known.head for event in events):
            del self._known[stream]

    def forget(self, stream: StreamId) -> None:
        self._known.pop(stream, None)
