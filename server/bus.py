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
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol, assert_never, cast

from redis.asyncio.connection import ConnectionPool
from redis.exceptions import RedisError

from protocol.codec import pack_parts, unpack_parts
from protocol.ids import AccountId, DeviceId, Seq, StreamId
from server.hub.prepared import Prepared, PreparedGauge
from server.link import Link

CONTROL = "control"
PROBE_INTERVAL_S = 1.0
# A link that lets the probe through carries a message every second: this long a silence is a dead link.
SILENCE_S = 3.5
CONNECT_TIMEOUT_S = 2.0
RETRY_S = 0.25
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
Ring = tuple[str, bytes]


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
        self._pool = ConnectionPool.from_url(url, protocol=3)
        self._loop = asyncio.get_running_loop()
        self._ears = ears
        # Marks our own rings, so that they are dropped unread when Redis hands them back.
        self._sender = secrets.token_bytes(SENDER_BYTES)
        self._probe = f"probe:{secrets.token_hex(8)}"
        self._link: Link | None = None
        self._is_sending = False
        # Not sent yet; and sent, but Redis did not say yet that it took them.
        self._rings: deque[Ring] = deque()
        self._under_way: deque[Ring] = deque()
        self._wanted: set[str] = {CONTROL, self._probe} if ears else set()
        self._confirmed: set[str] = set()
        self._waiters: dict[str, list[asyncio.Future[None]]] = {}
        self._to_subscribe: list[str] = []
        self._is_back = False
        self._was_heard = False
        self._probe_heard_at = float("-inf")
        self.n_rung = 0
        self.n_lost = 0
        self.n_heard = 0
        self.n_returns = 0

    # Ringing: Redis comes first, so that other processes need not wait for what our own ears do with it.

    def publish_events(self, stream: StreamId, events: Sequence[Prepared]) -> None:
        """Ring events just committed. Never raises, never waits."""
        if not events:
            return
        self._ring(_stream_channel(stream), {"k": "events", "e": [_event_parts(each) for each in events]})
        if self._ears:
            self._ears.hear_events(stream, events)

    def publish_gauge(self, stream: StreamId, gauge: PreparedGauge) -> None:
        parts = [gauge.name, gauge.key, gauge.rev, dict(gauge.frames), _by_frame(gauge.private)]
        self._ring(_stream_channel(stream), {"k": "gauge", "g": parts})
        if self._ears:
            self._ears.hear_gauge(stream, gauge)

    def publish_signal(self, stream: StreamId, sender: AccountId, frame: bytes) -> None:
        """Ring an encoded Signal for everybody on the stream but its sender."""
        self._ring(_stream_channel(stream), {"k": "signal", "a": sender, "f": frame})
        if self._ears:
            self._ears.hear_signal(stream, sender, frame)

    def publish_part(self, stream: StreamId, part: DeliveryPart) -> None:
        self._ring(_stream_channel(stream), {"k": "part", "p": [part.node, part.seq, part.n_online, part.n_have]})
        if self._ears:
            self._ears.hear_part(stream, part)

    def publish_logged_out(self, account: AccountId, devices: Sequence[DeviceId] = ()) -> None:
        """Cut the sockets of these devices on every node; of all the account's devices if none is named."""
        self.publish_control(LoggedOut(account=account, devices=tuple(devices)))

    def publish_control(self, control: Control) -> None:
        self._ring(CONTROL, _control_parts(control))
        if self._ears:
            self._ears.hear_control(control)

    def _ring(self, channel: str, parts: dict[str, object]) -> None:
        if len(self._rings) + len(self._under_way) >= WAITING_RINGS:
            self.n_lost += 1
            return
        self._rings.append((channel, self._sender + pack_parts(parts)))
        self._send_soon()

    def _send_soon(self) -> None:
        """What is rung in one turn of the loop is one write."""
        if self._link is not None and not self._is_sending:
            self._is_sending = True
            self._loop.call_soon(self._send)

    def _send(self) -> None:
        self._is_sending = False
        if self._link is None:
            return
        channels, self._to_subscribe = self._to_subscribe, []
        commands: list[tuple[str | bytes, ...]] = [
            ("SUBSCRIBE", *channels[start : start + CHANNELS_PER_SUBSCRIBE])
            for start in range(0, len(channels), CHANNELS_PER_SUBSCRIBE)
        ]
        commands += [("PUBLISH", channel, payload) for channel, payload in self._rings]
        self._under_way.extend(self._rings)
        self._rings.clear()
        self._link.send(commands)

    def _answered(self) -> None:
        """Redis answers in order, and only what is rung."""
        self._under_way.popleft()
        self.n_rung += 1

    # Hearing

    @property
    def is_ready(self) -> bool:
        """Whether what is rung is heard here: our own probe came back lately."""
        return self._loop.time() - self._probe_heard_at < SILENCE_S

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
                self._send_soon()
            future: asyncio.Future[None] = self._loop.create_future()
            self._waiters.setdefault(channel, []).append(future)
            waiting.append(future)
        if not waiting:
            return True
        _, late = await asyncio.wait(waiting, timeout=timeout_s)
        for future in late:
            future.cancel()
        return not late

    def unsubscribe(self, streams: Iterable[StreamId]) -> None:
        """Stop hearing these streams. Only what is confirmed is given up: else its late confirmation would lie."""
        channels = [channel for channel in map(_stream_channel, streams) if channel in self._confirmed]
        self._wanted.difference_update(channels)
        self._confirmed.difference_update(channels)
        if channels and self._link is not None:
            self._link.send([("UNSUBSCRIBE", *channels)])

    # The tasks

    async def _stay_linked(self) -> None:
        while True:
            connection = self._pool.make_connection()
            try:
                async with asyncio.timeout(CONNECT_TIMEOUT_S):
                    await connection.connect()
                link = Link(connection, self._hear, self._answered)
                self._begin(link)
                await link.lost
                log.warning("event=bell_lost")
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("event=bell_away why=%s n_lost=%d", type(error).__name__, len(self._rings))
                # Nobody knows when it is back, and what was rung long ago helps nobody.
                self.n_lost += len(self._rings)
                self._rings.clear()
            finally:
                self._end()
                await connection.disconnect(nowait=True)
            await asyncio.sleep(RETRY_S)

    def _begin(self, link: Link) -> None:
        self._link = link
        self._to_subscribe = sorted(self._wanted)
        self._is_back = False
        self._send()

    def _end(self) -> None:
        """What Redis may not have taken is rung once more on the next link; who hears it twice drops it."""
        self._link = None
        self._confirmed.clear()
        self._probe_heard_at = float("-inf")
        self._rings.extendleft(reversed(self._under_way))
        self._under_way.clear()

    async def _watch_forever(self) -> None:
        """With ears something is always under way: our own probe."""
        while True:
            if self._link is not None and self._under_way and self._loop.time() - self._link.heard_at > SILENCE_S:
                self._link.cut()
            if self._ears:
                self._rings.appendleft((self._probe, b""))
                self._send_soon()
            await asyncio.sleep(PROBE_INTERVAL_S)

    # What the link calls

    def _hear(self, kind: bytes, name: bytes, content: bytes | int) -> None:
        channel = name.decode()
        if kind == b"subscribe":
            self._confirm(channel)
        elif kind == b"message" and isinstance(content, bytes):
            if channel == self._probe:
                self._probe_heard_at = self._loop.time()
            elif not content.startswith(self._sender):
                self._hear_ring(channel, content)

    def _confirm(self, channel: str) -> None:
        if channel not in self._wanted:
            return
        self._confirmed.add(channel)
        for future in self._waiters.pop(channel, ()):
            if not future.done():
                future.set_result(None)
        # Here and nowhere earlier: before the last confirmation a ring could still be missed.
        if not self._is_back and self._wanted <= self._confirmed:
            self._is_back = True
            self._come_back()

    def _come_back(self) -> None:
        if self._was_heard and self._ears:
            self.n_returns += 1
            self._ears.hear_return()
        self._was_heard = True

    def _hear_ring(self, channel: str, payload: bytes) -> None:
        if self._ears is None:
            return
        self.n_heard += 1
        try:
            _tell(self._ears, StreamId(channel.removeprefix("s:")), payload[SENDER_BYTES:])
        except (ValueError, TypeError, KeyError) as error:
            # Another version's ring, for instance during an update: as good as lost, and repaired like it.
            log.warning("event=ring_unread why=%s", type(error).__name__)


@asynccontextmanager
async def open_bus(url: str, ears: Ears | None = None) -> AsyncIterator[Bus]:
    """A bus that rings, and with `ears` hears, until the block ends. Redis need not be there."""
    bus = Bus(url, ears)
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(bus._stay_linked()), tasks.create_task(bus._watch_forever())]
        try:
            yield bus
        finally:
            # The last rings, too.
            bus._send()
            for task in running:
                task.cancel()


def _stream_channel(stream: StreamId) -> str:
    return f"s:{stream}"


def _event_parts(event: Prepared) -> list[object]:
    return [event.seq, dict(event.frames), list(event.lost), list(event.recast), event.forgets, event.post]


def _by_frame(private: Mapping[AccountId, bytes]) -> dict[bytes, str]:
    """A class says few different things, so each of them is rung once."""
    frames = set(private.values())
    if len(frames) == 1:
        return {frames.pop(): ",".join(private)}
    accounts: dict[bytes, list[AccountId]] = {}
    for account, frame in private.items():
        accounts.setdefault(frame, []).append(account)
    return {frame: ",".join(some) for frame, some in accounts.items()}


def _by_account(private: Mapping[bytes, str]) -> dict[AccountId, bytes]:
    by_account: dict[AccountId, bytes] = {}
    for frame, accounts in private.items():
        by_account.update(dict.fromkeys(cast("list[AccountId]", accounts.split(",")), frame))
    return by_account


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
            gauge = PreparedGauge(name=name, key=key, rev=rev, frames=frames, private=_by_account(private))
            ears.hear_gauge(stream, gauge)
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
