"""Delivery on one node: what came off the bell to everybody who may have it, each at their own pace (I7, I8, I9).

Nothing here waits. Everything runs in one loop, and several places are right only because no `await` can come between
two lines of them. Who has less than there is, is `catching`'s until then.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence

from protocol.close import Close
from protocol.codec import Format, encode
from protocol.envelopes import FromServer, Gone, Ping
from protocol.errors import Code, Refused
from protocol.ids import AccountId, Millis, Seq, StreamId
from protocol.limits import BEHIND_BYTES
from server.hub.catching import Catching, Hands
from server.hub.connection import Attachment, Connection
from server.hub.frame import frame, frame_for
from server.hub.prepared import Prepared, PreparedGauge
from server.hub.readers import Readers
from server.hub.stalled import Stalled
from server.hub.stream import LiveStream

# Signals are dropped first: who has this much unsent has better things to wait for.
SIGNAL_BYTES = 4 * 1024


class Hub:
    """All connections and live streams of a node."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self.streams: dict[StreamId, LiveStream] = {}
        self.connections: set[Connection] = set()
        self.accounts: dict[AccountId, list[Connection]] = {}
        self.reach_moved: set[LiveStream] = set()
        self._dirty_streams: set[LiveStream] = set()
        # Who has something in `out`, and who takes slowly.
        self._dirty: set[Connection] = set()
        self._paused: set[Connection] = set()
        self.catching = Catching(self, hands)
        self._stalled = Stalled(hands)
        self._is_flush_due = False
        self.n_deliveries = 0
        self.n_writes = 0
        self.n_fell_behind = 0

    # Connections

    def add(self, connection: Connection) -> None:
        self.connections.add(connection)
        self.accounts.setdefault(connection.account, []).append(connection)
        if connection.pipe.unsent():
            self.pause(connection)

    def remove(self, connection: Connection) -> None:
        """The socket is gone. Safe to call twice."""
        if connection.is_closed:
            return
        connection.is_closed = True
        for attachment in list(connection.attachments.values()):
            self._detach(attachment)
        self.connections.discard(connection)
        self._dirty.discard(connection)
        self._paused.discard(connection)
        self.catching.forget(connection)
        connection.out.clear()
        siblings = self.accounts[connection.account]
        siblings.remove(connection)
        if not siblings:
            del self.accounts[connection.account]

    def close(self, connection: Connection, code: Close) -> None:
        """What was already said to the connection goes out before the goodbye."""
        if connection.is_closed:
            return
        if not connection.is_behind:
            self._write_all([connection])
        connection.pipe.close(code)
        self.remove(connection)

    def reply(self, connection: Connection, envelope: FromServer) -> None:
        """Say something to this connection alone, after everything said to it before."""
        if connection.is_closed:
            return
        self.tell(connection, frame(encode(envelope, connection.wire), connection.wire))

    def pause(self, connection: Connection) -> None:
        """Bytes wait in its pipe."""
        connection.is_paused = True
        if not connection.is_closed:
            self._paused.add(connection)

    def resume(self, connection: Connection) -> None:
        """Its pipe has drained."""
        connection.is_paused = False
        self._paused.discard(connection)
        self.catching.go_on_with(connection)

    # Streams

    def open_stream(self, stream_id: StreamId, now_ms: float) -> LiveStream:
        """The stream, made if need be; its events are held until its log is opened."""
        stream = self.streams.get(stream_id)
        if stream is None:
            stream = self.streams[stream_id] = LiveStream(stream_id, now_ms)
        stream.touched_ms = now_ms
        return stream

    def drop_idle(self, older_than_ms: float) -> list[StreamId]:
        """Forget the streams nobody reads and nobody asked for since. Gives them, to be unsubscribed."""
        idle = [s for s in self.streams.values() if not s.attachments and s.touched_ms < older_than_ms]
        for stream in idle:
            del self.streams[stream.id]
            self._dirty_streams.discard(stream)
            self.reach_moved.discard(stream)
        return [stream.id for stream in idle]

    def see_head(self, stream: LiveStream, head: Seq, now_ms: float) -> None:
        """The book's head of the stream: opens its log, or finds what the bell lost."""
        if stream.log.is_open:
            stream.log.see_head(head, now_ms)
            fresh: Sequence[Prepared] = ()
        else:
            fresh = stream.log.open(head, now_ms)
            stream.spread_to = head
        self._take(stream, fresh)

    def attach(self, attachment: Attachment) -> None:
        """Let a connection follow a stream from `attachment.position` on; its log must be open."""
        connection, stream = attachment.connection, attachment.stream
        old = connection.attachments.get(stream.id)
        if old is not None:
            self._detach(old)
        connection.attachments[stream.id] = attachment
        stream.enter(attachment)
        self.reach_moved.add(stream)
        self.catching.continue_with(attachment)

    def detach(self, connection: Connection, stream_id: StreamId) -> None:
        attachment = connection.attachments.get(stream_id)
        if attachment is not None:
            self._detach(attachment)

    def lose(self, attachment: Attachment) -> None:
        """The stream is no longer the reader's."""
        if attachment.is_gone:
            return
        self._detach(attachment)
        self.reply(attachment.connection, gone(attachment.stream.id))

    # What is heard

    def hear_events(self, stream_id: StreamId, events: Sequence[Prepared], now_ms: float) -> None:
        stream = self.streams.get(stream_id)
        if stream is not None:
            self._take(stream, stream.log.accept(events, now_ms))

    def hear_gauge(self, stream_id: StreamId, gauge: PreparedGauge) -> None:
        stream = self.streams.get(stream_id)
        if stream is None:
            return
        if gauge.frames and stream.keep_gauge(gauge):
            self._touch_stream(stream)
        if gauge.private:
            self._tell_private(stream_id, gauge.private)

    def hear_signal(self, stream_id: StreamId, sender: AccountId, payload: bytes) -> None:
        stream = self.streams.get(stream_id)
        if stream is None:
            return
        for (_, wire), connections in stream.live.items():
            framed = frame_for(wire, payload)
            for connection in connections:
                if connection.account != sender and connection.pipe.unsent() < SIGNAL_BYTES:
                    self.tell(connection, framed)

    def hear_positions(self, connection: Connection, positions: dict[StreamId, Seq]) -> None:
        for stream_id, position in positions.items():
            attachment = connection.attachments.get(stream_id)
            if attachment is not None and attachment.stream.hear_position(attachment, position):
                self.reach_moved.add(attachment.stream)

    # Sending

    def flush(self) -> None:
        """Hand out what is fresh, then write once to each connection that has something to get."""
        self._is_flush_due = False
        try:
            while len(self._dirty_streams) > 1:
                self.spread(self._dirty_streams.pop())
            if self._dirty_streams:
                # No other stream can have more for the same connections now.
                self._spread(self._dirty_streams.pop(), self._write_out)
        finally:
            # A stream that cannot be handed out is a fault of ours; it must not silence the others.
            if self._dirty_streams:
                self._flush_soon()
        self.n_writes += len(self._dirty)
        dirty, self._dirty = self._dirty, set()
        self._write_all([connection for connection in dirty if not connection.is_behind])
        self.catching.go_on()

    def beat(self, connection: Connection, server_time: Millis) -> None:
        """A heartbeat with the heads of what the connection reads live."""
        if connection.is_behind:
            return
        heads = {str(id): int(each.stream.spread_to) for id, each in connection.attachments.items() if each.is_live}
        self.reply(connection, Ping(server_time=server_time, heads=heads))

    def close_stalled(self, now_ms: float) -> int:
        """Close who takes no byte although bytes wait. To be called about once a second."""
        stalled = self._stalled.look(self.connections, now_ms)
        for connection in stalled:
            self.close(connection, Close.STALLED)
        return len(stalled)

    # Inside

    def _take(self, stream: LiveStream, fresh: Sequence[Prepared]) -> None:
        if stream.log.has_gap:
            self._hands.fetch_soon(stream)
        if not fresh:
            return
        stream.memo.clear()
        for event in fresh:
            if event.lost or event.recast:
                self._change_readers(stream, event)
            stream.fresh.append(event)
        stream.move_reach()
        self.reach_moved.add(stream)
        self._touch_stream(stream)
        if self.catching.n_waiting:
            # Somebody may wait for exactly this: a snapshot can be ahead of the bell.
            self._flush_soon()

    def _change_readers(self, stream: LiveStream, event: Prepared) -> None:
        """Membership ends or changes with this event: those accounts get what came before it, and not it (I11)."""
        self.spread(stream)
        for account in (*event.lost, *event.recast):
            for connection in list(self.accounts.get(account, ())):
                attachment = connection.attachments.get(stream.id)
                if attachment is None or (attachment.checked is not None and event.seq <= attachment.checked):
                    continue
                if account in event.lost:
                    self.lose(attachment)
                else:
                    self._recast(attachment)

    def _recast(self, attachment: Attachment) -> None:
        """Everything the reader holds was seen with other eyes: membership anew, then a snapshot."""
        attachment.stop()
        attachment.position = None
        attachment.checked = None
        self.catching.continue_with(attachment)

    def spread(self, stream: LiveStream) -> None:
        """Frame what is fresh once per audience and note the same bytes for each connection of it."""
        self._spread(stream, self._note)
        if self._dirty:
            self._flush_soon()

    def _spread(self, stream: LiveStream, hand_out: Callable[[bytes, Readers], None]) -> None:
        events, gauges = stream.fresh, stream.fresh_gauges
        if not events and not gauges:
            return
        for (audience, wire), readers in stream.live.items():
            if not readers:
                continue
            payloads = [event.frames[audience] for event in events]
            payloads += [gauge.frames[audience] for gauge in gauges.values() if audience in gauge.frames]
            if payloads:
                framed = frame_for(wire, b"".join(payloads))
                readers.n_spread += len(framed)
                self.n_deliveries += len(events) * len(readers)
                hand_out(framed, readers)
        if events:
            stream.spread_to = events[-1].seq
            stream.fresh = []
        stream.fresh_gauges = {}

    def _note(self, framed: bytes, readers: Readers) -> None:
        for connection in readers:
            connection.out.append(framed)
        self._dirty.update(readers)

    def _write_out(self, framed: bytes, readers: Readers) -> None:
        """Straight to those who have nothing else to get, which is nearly everybody."""
        others = [connection for connection in self._dirty | self._paused if connection in readers.places]
        begin = 0
        for place in sorted(readers.places[connection] for connection in others):
            self._write_straight(framed, readers, begin, place)
            begin = place + 1
        self._write_straight(framed, readers, begin, len(readers))
        for connection in others:
            connection.out.append(framed)
        self._dirty.update(others)

    def _write_straight(self, framed: bytes, readers: Readers, begin: int, end: int) -> None:
        if begin == end:
            return
        self.n_writes += end - begin
        for place, n_taken in self._hands.write_to_all(readers.numbers[begin:end], framed):
            # Full, gone, or one that takes nothing this way: its pipe finds out which.
            readers.connections[begin + place].pipe.write(framed[n_taken:])

    def _tell_private(self, stream_id: StreamId, private: Mapping[AccountId, bytes]) -> None:
        # A class says few different things.
        framed: dict[tuple[Format, bytes], bytes] = {}
        for account in private.keys() & self.accounts.keys():
            payload = private[account]
            for connection in self.accounts[account]:
                attachment = connection.attachments.get(stream_id)
                # Who is not live is given the book's gauges when it is.
                if attachment is not None and attachment.is_live:
                    key = (connection.wire, payload)
                    if key not in framed:
                        framed[key] = frame_for(*key)
                    self.tell(connection, framed[key])

    def _write_all(self, connections: Sequence[Connection]) -> None:
        """To each what is its own: straight to those in whose pipe nothing waits."""
        straight = [each for each in connections if each.out and each.number >= 0 and not each.is_paused]
        messages = [each.take_out() for each in straight]
        for place, n_taken in self._hands.write_each(array("i", [each.number for each in straight]), messages):
            self._push(straight[place], messages[place][n_taken:])
        for connection in connections:
            if connection.out:
                self._push(connection, connection.take_out())

    def _push(self, connection: Connection, data: bytes) -> None:
        connection.pipe.write(data)
        if connection.is_paused and connection.pipe.unsent() > BEHIND_BYTES:
            self._fall_behind(connection)

    def _fall_behind(self, connection: Connection) -> None:
        """No more for this one until it has taken what it has; it will continue from the log."""
        connection.is_behind = True
        self.n_fell_behind += 1
        self.catching.wait(connection)
        connection.pipe.pause_reading()
        for attachment in connection.attachments.values():
            # Streams are spread before anything is written, so this is what it was given last.
            attachment.stop()

    def _detach(self, attachment: Attachment) -> None:
        attachment.stop()
        attachment.is_gone = True
        attachment.connection.attachments.pop(attachment.stream.id, None)
        attachment.stream.exit(attachment)
        self.reach_moved.add(attachment.stream)

    def put(self, connection: Connection, framed: bytes) -> None:
        """Of what it is catching up with."""
        connection.n_queued += len(framed)
        self.tell(connection, framed)

    def tell(self, connection: Connection, framed: bytes) -> None:
        """To this connection alone, after everything told before."""
        connection.out.append(framed)
        connection.n_told += len(framed)
        self._dirty.add(connection)
        if not self._is_flush_due:
            self._flush_soon()

    def touch(self, connection: Connection) -> None:
        self._dirty.add(connection)
        self._flush_soon()

    def _touch_stream(self, stream: LiveStream) -> None:
        self._dirty_streams.add(stream)
        self._flush_soon()

    def _flush_soon(self) -> None:
        if not self._is_flush_due:
            self._is_flush_due = True
            self._hands.flush_soon()


def gone(stream_id: StreamId) -> Gone:
    """The same for a stream that is not the reader's and for one that does not exist."""
    wording = Refused(Code.NOT_FOUND).wording
    return Gone(stream=stream_id, code=Code.NOT_FOUND, zh=wording.zh, en=wording.en)
