"""A hub in a world of its own: a book that is a list, sockets that take what a test lets them, a clock by hand."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from protocol.codec import Format, decode_server, encode
from protocol.envelopes import Attached, Audience, Event, FromServer, Gauge, Snapshot
from protocol.ids import AccountId, DeviceId, Millis, Seq, StreamId
from protocol.limits import PAGE_EVENTS, RESUME_EVENTS
from server.hub.connection import CHUNK_BYTES, Attachment, Connection
from server.hub.frame import unwrap
from server.hub.hub import Hub
from server.hub.prepared import Prepared, PreparedGauge
from server.hub.stream import LiveStream

STREAM = StreamId("S" * 16)
ROOM: tuple[Audience, ...] = ("staff", "student", "screen")


def event(seq: int, *, size: int = 20, lost: Sequence[str] = (), recast: Sequence[str] = ()) -> Prepared:
    frames = {
        audience: encode(
            Event(stream=STREAM, seq=Seq(seq), at=Millis(0), name="x", body={"for": audience, "text": "x" * size})
        )
        for audience in ROOM
    }
    return Prepared(seq=Seq(seq), frames=frames, lost=tuple(map(AccountId, lost)), recast=tuple(map(AccountId, recast)))


def gauge(
    rev: int, key: str = "k", *, audiences: Sequence[Audience] = ROOM, private: str | None = None
) -> PreparedGauge:
    frame = encode(Gauge(stream=STREAM, name="tally", key=key, rev=rev, value={"rev": rev}))
    if private is not None:
        return PreparedGauge(name="tally", key=key, rev=rev, private={AccountId(private): frame})
    return PreparedGauge(name="tally", key=key, rev=rev, frames=dict.fromkeys(audiences, frame))


@dataclass(slots=True)
class Socket:
    """A pipe whose peer takes bytes only when told to. One with a number has a kernel below, which takes all until it
    is full.
    """

    connection: Connection | None = None
    hub: Hub | None = None
    data: bytearray = field(default_factory=bytearray)
    n_taken: int = 0
    n_in_kernel: int = 0
    n_writes: int = 0
    most_unsent: int = 0
    closed: int | None = None
    is_reading: bool = True
    number: int = -1
    is_full: bool = False

    def write(self, data: bytes) -> None:
        assert self.closed is None, "nobody writes after the goodbye"
        self.n_writes += 1
        if self.number >= 0 and not self.is_full and not self.unsent():
            self.n_taken += len(data)
        self.data += data
        self.most_unsent = max(self.most_unsent, self.unsent())
        if self.unsent() > (CHUNK_BYTES if self.number < 0 else 0) and self.connection is not None:
            assert self.hub is not None, "joined"
            self.hub.pause(self.connection)

    def take_straight(self, data: bytes) -> int:
        """Written past the pipe: a full kernel takes a part, and the rest is the pipe's."""
        assert self.closed is None, "nobody writes after the goodbye"
        assert not self.unsent(), "what waits would be overtaken"
        n_taken = len(data) // 2 if self.is_full else len(data)
        self.data += data[:n_taken]
        self.n_taken += n_taken
        self.n_writes += n_taken == len(data)
        return n_taken

    def unsent(self) -> int:
        return len(self.data) - self.n_taken

    def untaken(self) -> int:
        return self.unsent() + self.n_in_kernel

    def close(self, code: int) -> None:
        self.closed = code

    def pause_reading(self) -> None:
        self.is_reading = False

    def resume_reading(self) -> None:
        self.is_reading = True

    @property
    def envelopes(self) -> list[FromServer]:
        """All that was written, taken or not."""
        wire: Format = self.connection.wire if self.connection else "msgpack"
        return [each for _, payload in unwrap(bytes(self.data)) for each in decode_server(payload, wire)]

    @property
    def seqs(self) -> list[int]:
        return [each.seq for each in self.envelopes if isinstance(each, Event)]

    def of(self, kind: type[FromServer]) -> list[FromServer]:
        return [each for each in self.envelopes if isinstance(each, kind)]


class World:
    """`book` is what is committed; the hub hears only what `ring` tells it."""

    def __init__(self) -> None:
        self.hub = Hub(self)
        self.book: list[Prepared] = []
        self.members: dict[str, Audience] = {}
        self.now_ms = 0.0
        self.wanted: list[Attachment] = []
        self.torn: set[LiveStream] = set()
        self.is_due = False
        self.n_loads = 0
        self.straight: list[Socket] = []

    # Hands

    def flush_soon(self) -> None:
        self.is_due = True

    def write_to_all(self, numbers: array[int], data: bytes) -> list[tuple[int, int]]:
        return self.write_each(numbers, [data] * len(numbers))

    def write_each(self, numbers: array[int], messages: Sequence[bytes]) -> list[tuple[int, int]]:
        pairs = list(zip(numbers, messages, strict=True))
        taken = [0 if number < 0 else self.straight[number].take_straight(data) for number, data in pairs]
        return [
            (n, n_taken) for n, (n_taken, data) in enumerate(zip(taken, messages, strict=True)) if n_taken != len(data)
        ]

    def held(self, numbers: array[int]) -> list[tuple[int, int]]:
        held = [self.straight[number].n_in_kernel for number in numbers]
        return [(place, n_bytes) for place, n_bytes in enumerate(held) if n_bytes]

    def load(self, attachment: Attachment) -> None:
        self.wanted.append(attachment)

    def fetch_soon(self, stream: LiveStream) -> None:
        self.torn.add(stream)

    def attached(self, attachment: Attachment) -> None: ...

    # What tests do

    @property
    def head(self) -> Seq:
        return Seq(len(self.book))

    @property
    def stream(self) -> LiveStream:
        return self.hub.open_stream(STREAM, self.now_ms)

    def commit(self, n: int = 1, *, size: int = 20) -> list[Prepared]:
        new = [event(self.head + number, size=size) for number in range(1, n + 1)]
        self.book += new
        return new

    def ring(self, *events: Prepared) -> None:
        self.hub.hear_events(STREAM, events, self.now_ms)

    def say(self, n: int = 1, *, size: int = 20) -> None:
        """Commit and ring."""
        self.ring(*self.commit(n, size=size))

    def turn(self) -> None:
        """The loop's next turns, until there is nothing to hand out."""
        for _ in range(10_000):
            if not self.is_due:
                return
            self.is_due = False
            self.hub.flush()
        raise AssertionError("the hub never comes to rest")

    def join(
        self,
        account: str = "ann",
        *,
        position: int | None = 0,
        audience: Audience = "student",
        wire: Format = "msgpack",
        is_straight: bool = False,
    ) -> Socket:
        socket = Socket(hub=self.hub)
        if is_straight:
            socket.number = len(self.straight)
            self.straight.append(socket)
        connection = Connection(
            id=f"{account}{len(self.hub.connections)}",
            account=AccountId(account),
            device=DeviceId(account),
            wire=wire,
            pipe=socket,
            opened_ms=0,
        )
        socket.connection = connection
        self.hub.add(connection)
        self.members.setdefault(account, audience)
        self.attach(socket, position)
        return socket

    def attach(self, socket: Socket, position: int | None, *, checked: int | None = None) -> Attachment:
        """`checked`: the head at which membership was read, if not just now."""
        assert socket.connection is not None, "joined"
        self.hub.see_head(self.stream, self.head, self.now_ms)
        attachment = Attachment(
            connection=socket.connection,
            stream=self.stream,
            audience=self.members[socket.connection.account],
            position=None if position is None else Seq(position),
            checked=self.head if checked is None else Seq(checked),
        )
        self.hub.attach(attachment)
        return attachment

    def leave(self, socket: Socket) -> None:
        assert socket.connection is not None, "joined"
        self.hub.remove(socket.connection)

    def take(self, socket: Socket, n_bytes: int) -> None:
        """The peer reads."""
        socket.n_taken = min(socket.n_taken + n_bytes, len(socket.data))
        connection = socket.connection
        is_drained = socket.unsent() < (CHUNK_BYTES // 4 if socket.number < 0 else 1)
        if connection is not None and connection.is_paused and is_drained:
            self.hub.resume(connection)

    def serve(self) -> None:
        """Answer what the hub asked of the book."""
        wanted, self.wanted = self.wanted, []
        for attachment in wanted:
            self.n_loads += 1
            self._serve(attachment)

    def _serve(self, attachment: Attachment) -> None:
        if attachment.checked is None:
            audience = self.members.get(attachment.connection.account)
            if audience is None:
                self.hub.catching.give_nothing(attachment)
            else:
                self.hub.catching.give_access(attachment, audience, self.head)
        elif attachment.position is None or self.head - attachment.position > RESUME_EVENTS:
            snapshot = Snapshot(stream=STREAM, seq=self.head, kind="classroom", audience=attachment.audience, state={})
            self.hub.see_head(attachment.stream, self.head, self.now_ms)
            self.hub.catching.give_snapshot(attachment, self.head, encode(snapshot))
        else:
            self.hub.catching.give_page(attachment, self.book[attachment.position : attachment.position + PAGE_EVENTS])

    def mend(self) -> None:
        """Fetch what is missing where the time has come."""
        torn, self.torn = self.torn, set()
        for stream in torn:
            if stream.log.missing(self.now_ms):
                self.hub.hear_events(STREAM, self.book[stream.log.head :], self.now_ms)
            elif stream.log.has_gap:
                self.torn.add(stream)

    def settle(self) -> None:
        """Let time pass until everybody has taken everything."""
        for _ in range(10_000):
            self.now_ms += 1_000
            self.hub.see_head(self.stream, self.head, self.now_ms)
            self.mend()
            self.serve()
            self.turn()
            sockets = [connection.pipe for connection in self.hub.connections]
            for socket in sockets:
                assert isinstance(socket, Socket), "all are"
                self.take(socket, 10**9)
            self.hub.catching.go_on()
            self.turn()
            if not self.wanted and not self.torn and all(each.unsent() == 0 for each in sockets):
                return
        raise AssertionError("the world never comes to rest")


def last_attached(socket: Socket) -> Attached:
    found = socket.of(Attached)[-1]
    assert isinstance(found, Attached), "asked for"
    return found
