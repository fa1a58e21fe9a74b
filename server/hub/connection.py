"""One socket as delivery sees it: what it follows, what waits for it, how well it takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from protocol.codec import Format
from protocol.envelopes import Audience
from protocol.ids import AccountId, DeviceId, Seq, StreamId
from server.hub.readers import Readers

if TYPE_CHECKING:
    from server.hub.stream import LiveStream

# A connection that is catching up gets this much at a time, and more when less than this is unsent.
CHUNK_BYTES = 64 * 1024
# Reads from the book under way for one connection: each may come back as a long snapshot.
LOADS = 8

How = Literal["memory", "pages", "snapshot"]


class Pipe(Protocol):
    """Where a connection's bytes go. Never waits, never raises; a dead one swallows.

    Its owner says so when bytes wait in it (`Hub.pause`) and when they are gone (`Hub.resume`): asking after each write
    would cost more than the write. One with a `number` says so of the first byte, within `write`; others may say it
    later, up to CHUNK_BYTES.
    """

    @property
    def number(self) -> int:
        """By which `Hands.write_each` reaches what is below it while no bytes wait in it; -1: it must be written
        to itself.
        """

    def write(self, data: bytes) -> None:
        """Hand over whole frames."""

    def unsent(self) -> int:
        """How many bytes wait on our side of the kernel."""

    def untaken(self) -> int:
        """How many bytes the peer has not acknowledged, with those in the kernel. Asks the kernel, so asked seldom."""

    def close(self, code: int) -> None:
        """Say goodbye with a close code; what is unsent goes first, unless the peer takes nothing."""

    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...


class Connection:
    """A device's socket. `out` holds frames for the next flush; it is empty between flushes unless `is_behind`."""

    __slots__ = (
        "account",
        "attachments",
        "device",
        "id",
        "is_behind",
        "is_closed",
        "is_paused",
        "n_loading",
        "n_queued",
        "n_told",
        "number",
        "opened_ms",
        "out",
        "pipe",
        "wire",
    )

    def __init__(
        self, *, id: str, account: AccountId, device: DeviceId, wire: Format, pipe: Pipe, opened_ms: int
    ) -> None:
        self.id = id
        self.account = account
        self.device = device
        self.wire: Format = wire
        self.pipe = pipe
        self.number = pipe.number
        self.opened_ms = opened_ms
        self.attachments: dict[StreamId, Attachment] = {}
        self.out: list[bytes] = []
        self.n_queued = 0  # bytes of catching up in `out`
        self.n_loading = 0
        self.n_told = 0  # bytes; those spread on the streams it reads live are counted there
        self.is_paused = False
        self.is_behind = False
        self.is_closed = False

    def take_out(self) -> bytes:
        """What waits in `out`, as one piece, to be written at once."""
        out = self.out
        # Most of the time it is one object, and the same for everybody.
        data = out[0] if len(out) == 1 else b"".join(out)
        out.clear()
        self.n_queued = 0
        return data

    @property
    def n_given(self) -> int:
        """Bytes it was given since it came."""
        n_given = self.n_told
        for each in self.attachments.values():
            if each.readers is not None:
                n_given += each.readers.n_spread - each.spread_before
        return n_given

    @property
    def has_room(self) -> bool:
        """Whether it may be given more to catch up with."""
        if self.is_paused or self.is_behind or self.n_loading >= LOADS:
            return False
        return self.pipe.unsent() + self.n_queued < CHUNK_BYTES


class Attachment:
    """A connection's reading of one stream.

    While `is_live` its position is the stream's; otherwise `position` is what it was given last, None: nothing that
    counts, it needs a snapshot.
    """

    __slots__ = (
        "audience",
        "checked",
        "connection",
        "have",
        "how",
        "is_gone",
        "is_loading",
        "position",
        "readers",
        "spread_before",
        "stream",
    )

    def __init__(
        self,
        *,
        connection: Connection,
        stream: LiveStream,
        audience: Audience,
        position: Seq | None,
        checked: Seq | None,
    ) -> None:
        self.connection = connection
        self.stream = stream
        self.audience: Audience = audience
        self.position = position
        # The head that membership was read at; a loss in a later event counts. None: membership must be read anew.
        self.checked = checked
        self.how: How = "memory"
        self.have = position if position is not None else Seq(-1)  # what the client says it has applied
        # Those it is one of while it is live; what these were given before is not its.
        self.readers: Readers | None = None
        self.is_loading = False
        self.is_gone = False
        self.spread_before = 0

    @property
    def key(self) -> tuple[Audience, Format]:
        """What decides the bytes it gets."""
        return self.audience, self.connection.wire

    @property
    def is_live(self) -> bool:
        return self.readers is not None

    def go_live(self) -> None:
        """From here on it gets what the stream spreads; its position must be the stream's."""
        readers = self.stream.live.setdefault(self.key, Readers())
        readers.add(self.connection)
        self.readers = readers
        self.spread_before = readers.n_spread

    def stop(self) -> None:
        """Its position is from here on what the stream spread last."""
        if self.readers is None:
            return
        self.connection.n_told += self.readers.n_spread - self.spread_before
        self.readers.discard(self.connection)
        self.readers = None
        self.position = self.stream.spread_to
        self.how = "memory"
