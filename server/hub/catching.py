"""Those who have less than there is: they are given it in pieces, as fast as each takes it, until they are live.

A resume and a slow phone are the same thing here. What memory does not hold is asked of `Hands`, which answers through
`give_*`. As in the hub, nothing waits, and where no `await` may come between two lines it says so.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Protocol

from protocol.codec import encode
from protocol.envelopes import Attached, Audience
from protocol.ids import Seq
from server.hub.connection import CHUNK_BYTES, Attachment, Connection
from server.hub.frame import frame_for
from server.hub.prepared import Prepared, PreparedGauge
from server.hub.stream import LiveStream


class Hands(Protocol):
    """What the hub needs done. Called in the middle of its work: must only note it, and do it later."""

    def flush_soon(self) -> None:
        """Call `flush` in the next turn of the loop."""

    def write_to_all(self, numbers: array[int], data: bytes) -> list[tuple[int, int]]:
        """Write the same bytes below pipes in which nothing waits. Gives (place in `numbers`, bytes taken) of those
        that did not take all. Never waits, never raises; calls nothing of the hub.
        """

    def write_each(self, numbers: array[int], messages: Sequence[bytes]) -> list[tuple[int, int]]:
        """The same with a message for each."""

    def held(self, numbers: array[int]) -> list[tuple[int, int]]:
        """(place in `numbers`, bytes) of those below whose pipes bytes wait that their peers have not acknowledged."""

    def load(self, attachment: Attachment) -> None:
        """Memory does not hold what the attachment needs: read it and answer by one of `give_*`, or `lose`."""

    def fetch_soon(self, stream: LiveStream) -> None:
        """The stream's log has a hole: fetch once `log.missing` says so."""

    def attached(self, attachment: Attachment) -> None:
        """The attachment is live now (again): its private gauges may follow."""


class Outlet(Protocol):
    """What it needs of the hub."""

    def spread(self, stream: LiveStream) -> None: ...
    def put(self, connection: Connection, framed: bytes) -> None: ...
    def tell(self, connection: Connection, framed: bytes) -> None: ...
    def touch(self, connection: Connection) -> None: ...
    def lose(self, attachment: Attachment) -> None: ...


class Catching:
    def __init__(self, hub: Outlet, hands: Hands) -> None:
        self._hub = hub
        self._hands = hands
        # Who has no room now, or waits for the bell.
        self._waiting: set[Connection] = set()

    def wait(self, connection: Connection) -> None:
        self._waiting.add(connection)

    def forget(self, connection: Connection) -> None:
        self._waiting.discard(connection)

    def give_window(self, stream: LiveStream, events: Sequence[Prepared]) -> None:
        """Older events from the book, shared by all who return."""
        stream.log.prefill(events)

    def give_page(self, attachment: Attachment, events: Sequence[Prepared]) -> None:
        """The next events after `attachment.position`, from the book."""
        if not self._is_still_wanted(attachment):
            return
        if not events or attachment.position is None or events[0].seq != attachment.position + 1:
            # The book does not reach back that far.
            attachment.position = None
        else:
            attachment.how = "pages" if attachment.how == "memory" else attachment.how
            # Only what the log has had too: what comes later is told from there.
            if not self._offer(attachment, [event for event in events if event.seq <= attachment.stream.log.head]):
                return
        self.continue_with(attachment)

    def give_snapshot(self, attachment: Attachment, seq: Seq, payload: bytes) -> None:
        if not self._is_still_wanted(attachment):
            return
        attachment.how = "snapshot"
        attachment.position = seq
        self._hub.put(attachment.connection, frame_for(attachment.connection.wire, payload))
        self.continue_with(attachment)

    def give_gauges(self, attachment: Attachment, gauges: Sequence[PreparedGauge]) -> None:
        """Gauges read from the book; the client keeps the greatest rev, so their order among others does not matter."""
        connection = attachment.connection
        if not attachment.is_live or connection.is_closed:
            return
        frames = [each.frames[attachment.audience] for each in gauges if attachment.audience in each.frames]
        frames += [each.private[connection.account] for each in gauges if connection.account in each.private]
        if frames:
            self._hub.tell(connection, frame_for(connection.wire, b"".join(frames)))

    def give_access(self, attachment: Attachment, audience: Audience, checked: Seq) -> None:
        """Membership was read anew, after a change of it."""
        self._finish_load(attachment)
        if attachment.is_gone:
            return
        if audience != attachment.audience:
            attachment.stream.exit(attachment)
            attachment.audience = audience
            attachment.stream.enter(attachment)
        attachment.checked = checked
        self.continue_with(attachment)

    def give_nothing(self, attachment: Attachment) -> None:
        """Membership was read anew, and there is none."""
        self._finish_load(attachment)
        self._hub.lose(attachment)

    def retry(self, attachment: Attachment) -> None:
        """What was asked for has been done otherwise (the window was filled), or failed: look again."""
        if self._is_still_wanted(attachment):
            self.continue_with(attachment)

    def go_on(self) -> None:
        """Give more to those who are catching up and have room. Also to be called about once a second."""
        for connection in list(self._waiting):
            self.go_on_with(connection)

    def go_on_with(self, connection: Connection) -> None:
        """Also to be called when its socket has drained."""
        if connection not in self._waiting or connection.pipe.unsent() >= CHUNK_BYTES:
            return
        if connection.is_behind:
            connection.is_behind = False
            connection.pipe.resume_reading()
            self._hub.touch(connection)
        waiting = [each for each in connection.attachments.values() if not each.is_live]
        for attachment in waiting:
            self.continue_with(attachment)
        if all(each.is_live or each.is_loading for each in connection.attachments.values()):
            self._waiting.discard(connection)

    @property
    def n_waiting(self) -> int:
        return len(self._waiting)

    # Inside

    def continue_with(self, attachment: Attachment) -> None:
        """Give an attachment what memory has, up to its room; live at the end, or noted as waiting."""
        connection, stream = attachment.connection, attachment.stream
        if attachment.is_live or attachment.is_gone or attachment.is_loading:
            return
        if not connection.has_room:
            self._waiting.add(connection)
            return
        if attachment.position is None or attachment.checked is None:
            self._load(attachment)
            return
        if attachment.position > stream.log.head:
            # A snapshot overtook the bell. The hole is being fetched; `_take` brings us back.
            self._waiting.add(connection)
            return
        events = stream.log.since(attachment.position)
        if events is None:
            self._load(attachment)
            return
        # No await between here and joining the live: what is fresh goes to the others now, so that it is neither
        # missed by this one nor told to it twice.
        self._hub.spread(stream)
        if self._offer(attachment, events) and attachment.position == stream.log.head:
            self._join(attachment)
        elif not attachment.is_gone:
            self._waiting.add(connection)

    def _load(self, attachment: Attachment) -> None:
        attachment.is_loading = True
        attachment.connection.n_loading += 1
        self._hands.load(attachment)

    def _finish_load(self, attachment: Attachment) -> None:
        attachment.is_loading = False
        attachment.connection.n_loading -= 1

    def _is_still_wanted(self, attachment: Attachment) -> bool:
        """Whether what was loaded may be given: the reader is still there, and still who the load was for."""
        self._finish_load(attachment)
        if attachment.is_gone:
            return False
        if attachment.checked is None:
            self.continue_with(attachment)
            return False
        return True

    def _offer(self, attachment: Attachment, events: Sequence[Prepared]) -> bool:
        """Queue these events, in order, up to the room there is. False when the attachment must not go on now."""
        assert attachment.position is not None, "only a reader with a position continues"
        connection, stream = attachment.connection, attachment.stream
        if not events:
            return True
        key = (attachment.position, attachment.audience, connection.wire)
        is_whole = events[-1].seq == stream.log.head
        framed = stream.memo.get(key) if is_whole else None
        if framed is None:
            payloads, size = [], 0
            for event in events:
                if connection.account in event.lost or connection.account in event.recast:
                    return self._meet_change(attachment, event)
                payload = event.frames[attachment.audience]
                payloads.append(payload)
                size += len(payload)
                if size >= CHUNK_BYTES:
                    break
            framed = frame_for(connection.wire, b"".join(payloads))
            last = events[len(payloads) - 1]
            # A change of somebody's membership makes the continuation personal.
            if is_whole and last is events[-1] and not any(event.lost or event.recast for event in events):
                stream.memo[key] = framed
        else:
            last = events[-1]
        self._hub.put(connection, framed)
        attachment.position = last.seq
        return True

    def _meet_change(self, attachment: Attachment, event: Prepared) -> bool:
        """The continuation holds a change of the reader's own membership."""
        if attachment.checked is None or event.seq > attachment.checked:
            if attachment.connection.account in event.lost:
                self._hub.lose(attachment)
                return False
            attachment.checked = None
        # Else it is past: left and back again. What the client holds is of the time before.
        attachment.position = None
        self.continue_with(attachment)
        return False

    def _join(self, attachment: Attachment) -> None:
        connection, stream = attachment.connection, attachment.stream
        gauges = b"".join(stream.gauge_frames(attachment.audience))
        done = encode(Attached(stream=stream.id, head=stream.log.head, how=attachment.how))
        self._hub.put(connection, frame_for(connection.wire, gauges + done))
        attachment.go_live()
        self._hands.attached(attachment)
