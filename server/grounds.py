"""What posts of a stream were last judged by, kept for as long as nothing but posts has come since: so that a post is
one statement and not two.

It is only ever a guess. What is judged by it is written only if nothing but posts was written since, in the statement
that writes (`append_posts`); whatever a post is judged by comes with another event when it changes, but the closing of
an account, which the same statement looks at. Nobody is refused by it either: a no is always read anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from protocol.classroom import Member
from protocol.ids import AccountId, ActivityId, Seq, StreamId
from server.core.state import StoredActivity
from server.hub.prepared import Prepared
from server.store.posts import Ground, Wish
from server.store.situations import Situation

MOST_STREAMS = 1_000
# A larger classroom's are read one by one.
MOST_MEMBERS = 1_000


@dataclass(slots=True)
class Known:
    """As of event `head`; how many posts an activity has is not kept up. `has_members`: who is missing is none."""

    head: Seq
    situations: dict[AccountId, Situation] = field(default_factory=dict)
    activities: dict[ActivityId, StoredActivity] = field(default_factory=dict)
    has_members: bool = False

    @property
    def like(self) -> Situation:
        """Any of them: what is not somebody's own is the same in all."""
        return next(iter(self.situations.values()))


class Grounds:
    """One per process."""

    def __init__(self) -> None:
        self._known: dict[StreamId, Known] = {}

    def of(self, stream: StreamId, wishes: Sequence[Wish]) -> list[Ground] | None:
        """What is known for each of the wishes; None if something is not, or not for sure."""
        known = self._known.get(stream)
        if known is None:
            return None
        grounds = []
        for wish in wishes:
            situation = known.situations.get(wish.account)
            activity = known.activities.get(ActivityId(wish.activity))
            if situation is None or activity is None or wish.is_reply:
                return None
            grounds.append(Ground(situation=situation, head=known.head, activity=activity))
        return grounds

    def keep(
        self,
        stream: StreamId,
        since: Seq,
        head: Seq,
        situations: Mapping[AccountId, Situation],
        activities: Mapping[ActivityId, StoredActivity],
    ) -> None:
        """Posts were judged by these situations and activities and written up to `head`. Since event `since` there is
        nothing but posts.
        """
        known = self._known.get(stream)
        if known is None or known.head < since:
            known = self._begin(stream, head)
        known.head = head
        for account, each in situations.items():
            known.situations[account] = each if each.answered is None else replace(each, answered=None)
        known.activities.update(activities)

    def lacks_members(self, stream: StreamId, wishes: Sequence[Wish]) -> bool:
        """Whether some of these are known but for who posts: then it is worth to know all members, unless there are too
        many, since in a discussion one after the other posts for the first time.
        """
        known = self._known.get(stream)
        if known is None or known.has_members:
            return False
        classroom = known.like.classroom
        if classroom is None or classroom.n_members > MOST_MEMBERS:
            return False
        return any(wish.account not in known.situations and wish.activity in known.activities for wish in wishes)

    def keep_members(self, stream: StreamId, since: Seq, members: Sequence[Member]) -> None:
        """Who is in the classroom. Since event `since` there is nothing but posts, also after they were read."""
        known = self._known.get(stream)
        if known is None:
            return
        if known.head < since:
            self.forget(stream)
            return
        known.has_members = True
        like = known.like
        for each in members:
            if each.account not in known.situations:
                known.situations[each.account] = replace(like, name=each.name, role=each.role)

    def _begin(self, stream: StreamId, head: Seq) -> Known:
        self._known.pop(stream, None)
        if len(self._known) >= MOST_STREAMS:
            del self._known[next(iter(self._known))]
        known = self._known[stream] = Known(head=head)
        return known

    def hear(self, stream: StreamId, events: Sequence[Prepared]) -> None:
        """What was rung, by whomever. It saves a statement that would write nothing."""
        known = self._known.get(stream)
        if known is not None and any(event.post is None and event.seq > known.head for event in events):
            del self._known[stream]

    def forget(self, stream: StreamId) -> None:
        self._known.pop(stream, None)
