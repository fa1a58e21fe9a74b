"""The streams of one client: which it wants, which it was promised, what it holds of each, what to ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from protocol.client.held import Held, take_event, take_gauge, take_snapshot
from protocol.client.notice import Changed, Lost, Notice
from protocol.envelopes import Attach, Attached, Event, Gauge, Gone, Snapshot
from protocol.ids import AccountId, StreamId
from protocol.limits import STREAMS_PER_CONNECTION

OfStream = Event | Gauge | Snapshot | Attached | Gone


class Streams:
    """`follows_all`: wants every classroom the account is in; else only those `follow` names."""

    def __init__(self, account: AccountId, *, follows_all: bool) -> None:
        self.held: dict[StreamId, Held] = {}
        self._own = StreamId(account)
        self._follows_all = follows_all
        self._followed: dict[StreamId, bool] = {}  # stream -> as the projector sees it
        self._gone: set[StreamId] = set()
        self._asked: set[StreamId] = set()  # an `attach` is under way
        self._attached: set[StreamId] = set()
        self._unreported: set[StreamId] = set()
        self._asks: list[Attach] = []
        self._notices: list[Notice] = []

    @property
    def account(self) -> Held | None:
        return self.held.get(self._own)

    def follow(self, stream: StreamId, *, as_screen: bool) -> None:
        self._followed[stream] = as_screen
        self._gone.discard(stream)
        self.ask_again(stream)

    def unfollow(self, stream: StreamId) -> bool:
        """Whether the stream is to be detached: it may be wanted for another reason."""
        was_screen = self._followed.pop(stream, False)
        if stream in self._wanted():
            if was_screen:
                self.ask_again(stream)
            return False
        self._forget(stream)
        return True

    def hello(self) -> list[Attach]:
        """All that is wanted, for a new connection."""
        self.disconnected()
        asks = [self._ask(stream) for stream in self._wanted()]
        self._asked = {StreamId(each.stream) for each in asks}
        return asks

    def disconnected(self) -> None:
        for promised in (self._asked, self._attached, self._unreported):
            promised.clear()
        self._asks.clear()

    def take(self, envelope: OfStream) -> None:
        held = self.held.get(envelope.stream)
        match envelope:
            case Event() if held is not None:
                taken = take_event(held, envelope)
                if taken == "gap":
                    self.ask_again(held.stream)
                elif taken != "known":
                    self._hold(taken)
            case Gauge() if held is not None:
                self._hold(take_gauge(held, envelope))
            case Snapshot():
                self._hold(take_snapshot(held, envelope))
            case Attached(stream=stream):
                self._asked.discard(stream)
                self._attached.add(stream)
            case Gone(stream=stream):
                self._forget(stream)
                self._gone.add(stream)
                self._notices.append(Lost(envelope))

    def compare(self, heads: Mapping[str, int]) -> None:
        """Asks for what the server has and we have not: the last message was lost, and no later one shows the gap."""
        for stream, held in list(self.held.items()):
            if held.seq < heads.get(stream, 0):
                self.ask_again(stream)

    def ask_again(self, stream: StreamId) -> None:
        """Ask for the stream from our position on; once until it is answered."""
        if stream not in self._asked:
            self._asked.add(stream)
            self._asks.append(self._ask(stream))

    def probe(self) -> None:
        """A question the server answers at once: is somebody there?"""
        self._asks.append(self._ask(self._own))

    def asks(self) -> list[Attach]:
        asks, self._asks = self._asks, []
        return asks

    def notices(self) -> list[Notice]:
        notices, self._notices = self._notices, []
        return notices

    def has_news(self) -> bool:
        """Whether a position moved since it was last reported."""
        return not self._unreported.isdisjoint(self._attached)

    def news(self) -> dict[str, int]:
        """The positions that moved since they were last reported; they are reported with this."""
        return self._report(self._unreported & self._attached)

    def positions(self) -> dict[str, int]:
        """Every position; they are reported with this."""
        return self._report(self._attached)

    def _report(self, streams: Iterable[StreamId]) -> dict[str, int]:
        self._unreported.clear()
        return {str(stream): self.held[stream].seq for stream in sorted(streams) if stream in self.held}

    def _wanted(self) -> list[StreamId]:
        """The account's own stream first: it says what else there is."""
        wanted = dict.fromkeys([self._own, *self._followed])
        if self._follows_all and self.account is not None:
            wanted.update(dict.fromkeys(_classrooms(self.account)))
        return [stream for stream in wanted if stream not in self._gone][:STREAMS_PER_CONNECTION]

    def _ask(self, stream: StreamId) -> Attach:
        as_screen = self._followed.get(stream, False)
        held = self.held.get(stream)
        if held is None or (held.audience == "screen") != as_screen:
            return Attach(stream=stream, as_screen=as_screen)
        return Attach(stream=stream, position=held.seq, audience=held.audience, as_screen=as_screen)

    def _hold(self, held: Held) -> None:
        before = self.held.get(held.stream)
        if held is before:
            return
        self.held[held.stream] = held
        self._notices.append(Changed(held.stream))
        if before is None or before.seq != held.seq:
            self._unreported.add(held.stream)
        if held.stream == self._own:
            self._follow_account(before, held)

    def _follow_account(self, before: Held | None, now: Held) -> None:
        """A membership that began is wanted, one that ended is dropped without waiting for the server's word."""
        was_in = set(_classrooms(before)) if before is not None else set()
        is_in = set(_classrooms(now))
        self._gone -= is_in - was_in
        for stream in was_in - is_in:
            self._forget(stream)
            self._notices.append(Changed(stream))
        if self._follows_all:
            for stream in self._wanted():
                if stream not in self._attached:
                    self.ask_again(stream)

    def _forget(self, stream: StreamId) -> None:
        self.held.pop(stream, None)
        for promised in (self._asked, self._attached, self._unreported):
            promised.discard(stream)


def _classrooms(held: Held) -> list[StreamId]:
    return [StreamId(each.classroom) for each in held.account.memberships]
