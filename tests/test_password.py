"""Which passwords are good enough, and how they are hashed."""

from __future__ import annotations

import asyncio
import os
import threading

import pytest

from protocol.errors import Code, Refused
from server.core.phone import Phone
from server.password import GIVE_WAY, Passwords, check_strength, common_passwords, is_common

PHONE = Phone("+8613800138000")


@pytest.mark.parametrize(
    "password",
    [
        "password1",
        "Password",
        "12345678",
        "abcdefgh",
        "QWERTYUIOP",
        "1qaz2wsx",
        "11111111",
        "ababababab",
        "13141314",
        "woaini520",
        "wodemima123",
        "shangke2026",
        "zhang19990101",
        "123456abc!",
        "qwe123456",
        "5201314520",
        "AA123456789",
    ],
)
def test_what_a_guesser_tries_first_is_common(password: str) -> None:
    assert is_common(password)


@pytest.mark.parametrize(
    "password", ["correct horse 42", "汉字密码也可以", "hY7#kkq2", "teacherly-ways", "🐼🐼🐼 pandas"]
)
def test_other_passwords_are_not(password: str) -> None:
    assert not is_common(password)


def test_the_list_of_common_passwords_is_the_three_thousand_it_says() -> None:
    assert len(common_passwords()) > 2_900
    assert all(is_common(password) for password in common_passwords())
    assert min(len(password) for password in common_passwords()) >= 8


@pytest.mark.parametrize("password", ["hY7#kk", "x13800138000x", "password"])
def test_short_own_and_common_ones_are_refused(password: str) -> None:
    with pytest.raises(Refused) as caught:
        check_strength(password, PHONE)
    assert caught.value.code is Code.WEAK_PASSWORD


async def test_a_hash_verifies_its_own_password_only_and_wholly() -> None:
    async with Passwords() as passwords:
        stored = await passwords.hash("a" * 72 + "x")
        assert stored.startswith("$argon2id$")
        assert await passwords.verify(stored, "a" * 72 + "x")
        assert not await passwords.verify(stored, "a" * 72)
        assert not await passwords.verify(stored, "a" * 72 + "y")
        assert not await passwords.verify(None, "nobody's password")


async def test_a_crowd_waits_in_a_bounded_line() -> None:
    async with Passwords(threads=1, most_waiting=3) as passwords:
        outcomes = await asyncio.gather(*(passwords.verify(None, "x") for _ in range(10)), return_exceptions=True)
        refused = [each for each in outcomes if isinstance(each, Refused)]
        assert [each.code for each in refused] == [Code.OVERLOADED] * 7
        assert not await passwords.verify(None, "x")


async def test_the_loop_goes_on_while_a_hundred_log_in() -> None:
    n_turns = 0
    async with Passwords(most_waiting=100) as passwords:
        working = asyncio.gather(*(passwords.verify(None, "x") for _ in range(100)))
        while not working.done():
            await asyncio.sleep(0)
            n_turns += 1
        assert await working == [False] * 100
        assert passwords.n_hashed == 100
    # Hashing on the loop would leave it one turn or two for each.
    assert n_turns > 800


async def test_threads_that_hash_give_way_to_the_loop() -> None:
    """Also where a machine is busy, class goes before log-ins."""
    async with Passwords() as passwords:
        await passwords.hash("correct horse 42")
        threads = [each.native_id for each in threading.enumerate() if each.name.startswith("password")]
        own = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
        theirs = {os.getpriority(os.PRIO_PROCESS, each) for each in threads if each}
    assert theirs == {min(own + GIVE_WAY, 19)}
