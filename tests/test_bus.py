"""The bell on a real Redis: what is rung is heard by every process, once, and an outage is noticed and survived."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path

from protocol.ids import AccountId, DeviceId, Seq, StreamId
from server import embedded
from server.bus import (
    Bus,
    Control,
    DeliveryPart,
    LoggedOut,
    SocketClosed,
    SocketOpened,
    open_bus,
)
from server.hub.prepared import Prepared, PreparedGauge
from tests.harness.until import until

STREAM, OTHER = StreamId("S" * 16), StreamId("T" * 16)
ANN, BOB, EVE = (AccountId(letter * 16) for letter in "ABE")
EVENT = Prepared(seq=Seq(7), frames={"staff": b"\x01", "student": b""}, lost=(ANN,), recast=(ANN,), forgets=True)
GAUGE = PreparedGauge(
    name="tally", key="k", rev=3, frames={"staff": b"\xff"}, private={ANN: b"\x00", BOB: b"\x01", EVE: b"\x00"}
)
PART = DeliveryPart(node="a", seq=Seq(7), n_online=2, n_have=1)


class Heard:
    def __init__(self) -> None:
        self.all: list[object] = []
        self.n_returns = 0

    def hear_events(self, stream: StreamId, events: Sequence[Prepared]) -> None:
        self.all += [(stream, event) for event in events]

    def hear_gauge(self, stream: StreamId, gauge: PreparedGauge) -> None:
        self.all.append((stream, gauge))

    def hear_signal(self, stream: StreamId, sender: AccountId, frame: bytes) -> None:
        self.all.append((stream, sender, frame))

    def hear_part(self, stream: StreamId, part: DeliveryPart) -> None:
        self.all.append((stream, part))

    def hear_control(self, control: Control) -> None:
        self.all.append(control)

    def hear_return(self) -> None:
        self.n_returns += 1


def ring_everything(bus: Bus) -> list[object]:
    out = LoggedOut(account=ANN, devices=(DeviceId("D" * 16),))
    opened = SocketOpened(account=ANN, device=DeviceId("D" * 16), connection="c", opened_ms=5)
    closed = SocketClosed(account=ANN, connection="c")
    bus.publish_events(STREAM, [])
    bus.publish_events(STREAM, [EVENT])
    bus.publish_gauge(STREAM, GAUGE)
    bus.publish_signal(STREAM, ANN, b"typing")
    bus.publish_part(STREAM, PART)
    bus.publish_logged_out(ANN, out.devices)
    bus.publish_control(opened)
    bus.publish_control(closed)
    return [(STREAM, EVENT), (STREAM, GAUGE), (STREAM, ANN, b"typing"), (STREAM, PART), out, opened, closed]


async def is_so(holds: Callable[[], object], heard: Heard) -> None:
    await until(holds, lambda: heard.all)


async def test_what_is_rung_is_heard_here_at_once_and_there_once(redis_url: str) -> None:
    here, there = Heard(), Heard()
    async with open_bus(redis_url, here) as bus, open_bus(redis_url, there) as other:
        assert await bus.subscribe([STREAM])
        assert await other.subscribe([STREAM, STREAM])
        assert await other.subscribe([STREAM])
        rung = ring_everything(bus)
        assert here.all == rung
        other.publish_events(STREAM, [EVENT])
        await is_so(lambda: len(there.all) == len(rung) + 1 and len(here.all) == len(rung) + 1, there)
        assert there.all == [(STREAM, EVENT), *rung]
        assert here.all == [*rung, (STREAM, EVENT)]
        assert (bus.n_lost, other.n_heard) == (0, len(rung))


async def test_a_process_without_ears_rings_all_the_same(redis_url: str) -> None:
    heard = Heard()
    async with open_bus(redis_url, heard) as listening, open_bus(redis_url) as worker:
        await listening.subscribe([STREAM])
        rung = ring_everything(worker)
        await is_so(lambda: len(heard.all) == len(rung), heard)
        assert heard.all == rung


async def test_a_stream_that_was_given_up_is_not_heard(redis_url: str) -> None:
    heard = Heard()
    async with open_bus(redis_url, heard) as listening, open_bus(redis_url) as worker:
        await listening.subscribe([STREAM, OTHER])
        listening.unsubscribe([STREAM, StreamId("unknown")])
        # Its confirmation comes back through the same link as the silence it promises.
        await listening.subscribe([StreamId("U" * 16)])
        worker.publish_events(STREAM, [EVENT])
        worker.publish_events(OTHER, [EVENT])
        await is_so(lambda: heard.all, heard)
        assert heard.all == [(OTHER, EVENT)]


async def test_the_probe_tells_readiness_and_an_outage_ends_with_a_return(tmp_path: Path) -> None:
    heard = Heard()
    async with contextlib.AsyncExitStack() as redis:
        running = await redis.enter_async_context(embedded.run_redis(tmp_path / "redis"))
        async with open_bus(running.url(), heard) as bus:
            assert await bus.subscribe([STREAM])
            await is_so(lambda: bus.is_ready, heard)
            await redis.aclose()
            await is_so(lambda: not bus.is_ready, heard)
            assert not await bus.subscribe([OTHER], timeout_s=0.05)
            bus.publish_events(STREAM, [EVENT])
            assert heard.all == [(STREAM, EVENT)]
            assert heard.n_returns == 0
            async with embedded.run_redis(tmp_path / "redis"), open_bus(running.url()) as worker:
                await is_so(lambda: bus.is_ready and heard.n_returns == 1, heard)
                worker.publish_events(OTHER, [EVENT])
                await is_so(lambda: (OTHER, EVENT) in heard.all, heard)


async def test_what_cannot_be_read_is_as_good_as_lost(redis_url: str) -> None:
    from redis.asyncio import Redis

    heard = Heard()
    async with open_bus(redis_url, heard) as bus, Redis.from_url(redis_url) as client:
        await bus.subscribe([STREAM])
        for nonsense in (b"", b"x" * 8, b"x" * 8 + b"\xc1", b"x" * 8 + b"\x81\xa1k\xa6events", b"x" * 8 + b"\x90"):
            await client.publish(f"s:{STREAM}", nonsense)
        await client.publish("control", b"")
        bus.publish_events(STREAM, [EVENT])
        await is_so(lambda: bus.n_rung >= 1, heard)
        assert heard.all == [(STREAM, EVENT)]
        assert await bus.subscribe([OTHER])


async def test_five_thousand_rings_arrive_in_order(redis_url: str) -> None:
    heard = Heard()
    async with open_bus(redis_url, heard) as listening, open_bus(redis_url) as worker:
        await listening.subscribe([STREAM])
        for seq in range(5_000):
            worker.publish_events(STREAM, [Prepared(seq=Seq(seq), frames={})])
        await until(lambda: len(heard.all) == 5_000, lambda: len(heard.all))
        assert heard.all == [(STREAM, Prepared(seq=Seq(seq), frames={})) for seq in range(5_000)]


async def test_a_bell_nobody_takes_is_bounded(tmp_path: Path) -> None:
    async with open_bus(f"unix://{tmp_path}/nobody.sock") as bus:
        for _ in range(10_050):
            bus.publish_events(STREAM, [EVENT])
        assert bus.n_lost == 50
        await asyncio.sleep(0)
