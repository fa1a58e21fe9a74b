"""The bell: Redis pub/sub between the processes. The only module that touches it.

One channel per stream, one for everybody (`control`), one per process for the probe. A ring carries what is ready for
the wire, so that hearing costs no look-up. Ringing never raises and never waits: a lost ring is found by the heads
sweep and fetched from the book (I1). Knows nothing of connections.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol, assert_never

from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.exceptions import RedisError

from protocol.codec import pack_parts, unpack_parts
from protocol.ids import AccountId, DeviceId, Seq, StreamId
from server.hub.prepared import Prepared, PreparedGauge

CONTROL = "control"
PROBE_INTERVAL_S = 1.0
# A link that lets the probe through carries a message every second: this long a silence is a dead link.
SILENCE_S = 3.5
CONNECT_TIMEOUT_S = 2.0
RETRY_S = 0.25
# One pipeline; a longer one would let Redis's answers fill both socket buffers.
BATCH_RINGS = 512
# Rings that wait while Redis is away. More are dropped, counted, and repaired from the book.
WAITING_RINGS = 10_000
CHANNELS_PER_SUBSCRIBE = 1_000
SENDER_BYTES = 8

log = logging.getLogger("shangke.bus")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedOut:
    """These devices (all of the account's, if empty) lose their sockets at once, on every node."""

    account: AccountId
    devices: tuple[DeviceId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketOpened:
    """A device of the account came in; other nodes close what is too many."""

    account: AccountId
    device: DeviceId
    connection: str
    opened_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPart:
    """What one node knows of how far a stream's students are. `n_online` 0: the node has none (any more)."""

    node: str
    seq: Seq
    n_online: int
    n_have: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketClosed:
    account: AccountId
    connection: str


Control = LoggedOut | SocketOpened | SocketClosed


class Ears(Protocol):
    """Who hears the bell. Called in the loop; must neither wait nor raise."""

    def hear_events(self, stream: StreamId, events: Sequence[Prepared]) -> None: ...
    def hear_gauge(self, stream: StreamId, gauge: PreparedGauge) -> None: ...
    def hear_signal(self, stream: StreamId, sender: AccountId, frame: bytes) -> None: ...
    def hear_part(self, stream: StreamId, part: DeliveryPart) -> None: ...
    def hear_control(self, control: Control) -> None: ...

    def hear_return(self) -> None:
        """The bell is back after an outage, every channel confirmed: what was rung meanwhile has to be looked for."""


class Bus:
    """Rings and hears. What this process rings, its own ears hear at once, with or without Redis."""

    def __init__(self, url: str, ears: Ears | None = None) -> None:
        self._pool = ConnectionPool.from_url(url)
        self._ears = ears
        # Marks our own rings, so that they are dropped unread when Redis hands them back.
        self._sender = secrets.token_bytes(SENDER_BYTES)
        self._probe = f"probe:{secrets.token_hex(8)}"
        self._rings: deque[tuple[str, bytes]] = deque()
        self._has_rings = asyncio.Event()
        self._wanted: set[str] = {CONTROL, self._probe} if ears else set()
        self._confirmed: set[str] = set()
        self._waiters: dict[str, list[asyncio.Future[None]]] = {}
        self._to_subscribe: list[str] = []
        self._listening: AbstractConnection | None = None
        self._was_heard = False
        self._probe_heard_at = float("-inf")
        self.n_rung = 0
        self.n_lost = 0
        self.n_heard = 0
        self.n_returns = 0

    # Ringing

    def publish_events(self, stream: StreamId, events: Sequence[Prepared]) -> None:
        """Ring events just committed. Never raises, never waits."""
        if not events:
            return
        if self._ears:
            self._ears.hear_events(stream, events)
        self._ring(_stream_channel(stream), {"k": "events", "e": [_event_parts(each) for each in events]})

    def publish_gauge(self, stream: StreamId, gauge: PreparedGauge) -> None:
        if self._ears:
            self._ears.hear_gauge(stream, gauge)
        parts = [gauge.name, gauge.key, gauge.rev, dict(gauge.frames), dict(gauge.private)]
        self._ring(_stream_channel(stream), {"k": "gauge", "g": parts})

    def publish_signal(self, stream: StreamId, sender: AccountId, frame: bytes) -> None:
        """Ring an encoded Signal for everybody on the stream but its sender."""
        if self._ears:
            self._ears.hear_signal(stream, sender, frame)
        self._ring(_stream_channel(stream), {"k": "signal", "a": sender, "f": frame})

    def publish_part(self, stream: StreamId, part: DeliveryPart) -> None:
        if self._ears:
            self._ears.hear_part(stream, part)
        self._ring(_stream_channel(stream), {"k": "part", "p": [part.node, part.seq, part.n_online, part.n_have]})

    def publish_logged_out(self, account: AccountId, devices: Sequence[DeviceId] = ()) -> None:
        """Cut the sockets of these devices on every node; of all the account's devices if none is named."""
        self.publish_control(LoggedOut(account=account, devices=tuple(devices)))

    def publish_control(self, control: Control) -> None:
        if self._ears:
            self._ears.hear_control(control)
        self._ring(CONTROL, _control_parts(control))

    def _ring(self, channel: str, parts: dict[str, object]) -> None:
        if len(self._rings) >= WAITING_RINGS:
            self.n_lost += 1
            return
        self._rings.append((channel, self._sender + pack_parts(parts)))
        self._has_rings.set()

    # Hearing

    @property
    def is_ready(self) -> bool:
        """Whether what is rung is heard here: our own probe came back lately."""
        return asyncio.get_running_loop().time() - self._probe_heard_at < SILENCE_S

    async def subscribe(self, streams: Iterable[StreamId], timeout_s: float = CONNECT_TIMEOUT_S) -> bool:
        """Hear these streams. True once Redis has confirmed all; False after `timeout_s`, and hearing begins later.

        What is rung after True is heard, so that a head read afterwards leaves no hole.
        """
        waiting: list[asyncio.Future[None]] = []
        for stream in streams:
            channel = _stream_channel(stream)
            if channel in self._confirmed:
                continue
            if channel not in self._wanted:
                self._wanted.add(channel)
                self._to_subscribe.append(channel)
                self._has_rings.set()
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.setdefault(channel, []).append(future)
            waiting.append(future)
        if not waiting:
            return True
        _, late = await asyncio.wait(waiting, timeout=timeout_s)
        for future in late:
            future.cancel()
        return not late

    async def unsubscribe(self, streams: Iterable[StreamId]) -> None:
        """Stop hearing these streams. Only what is confirmed is given up: else its late confirmation would lie."""
        channels = [channel for channel in map(_stream_channel, streams) if channel in self._confirmed]
        self._wanted.difference_update(channels)
        self._confirmed.difference_update(channels)
        if channels and self._listening:
            await self._send(self._listening, ("UNSUBSCRIBE", *channels))

    # The tasks

    async def _ring_all(self) -> None:
        connection = self._pool.make_connection()
        try:
            while True:
                await self._has_rings.wait()
                self._has_rings.clear()
                await self._subscribe_new()
                batch = [self._rings.popleft() for _ in range(min(len(self._rings), BATCH_RINGS))]
                if self._rings:
                    self._has_rings.set()
                if batch and not await self._deliver(connection, batch):
                    # A link that Redis closed while it was idle is found only by using it: once more on a new one.
                    # What was rung twice is dropped by who hears it.
                    connection = self._pool.make_connection()
                    if not await self._deliver(connection, batch):
                        self.n_lost += len(batch)
                        log.warning("event=rings_lost n=%d", len(batch))
                        connection = self._pool.make_connection()
                        await asyncio.sleep(RETRY_S)
        finally:
            await connection.disconnect(nowait=True)

    async def _deliver(self, connection: AbstractConnection, batch: list[tuple[str, bytes]]) -> bool:
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await connection.connect()
                packed = connection.pack_commands([("PUBLISH", channel, payload) for channel, payload in batch])
                await connection.send_packed_command(packed, check_health=False)
                for _ in batch:
                    await connection.read_response()
        except (RedisError, OSError, TimeoutError) as error:
            log.info("event=ring_failed why=%s", type(error).__name__)
            await connection.disconnect(nowait=True)
            return False
        self.n_rung += len(batch)
        return True

    async def _subscribe_new(self) -> None:
        channels, self._to_subscribe = self._to_subscribe, []
        if channels and self._listening:
            await self._send_subscribe(self._listening, channels)

    async def _send_subscribe(self, connection: AbstractConnection, channels: Sequence[str]) -> None:
        for start in range(0, len(channels), CHANNELS_PER_SUBSCRIBE):
            await self._send(connection, ("SUBSCRIBE", *channels[start : start + CHANNELS_PER_SUBSCRIBE]))

    async def _send(self, connection: AbstractConnection, command: tuple[str, ...]) -> None:
        """A link that breaks here breaks for the listener too, which subscribes anew to all that is wanted."""
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await connection.send_packed_command(connection.pack_command(*command), check_health=False)
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("event=subscribe_failed why=%s", type(error).__name__)

    async def _listen(self) -> None:
        while True:
            connection = self._pool.make_connection()
            try:
                async with asyncio.timeout(CONNECT_TIMEOUT_S):
                    await connection.connect()
                # No await between: what is wanted from here on goes through _subscribe_new.
                self._listening = connection
                self._to_subscribe.clear()
                await self._send_subscribe(connection, sorted(self._wanted))
                await self._hear_all(connection)
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("event=bell_lost why=%s", type(error).__name__)
            finally:
                self._listening = None
                self._confirmed.clear()
                self._probe_heard_at = float("-inf")
                await connection.disconnect(nowait=True)
            await asyncio.sleep(RETRY_S)

    async def _hear_all(self, connection: AbstractConnection) -> None:
        clock = asyncio.get_running_loop().time
        is_back = False
        # Put off by the probe, once a second: a limit on each message would cost as much as the message.
        async with asyncio.timeout(SILENCE_S) as silence:
            while True:
                kind, name, payload = await connection.read_response()
                channel = name.decode()
                if channel == self._probe and kind == b"message":
                    self._probe_heard_at = clock()
                    silence.reschedule(clock() + SILENCE_S)
                elif kind == b"message":
                    self._hear(channel, payload)
                elif kind == b"subscribe":
                    self._confirm(channel)
                    # Here and nowhere earlier: before the last confirmation a ring could still be missed.
                    if not is_back and self._wanted <= self._confirmed:
                        is_back = True
                        self._come_back()

    def _confirm(self, channel: str) -> None:
        if channel not in self._wanted:
            return
        self._confirmed.add(channel)
        for future in self._waiters.pop(channel, ()):
            if not future.done():
                future.set_result(None)

    def _come_back(self) -> None:
        if self._was_heard and self._ears:
            self.n_returns += 1
            self._ears.hear_return()
        self._was_heard = True

    def _hear(self, channel: str, payload: bytes) -> None:
        if payload.startswith(self._sender) or self._ears is None:
            return
        self.n_heard += 1
        try:
            _tell(self._ears, StreamId(channel.removeprefix("s:")), payload[SENDER_BYTES:])
        except (ValueError, TypeError, KeyError) as error:
            # Another version's ring, for instance during an update: as good as lost, and repaired like it.
            log.warning("event=ring_unread why=%s", type(error).__name__)

    async def _probe_forever(self) -> None:
        while True:
            self._rings.appendleft((self._probe, b""))
            self._has_rings.set()
            await asyncio.sleep(PROBE_INTERVAL_S)


@asynccontextmanager
async def open_bus(url: str, ears: Ears | None = None) -> AsyncIterator[Bus]:
    """A bus that rings, and with `ears` hears, until the block ends. Redis need not be there."""
    bus = Bus(url, ears)
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(bus._ring_all())]
        if ears:
            running += [tasks.create_task(bus._listen()), tasks.create_task(bus._probe_forever())]
        try:
            yield bus
        finally:
            for task in running:
                task.cancel()


def _stream_channel(stream: StreamId) -> str:
    return f"s:{stream}"


def _event_parts(event: Prepared) -> list[object]:
    return [event.seq, dict(event.frames), list(event.lost), list(event.recast), event.forgets, event.post]


def _control_parts(control: Control) -> dict[str, object]:
    match control:
        case LoggedOut():
            return {"k": "out", "a": control.account, "d": list(control.devices)}
        case SocketOpened():
            return {"k": "opened", "o": [control.account, control.device, control.connection, control.opened_ms]}
        case SocketClosed():
            return {"k": "closed", "a": control.account, "c": control.connection}
        case _:
            assert_never(control)


def _tell(ears: Ears, stream: StreamId, payload: bytes) -> None:
    parts = unpack_parts(payload)
    match parts["k"]:
        case "events":
            events = [
                Prepared(
                    seq=seq,
                    frames=frames,
                    lost=tuple(lost),
                    recast=tuple(recast),
                    forgets=forgets,
                    post=None if post is None else (post[0], post[1]),
                )
                for seq, frames, lost, recast, forgets, post in parts["e"]
            ]
            ears.hear_events(stream, events)
        case "gauge":
            name, key, rev, frames, private = parts["g"]
            ears.hear_gauge(stream, PreparedGauge(name=name, key=key, rev=rev, frames=frames, private=private))
        case "signal":
            ears.hear_signal(stream, AccountId(parts["a"]), parts["f"])
        case "part":
            node, seq, n_online, n_have = parts["p"]
            ears.hear_part(stream, DeliveryPart(node=node, seq=seq, n_online=n_online, n_have=n_have))
        case "out":
            ears.hear_control(LoggedOut(account=parts["a"], devices=tuple(parts["d"])))
        case "opened":
            account, device, connection, opened_ms = parts["o"]
            ears.hear_control(SocketOpened(account=account, device=device, connection=connection, opened_ms=opened_ms))
        case "closed":
            ears.hear_control(SocketClosed(account=parts["a"], connection=parts["c"]))
