"""Brings the hub what memory does not hold: who may read a stream, what was missed, snapshots, gauges.

Everything is asked for many at once or once for many, so that a reconnect storm costs a handful of queries. Knows the
book and the bell's subscriptions; decides nothing about delivery.
"""

from __future__ import annotations

import asyncio
import logging
from array import array
from collections.abc import Sequence
from time import monotonic

from protocol.codec import encode
from protocol.envelopes import Attach, Audience
from protocol.errors import Refused
from protocol.ids import Seq, StreamId
from protocol.limits import GAP_WAIT_MS, PAGE_EVENTS, RESUME_EVENTS, WINDOW_EVENTS
from server.bus import Bus
from server.edge.batch import Batch, Flights, Spawn
from server.edge.book import Access, Asked, Book
from server.edge.kernel import held_each, write_each, write_to_all
from server.hub.connection import Attachment, Connection
from server.hub.hub import Hub, gone
from server.hub.prepared import Prepared
from server.hub.stream import LiveStream

# After the book failed, until it is asked again.
RETRY_S = 1.0
# Those who attach within this time are given their gauges together.
GATHER_S = 0.01
# After a flush, this many times as long as it took until the next, so that what comes meanwhile is joined: hundreds of
# writes are dear, and a rush would do them for every single event. A small flush keeps nobody waiting. Where so many
# events go out with a write it is a rush, and more will come: then longer. What is told to single ones only does not
# become less by waiting.
PACE = 2.0
RUSH, RUSH_PACE = 3, 16.0
MOST_PACED_S = 0.04
STREAM_IDLE_MS = 60_000

log = logging.getLogger("shangke.supply")


class Supply:
    """The hub's Hands."""

    def __init__(self, book: Book, spawn: Spawn) -> None:
        self.hub = Hub(self)
        self._book = book
        self._spawn = spawn
        self._bus: Bus | None = None
        self._loop = asyncio.get_running_loop()
        self._access: Batch[Asked, Access] = Batch(spawn, book.access)
        self._pages: Flights[Sequence[Prepared]] = Flights(spawn)
        self._snapshots: Flights[tuple[Seq, bytes]] = Flights(spawn)
        # The last snapshot of each audience; good for as long as nothing happened since (I9).
        self._kept: dict[tuple[StreamId, Audience], tuple[Seq, bytes]] = {}
        self._torn: set[LiveStream] = set()
        self._lacking_gauges: list[Attachment] = []
        self._is_giving = False
        self._next_flush = 0.0
        self.n_healed = 0
        self.n_attached = {"memory": 0, "pages": 0, "snapshot": 0}
        self.n_flush_s = 0.0
        self.n_flushes = 0

    def start(self, bus: Bus) -> None:
        self._bus = bus

    def now_ms(self) -> float:
        return self._loop.time() * 1000

    # A connection wants to follow streams

    async def attach(self, connection: Connection, wishes: Sequence[Attach]) -> None:
        """Let the connection follow these streams, each from its position. Raises what the book raised."""
        if not wishes:
            return
        asked = {Asked(connection.account, StreamId(wish.stream)): wish for wish in wishes}
        streams = [each.stream for each in asked]
        for stream in streams:
            self.hub.open_stream(stream, self.now_ms())
        # In this order: whatever happens after the head was read is heard. Without Redis the heads sweep must do.
        assert self._bus is not None, "sockets come after start"
        await self._bus.subscribe(streams)
        found = await self._access.get(asked)
        # From here to the end no await: between looking into a log and joining its live readers nothing can happen.
        if connection.is_closed:
            return
        for each, wish in asked.items():
            access = found.get(each)
            if access is None:
                self.hub.detach(connection, each.stream)
                self.hub.reply(connection, gone(each.stream))
            else:
                self._attach(connection, each.stream, wish, access)

    def _attach(self, connection: Connection, stream_id: StreamId, wish: Attach, access: Access) -> None:
        stream = self.hub.open_stream(stream_id, self.now_ms())
        self.hub.see_head(stream, access.head, self.now_ms())
        is_screen = wish.as_screen and access.audience == "staff"
        audience: Audience = "screen" if is_screen else access.audience
        # A position beyond the head is of another book than ours, or of somebody who tries.
        is_usable = wish.position is not None and wish.audience == audience and wish.position <= access.head
        attachment = Attachment(
            connection=connection,
            stream=stream,
            audience=audience,
            position=Seq(wish.position) if is_usable and wish.position is not None else None,
            checked=access.head,
        )
        self.hub.attach(attachment)

    async def sweep_heads(self) -> None:
        """Ask the book once for the heads of all live streams: finds every lost bell."""
        streams = [stream.id for stream in self.hub.streams.values() if stream.log.is_open]
        if not streams:
            return
        heads = await self._book.heads(streams)
        for stream_id, head in heads.items():
            stream = self.hub.streams.get(stream_id)
            if stream is not None and stream.log.is_open:
                self.hub.see_head(stream, head, self.now_ms())

    def drop_idle(self) -> list[StreamId]:
        """Stop hearing the streams nobody reads."""
        idle = self.hub.drop_idle(self.now_ms() - STREAM_IDLE_MS)
        if idle:
            gone_streams = set(idle)
            self._kept = {key: kept for key, kept in self._kept.items() if key[0] not in gone_streams}
            assert self._bus is not None, "streams come after start"
            self._bus.unsubscribe(idle)
        return idle

    # Hands of the hub

    def flush_soon(self) -> None:
        wait_s = self._next_flush - self._loop.time()
        if wait_s > 0:
            self._loop.call_later(wait_s, self._flush)
        else:
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        began, n_deliveries, n_writes = monotonic(), self.hub.n_deliveries, self.hub.n_writes
        self.hub.flush()
        # uvloop's clock stands still within a turn of the loop.
        took_s = monotonic() - began
        n_spread = self.hub.n_deliveries - n_deliveries
        if n_spread:
            pace = RUSH_PACE if n_spread >= RUSH * (self.hub.n_writes - n_writes) > 0 else PACE
            self._next_flush = self._loop.time() + min(took_s * (1 + pace), MOST_PACED_S)
        self.n_flush_s += took_s
        self.n_flushes += 1

    def write_to_all(self, numbers: array[int], data: bytes) -> list[tuple[int, int]]:
        return write_to_all(numbers, data)

    def write_each(self, numbers: array[int], messages: Sequence[bytes]) -> list[tuple[int, int]]:
        return write_each(numbers, messages)

    def held(self, numbers: array[int]) -> list[tuple[int, int]]:
        return held_each(numbers)

    def load(self, attachment: Attachment) -> None:
        self._spawn(self._load(attachment))

    def fetch_soon(self, stream: LiveStream) -> None:
        if not self._torn:
            self._loop.call_later((GAP_WAIT_MS + 1) / 1000, self._mend)
        self._torn.add(stream)

    def attached(self, attachment: Attachment) -> None:
        self.n_attached[attachment.how] += 1
        self._give_gauges_soon(attachment)

    def _give_gauges_soon(self, attachment: Attachment) -> None:
        if attachment.audience == "self":
            return
        self._lacking_gauges.append(attachment)
        if not self._is_giving:
            self._is_giving = True
            self._loop.call_later(GATHER_S, self._spawn_gauges)

    # Reading

    async def _load(self, attachment: Attachment) -> None:
        try:
            if attachment.checked is None:
                await self._load_access(attachment)
            elif attachment.position is None or attachment.stream.log.head - attachment.position > RESUME_EVENTS:
                await self._load_snapshot(attachment)
            else:
                await self._load_events(attachment, attachment.position)
        except Exception as error:  # the background guard of a read: nothing was given, so the reader still waits
            if not isinstance(error, Refused):
                log.exception("event=load_failed stream=%s", attachment.stream.id)
            await asyncio.sleep(RETRY_S)
            self.hub.catching.retry(attachment)

    async def _load_access(self, attachment: Attachment) -> None:
        asked = Asked(attachment.connection.account, attachment.stream.id)
        access = (await self._access.get((asked,))).get(asked)
        if access is None:
            self.hub.catching.give_nothing(attachment)
            return
        is_screen = attachment.audience == "screen" and access.audience == "staff"
        self.hub.catching.give_access(attachment, "screen" if is_screen else access.audience, access.head)

    async def _load_snapshot(self, attachment: Attachment) -> None:
        stream, audience = attachment.stream, attachment.audience
        key = (stream.id, audience)
        kept = self._kept.get(key)
        if kept is None or kept[0] != stream.log.head:
            kept = await self._snapshots.join((*key, stream.log.head), lambda: self._read_snapshot(stream.id, audience))
            self._kept[key] = kept
        if audience != attachment.audience:
            self.hub.catching.retry(attachment)
            return
        seq, payload = kept
        # The snapshot may know more than the bell has told: then the rest is on its way, or lost.
        self.hub.see_head(stream, seq, self.now_ms())
        self.hub.catching.give_snapshot(attachment, seq, payload)

    async def _read_snapshot(self, stream: StreamId, audience: Audience) -> tuple[Seq, bytes]:
        snapshot = await self._book.snapshot(stream, audience)
        return snapshot.seq, encode(snapshot)

    async def _load_events(self, attachment: Attachment, position: Seq) -> None:
        stream = attachment.stream
        head = stream.log.head
        if head - position <= WINDOW_EVENTS and len_window(stream) < WINDOW_EVENTS:
            after = Seq(max(head - WINDOW_EVENTS, 0))
            events = await self._pages.join(
                (stream.id, "window", after), lambda: self._book.events_after(stream.id, after, WINDOW_EVENTS)
            )
            self.hub.catching.give_window(stream, events)
            if stream.log.since(position) is not None:
                self.hub.catching.retry(attachment)
                return
        page = await self._pages.join(
            (stream.id, "page", position), lambda: self._book.events_after(stream.id, position, PAGE_EVENTS)
        )
        self.hub.catching.give_page(attachment, page)

    def _mend(self) -> None:
        """Fetch what is missing in the torn logs whose time has come; look again at the others a little later."""
        now_ms = self.now_ms()
        torn, self._torn = self._torn, set()
        for stream in torn:
            if not stream.log.has_gap or self.hub.streams.get(stream.id) is not stream:
                continue
            if stream.log.missing(now_ms):
                self._spawn(self._fetch(stream))
            else:
                self.fetch_soon(stream)

    async def _fetch(self, stream: LiveStream) -> None:
        head = stream.log.head
        try:
            events = await self._pages.join(
                (stream.id, "gap", head), lambda: self._book.events_after(stream.id, head, PAGE_EVENTS)
            )
        except Refused:
            # The book is busy. The sweep finds the hole again.
            return
        if events and stream.log.head == head:
            self.n_healed += 1
            log.info("event=gap_healed stream=%s after=%d n=%d", stream.id, head, len(events))
        self.hub.hear_events(stream.id, events, self.now_ms())
        # Who did not ring the events rang no gauges either, nobody's own among them.
        for attachment in stream.attachments:
            if attachment.is_live:
                self._give_gauges_soon(attachment)

    def _spawn_gauges(self) -> None:
        self._spawn(self._give_all_gauges())

    async def _give_all_gauges(self) -> None:
        """Who attaches while some are served is served with the next: a storm asks the book seldom."""
        try:
            while self._lacking_gauges:
                lacking, self._lacking_gauges = self._lacking_gauges, []
                await self._give_gauges(lacking)
        finally:
            self._is_giving = False

    async def _give_gauges(self, lacking: Sequence[Attachment]) -> None:
        asked = {Asked(each.connection.account, each.stream.id): each.audience for each in lacking if each.is_live}
        if not asked:
            return
        gauges = await self._book.gauges(asked)
        for attachment in lacking:
            self.hub.catching.give_gauges(attachment, gauges.get(attachment.stream.id, ()))


def len_window(stream: LiveStream) -> int:
    return stream.log.head - stream.log.first + 1
