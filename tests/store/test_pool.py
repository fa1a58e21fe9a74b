"""Connections are kept between two uses; nobody notices but by the time it saves."""

from __future__ import annotations

import asyncio

import pytest

from protocol.errors import Code, Refused
from server.store.pool import Database, connect, is_usable
from tests.harness.until import until

PID = "SELECT pg_backend_pid()"


async def test_the_same_connection_is_used_again(database: str) -> None:
    async with connect(database, most=3) as db:
        pid = await db.fetchval(PID)
        async with db.transaction() as tx:
            assert await tx.fetchval(PID) == pid
        async with db.single() as one, db.single() as another:
            assert await one.fetchval(PID) == pid
            assert await another.fetchval(PID) != pid


async def test_one_whose_server_ended_is_not_handed_out(database: str) -> None:
    async with connect(database, most=2) as db, connect(database, most=1) as other:
        pid = await db.fetchval(PID)
        await other.fetchval("SELECT pg_terminate_backend($1)", pid)
        (kept,) = db.idle.connections
        await until(lambda: not is_usable(kept), lambda: pid)
        assert await db.fetchval(PID) != pid


async def test_after_a_fault_or_a_cancellation_nothing_of_it_is_left(database: str) -> None:
    async with connect(database, most=1) as db:
        with pytest.raises(ZeroDivisionError):
            await fail_in_the_middle(db)
        asleep = asyncio.create_task(db.fetchval("SELECT pg_sleep(60)"))
        async with connect(database, most=1) as other:
            sleeping = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()"
            async with asyncio.timeout(10):
                while not await other.fetchval(sleeping):
                    pass
            asleep.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asleep
            assert await other.fetchval("SELECT pg_try_advisory_xact_lock(7)") is True
        assert await db.fetchval("SELECT pg_current_xact_id_if_assigned()") is None


async def test_whoever_waits_is_served_before_any_is_kept(database: str) -> None:
    async with connect(database, most=1) as db:
        async with asyncio.timeout(10):
            pids = await asyncio.gather(*(db.fetchval(PID) for _ in range(50)))
        assert len(set(pids)) == 1


async def test_closing_waits_for_whoever_has_one_and_refuses_who_comes(database: str) -> None:
    async with connect(database, most=2) as db:
        async with db.single() as one:
            closing = asyncio.create_task(db.close())
            await asyncio.sleep(0)
            assert await one.fetchval("SELECT 1") == 1
            assert not closing.done()
        async with asyncio.timeout(10):
            await closing
        with pytest.raises(Refused) as refused:
            await ask(db)
        assert refused.value.code is Code.OVERLOADED


async def ask(db: Database) -> object:
    return await db.fetchval(PID)


async def fail_in_the_middle(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.execute("SELECT pg_advisory_xact_lock(7)")
        raise ZeroDivisionError
