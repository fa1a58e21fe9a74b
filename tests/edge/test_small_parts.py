"""The small pure parts of the edge: buckets, wheels, crowds; and how look-ups are gathered."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.ids import DeviceId
from protocol.limits import DEVICES_PER_ACCOUNT
from server.bucket import Bucket
from server.edge.batch import Batch, Flights
from server.edge.crowd import Seat, surplus
from server.edge.wheel import Wheel


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    bucket = Bucket(20, 40, 0.0)
    assert [bucket.wait_ms(0.0) for _ in range(40)] == [0] * 40
    assert (bucket.wait_ms(0.0), bucket.n_refused) == (50, 1)
    assert (bucket.wait_ms(0.05), bucket.n_refused) == (0, 0)
    assert not bucket.is_full(1.0)
    assert bucket.is_full(3.0)


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 9)), max_size=40))
def test_a_wheel_gives_each_thing_once_at_its_time(steps: list[tuple[int, int]]) -> None:
    wheel: Wheel[int] = Wheel(5)
    due: dict[int, int] = {}
    now = 0
    for number, (in_ticks, n_ticks) in enumerate(steps):
        wheel.put(number, in_ticks)
        due[number] = now + in_ticks
        for _ in range(n_ticks):
            now += 1
            given_now = set(wheel.tick())
            assert given_now == {item for item, at in due.items() if at == now}


def seat(connection: str, device: str, opened_ms: int) -> Seat:
    return Seat(connection=connection, device=DeviceId(device), opened_ms=opened_ms)


def test_the_oldest_devices_make_room() -> None:
    seats = [seat(str(number), f"device {number}", number) for number in range(7)]
    assert [each.connection for each in surplus(seats)] == ["1", "0"]
    assert surplus(seats[:DEVICES_PER_ACCOUNT]) == []


def test_what_a_lost_network_left_behind_makes_room_before_another_device() -> None:
    seats = [seat(str(number), f"device {number}", number) for number in range(5)]
    again = seat("again", "device 4", 9)
    assert surplus([*seats, again]) == [seats[4]]


class Tasks:
    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group

    def __call__(self, work: Coroutine[None, None, None]) -> None:
        self._group.create_task(work)


async def test_who_asks_while_a_query_runs_shares_the_next() -> None:
    asked: list[list[int]] = []

    async def look_up(keys: Sequence[int]) -> Mapping[int, str]:
        asked.append(sorted(keys))
        await asyncio.sleep(0)
        return {key: str(key) for key in keys if key < 100}

    async with asyncio.TaskGroup() as group:
        batch: Batch[int, str] = Batch(Tasks(group), look_up)
        first = group.create_task(batch.get([1]))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        others = [group.create_task(batch.get([number, 100])) for number in (2, 3, 3)]
        assert await first == {1: "1"}
        assert [await each for each in others] == [{2: "2"}, {3: "3"}, {3: "3"}]
        assert asked == [[1], [2, 3, 100]]
        assert await batch.get([]) == {}


async def test_a_query_that_fails_fails_for_all_who_asked_and_for_nobody_after() -> None:
    is_broken = True

    async def look_up(keys: Sequence[int]) -> Mapping[int, int]:
        if is_broken:
            raise OSError("away")
        return {key: key for key in keys}

    async with asyncio.TaskGroup() as group:
        batch: Batch[int, int] = Batch(Tasks(group), look_up)
        with pytest.raises(OSError, match="away"):
            await batch.get([1, 2])
        is_broken = False
        assert await batch.get([1]) == {1: 1}


async def test_one_who_gives_up_does_not_take_the_answer_from_the_others() -> None:
    arrived = asyncio.Event()
    n_fetched = 0

    async def fetch() -> str:
        nonlocal n_fetched
        n_fetched += 1
        await arrived.wait()
        return "snapshot"

    async with asyncio.TaskGroup() as group:
        flights: Flights[str] = Flights(Tasks(group))
        impatient = group.create_task(flights.join("key", fetch))
        patient = group.create_task(flights.join("key", fetch))
        await asyncio.sleep(0)
        impatient.cancel()
        arrived.set()
        assert await patient == "snapshot"
        assert n_fetched == 1
        assert await flights.join("key", fetch) == "snapshot"
        assert n_fetched == 2


async def test_a_fetch_that_fails_fails_for_all_who_wait() -> None:
    async def fetch() -> str:
        raise OSError("away")

    async with asyncio.TaskGroup() as group:
        flights: Flights[str] = Flights(Tasks(group))
        with pytest.raises(OSError, match="away"):
            await flights.join("key", fetch)
