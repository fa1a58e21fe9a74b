"""One hub process: its connections, its ears at the bell, and everything that has to happen once in a while.

Sockets come in by `let_in`; what they wish goes to the road. Knows who is here; what a stream's readers need
from the book is `supply`'s, how it is handed out the hub's.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random

from protocol.close import Close
from protocol.codec import encode
from protocol.envelopes import Gauge, Reconnect
from protocol.ids import AccountId, DeviceId, Millis, StreamId
from protocol.limits import COMMAND_BURST, COMMANDS_PER_S, HEADS_INTERVAL_S, HEARTBEAT_S
from server.bucket import Bucket
from server.bus import Bus, Control, DeliveryPart, LoggedOut, SocketClosed, SocketOpened, open_bus
from server.edge.batch import Batch
from server.edge.book import Book, KnownDevice
from server.edge.crowd import Seat, surplus
from server.edge.road import Late, Road
from server.edge.supply import Supply
from server.edge.wheel import Wheel
from server.hub.connection import Connection
from server.hub.prepared import Prepared, PreparedGauge
from server.hub.reach import Reaches
from server.hub.stream import Reach

TICK_S = 1.0
HEARTBEAT_EARLIEST_S, HEARTBEAT_LATEST_S = round(HEARTBEAT_S * 0.9), round(HEARTBEAT_S * 1.1)
# Every so often all tokens are looked up anew: an expired one, or a log-out that the bell lost.
TOKENS_INTERVAL_S = 60
IDLE_INTERVAL_S = 15
# A token looked up just before its log-out must not get in just after.
LOGGED_OUT_KEPT_MS = 30_000
DRAIN_LEAST_S = 10.0
DRAIN_PER_S = 200
LAG_TOO_LONG_S = 2.0
MOST_CONNECTIONS = 20_000
MOST_GREETING = 5_000
STOP_S = 1.0

log = logging.getLogger("shangke.node")


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """How a connection was let in, so that it can be asked again whether it may stay."""

    hash: bytes
    client: tuple[str, str]  # kind and version


class Node:
    def __init__(self, name: str, book: Book, draw: Random) -> None:
        self.name = name
        self._book = book
        self._running: set[asyncio.Task[None]] = set()
        self._draw = draw
        self._loop = asyncio.get_running_loop()
        self.now_s = self._loop.time
        self.supply = Supply(book, self.spawn)
        self.hub = self.supply.hub
        self.devices: Batch[bytes, KnownDevice] = Batch(self.spawn, book.devices_by_token_hashes)
        self.tokens: dict[Connection, Token] = {}
        self._seen: set[DeviceId] = set()
        self.buckets: dict[DeviceId, Bucket] = {}
        # Who has not said hello yet, with the loop time it must be said by; the oldest first.
        self.greeting: dict[object, tuple[float, Callable[[Close], None]]] = {}
        # By when each command under way must be answered; the oldest first.
        self.under_way: dict[Late, float] = {}
        self._bus: Bus | None = None
        self._road: Road | None = None
        self._heartbeats: Wheel[Connection] = Wheel(HEARTBEAT_LATEST_S)
        self._reaches = Reaches()
        self._elsewhere: dict[AccountId, dict[str, Seat]] = {}
        self._logged_out: deque[tuple[float, LoggedOut]] = deque()
        self._n_ticks = 0
        self.is_draining = False
        self.least_versions: tuple[str, ...] = ()
        self.lag_s = 0.0
        self.n_stalled = 0
        self.n_done: Counter[str] = Counter()
        self.n_refused: Counter[str] = Counter()

    # Beginning and end

    def start(self, bus: Bus) -> None:
        self._bus = bus
        self.supply.start(bus)
        self.spawn(self._tick_forever())
        self.spawn(self._sweep_forever())

    def open_doors(self, road: Road) -> None:
        """From now on sockets are let in, and this is where their commands go."""
        self._road = road

    @property
    def bus(self) -> Bus:
        assert self._bus is not None, "started"
        return self._bus

    @property
    def road(self) -> Road:
        assert self._road is not None, "sockets come after open_doors"
        return self._road

    def spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """A task of the node's own, which ends with it at the latest."""
        task = self._loop.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        """What failed is logged and tried again by its next occasion; it must not end the node."""
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("event=task_failed", exc_info=error)

    async def stop(self) -> None:
        """Leave everything as it is: nobody is served any more."""
        while self._running:
            for task in self._running:
                task.cancel()
            await asyncio.wait(self._running, timeout=STOP_S)

    async def is_ready(self) -> bool:
        """Whether to send clients here: the doors are open, the bell is heard and the book answers."""
        if self.is_draining or self._road is None or not self.bus.is_ready:
            return False
        try:
            async with asyncio.timeout(2):
                await self._book.heads(())
        except Exception as error:  # whatever it is, the book does not answer
            log.warning("event=book_away why=%s", type(error).__name__)
            return False
        return True

    @property
    def is_full(self) -> bool:
        """Whether the next one is better told to come back later than let in."""
        return (
            self.is_draining
            or self._road is None
            or self.lag_s > LAG_TOO_LONG_S
            or len(self.greeting) >= MOST_GREETING
            or len(self.hub.connections) >= MOST_CONNECTIONS
        )

    async def drain(self) -> None:
        """Send everybody away, evenly over time, so that the other nodes can take them in."""
        self.is_draining = True
        leaving = sorted(self.hub.connections, key=lambda connection: connection.opened_ms)
        window_s = max(DRAIN_LEAST_S, len(leaving) / DRAIN_PER_S)
        slot_s = window_s / max(len(leaving), 1)
        began = self._loop.time()
        for number, connection in enumerate(leaving):
            self.hub.reply(connection, Reconnect(after_ms=int(number * slot_s * 1000)))
        for number, connection in enumerate(leaving):
            wait_s = began + number * slot_s - self._loop.time()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            self.hub.close(connection, Close.RESTART)
        for connection in list(self.hub.connections):
            self.hub.close(connection, Close.RESTART)
        log.info("event=drained n=%d s=%.1f", len(leaving), self._loop.time() - began)

    # Who comes and goes

    def bucket(self, device: DeviceId) -> Bucket:
        """How fast a device may send commands; over all its sockets here, and over reconnects."""
        bucket = self.buckets.get(device)
        if bucket is None:
            bucket = self.buckets[device] = Bucket(COMMANDS_PER_S, COMMAND_BURST, self._loop.time())
        return bucket

    def is_logged_out(self, device: KnownDevice) -> bool:
        """Whether a log-out was rung that the look-up of its token may not have seen."""
        return any(
            out.account == device.account and (not out.devices or device.id in out.devices)
            for _, out in self._logged_out
        )

    def let_in(self, connection: Connection, token: Token) -> None:
        self.hub.add(connection)
        self.tokens[connection] = token
        self._seen.add(connection.device)
        self._heartbeats.put(connection, self._next_heartbeat())
        opened = SocketOpened(
            account=connection.account,
            device=connection.device,
            connection=connection.id,
            opened_ms=connection.opened_ms,
        )
        self.bus.publish_control(opened)

    def let_go(self, connection: Connection) -> None:
        """The socket is gone, whoever closed it. Safe to call twice."""
        self.hub.remove(connection)
        if self.tokens.pop(connection, None) is None:
            return
        self.bus.publish_control(SocketClosed(account=connection.account, connection=connection.id))
        if connection.account not in self.hub.accounts:
            self._elsewhere.pop(connection.account, None)

    def cut(self, connection: Connection, code: Close) -> None:
        self.hub.close(connection, code)
        self.let_go(connection)

    # Ears of the bus

    def hear_events(self, stream: StreamId, events: Sequence[Prepared]) -> None:
        self.hub.hear_events(stream, events, self.supply.now_ms())
        if self._road is not None:
            self._road.hear_events(stream, events)

    def hear_gauge(self, stream: StreamId, gauge: PreparedGauge) -> None:
        self.hub.hear_gauge(stream, gauge)

    def hear_signal(self, stream: StreamId, sender: AccountId, frame: bytes) -> None:
        self.hub.hear_signal(stream, sender, frame)

    def hear_part(self, stream: StreamId, part: DeliveryPart) -> None:
        if stream in self.hub.streams:
            reach = Reach(seq=part.seq, n_online=part.n_online, n_have=part.n_have)
            self._reaches.hear(stream, part.node, reach, self.supply.now_ms())

    def hear_control(self, control: Control) -> None:
        match control:
            case LoggedOut():
                self._logged_out.append((self.supply.now_ms() + LOGGED_OUT_KEPT_MS, control))
                for connection in list(self.hub.accounts.get(control.account, ())):
                    if not control.devices or connection.device in control.devices:
                        self.cut(connection, Close.LOGGED_OUT)
            case SocketOpened():
                self._make_room(control)
            case SocketClosed():
                self._elsewhere.get(control.account, {}).pop(control.connection, None)

    def hear_return(self) -> None:
        self.spawn(self.supply.sweep_heads())
        self.spawn(self._check_tokens())

    def _make_room(self, opened: SocketOpened) -> None:
        here = {
            each.id: Seat(connection=each.id, device=each.device, opened_ms=each.opened_ms)
            for each in self.hub.accounts.get(opened.account, ())
        }
        if not here:
            return
        if opened.connection not in here:
            seat = Seat(connection=opened.connection, device=opened.device, opened_ms=opened.opened_ms)
            self._elsewhere.setdefault(opened.account, {})[opened.connection] = seat
        elsewhere = self._elsewhere.get(opened.account, {})
        too_many = {seat.connection for seat in surplus([*here.values(), *elsewhere.values()])}
        for connection in list(self.hub.accounts[opened.account]):
            if connection.id in too_many:
                self.cut(connection, Close.TOO_MANY_DEVICES)
        for connection_id in too_many & elsewhere.keys():
            del elsewhere[connection_id]

    # Once in a while

    def _next_heartbeat(self) -> int:
        return self._draw.randint(HEARTBEAT_EARLIEST_S, HEARTBEAT_LATEST_S)

    async def _tick_forever(self) -> None:
        due = self._loop.time() + TICK_S
        while True:
            await asyncio.sleep(max(due - self._loop.time(), 0))
            now_s = self._loop.time()
            self.lag_s = now_s - due
            due = now_s + TICK_S
            try:
                self._tick(now_s)
            except Exception:  # the background guard of one tick: the next must come
                log.exception("event=tick_failed")

    def _tick(self, now_s: float) -> None:
        now_ms = now_s * 1000
        self._n_ticks += 1
        self.n_stalled += self.hub.close_stalled(now_ms)
        self.hub.catching.go_on()
        for connection in [each for each in self.tokens if each.is_closed]:
            self.let_go(connection)
        self._send_home_the_silent(now_s)
        self._give_up_the_late(now_s)
        self._beat()
        self._tell_reach(now_ms)
        while self._logged_out and self._logged_out[0][0] < now_ms:
            self._logged_out.popleft()
        if self._n_ticks % TOKENS_INTERVAL_S == 0:
            self.buckets = {device: each for device, each in self.buckets.items() if not each.is_full(now_s)}
            self.spawn(self._check_tokens())
        if self._n_ticks % IDLE_INTERVAL_S == 0:
            self._drop_idle()

    def _send_home_the_silent(self, now_s: float) -> None:
        for who, (by_s, close) in list(self.greeting.items()):
            if by_s > now_s:
                return
            del self.greeting[who]
            close(Close.HELLO_TIMEOUT)

    def _give_up_the_late(self, now_s: float) -> None:
        while self.under_way:
            late, by_s = next(iter(self.under_way.items()))
            if by_s > now_s:
                return
            del self.under_way[late]
            late.expire()

    def _beat(self) -> None:
        now = server_time()
        for connection in self._heartbeats.tick():
            if not connection.is_closed:
                self.hub.beat(connection, now)
                self._heartbeats.put(connection, self._next_heartbeat())

    def _tell_reach(self, now_ms: float) -> None:
        moved, self.hub.reach_moved = self.hub.reach_moved, set()
        if self._n_ticks % 10 == 0:
            moved |= {stream for stream in self.hub.streams.values() if stream.n_students}
        for stream in moved:
            reach = self._reaches.to_tell(stream, now_ms)
            if reach is not None:
                part = DeliveryPart(node=self.name, seq=reach.seq, n_online=reach.n_online, n_have=reach.n_have)
                self.bus.publish_part(stream.id, part)
        for stream_id, reach in self._reaches.moved(now_ms).items():
            self.hub.hear_gauge(stream_id, delivery_gauge(stream_id, reach, server_time()))

    def _drop_idle(self) -> None:
        for stream_id in self.supply.drop_idle():
            self._reaches.forget(stream_id)

    async def _check_tokens(self) -> None:
        """Close who may not stay: the token expired, or a log-out was not heard."""
        seen, self._seen = self._seen, set()
        if seen:
            await self._book.touch_devices(sorted(seen))
        asked = {connection: token.hash for connection, token in self.tokens.items()}
        known = await self.devices.get(set(asked.values()))
        for connection, hashed in asked.items():
            token = self.tokens.get(connection)
            if token is not None and token.hash == hashed and hashed not in known:
                self.cut(connection, Close.UNAUTHENTICATED)

    async def _sweep_forever(self) -> None:
        while True:
            await asyncio.sleep(HEADS_INTERVAL_S)
            try:
                async with asyncio.timeout(10):
                    await self.supply.sweep_heads()
            except Exception as error:  # the background guard of one sweep: the next must come
                log.warning("event=sweep_failed why=%s", type(error).__name__)


@asynccontextmanager
async def open_node(name: str, book: Book, redis_url: str) -> AsyncIterator[Node]:
    """A node with its bell, until the block ends. Who made it opens the doors, and drains it."""
    # Two processes of one name are still two in what they tell each other.
    node = Node(f"{name}-{secrets.token_hex(3)}", book, Random())
    async with open_bus(redis_url, node) as bus:
        node.start(bus)
        try:
            yield node
        finally:
            await node.stop()


def server_time() -> Millis:
    return Millis(time.time_ns() // 1_000_000)


def delivery_gauge(stream: StreamId, reach: Reach, now: Millis) -> PreparedGauge:
    """Staff's gauge. The time makes it grow, whichever node a client reads it from."""
    value: dict[str, object] = {"seq": reach.seq, "n_online": reach.n_online, "n_have": reach.n_have}
    frame = encode(Gauge(stream=stream, name="delivery", key="", rev=now, value=value))
    return PreparedGauge(name="delivery", key="", rev=now, frames={"staff": frame})
