"""Passwords: which are good enough, and how they are kept.

Hashing takes 20 ms of a core and 19 MiB, so it happens in a few threads of its own; a crowd waits in a bounded line
and past that is turned away, while the loop goes on serving class.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from types import TracebackType

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from protocol.errors import Code, Refused

SHORTEST = 8
THREADS = 2
MOST_WAITING = 64
GIVE_WAY = 5

# The parameters that OWASP gives for argon2id with the least memory. One lane: more would only take cores from class.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

# Words and numbers that people here put together: `woaini1314`, `qwe123456`, `shangke2026`.
_WORDS = frozenset(
    (
        "a aa aaa abc abcd ab qq qqq qaz qwe qwer qwerty asd asdf asdfgh zxc zxcv zxcvbn zaq wsx pass password pwd "
        "passwd mima wodemima admin administrator root user test guest welcome hello iloveyou love woaini woaiwo "
        "wo ni woaixuexi laopo laogong baobao nihao student teacher xuesheng laoshi daxue school class shangke mooc "
        "icourse muketang xuexiao xuexi zhongguo china beijing shanghai wang li zhang liu chen yang zhao huang zhou wu"
    ).split()
)
_NUMBERS = frozenset(
    (
        "1 12 123 1234 12345 123456 1234567 12345678 123456789 1234567890 0 00 000 0000 00000000 11 111 1111 111111 "
        "11111111 22 222 222222 33 333 333333 520 521 1314 5201314 1314520 5211314 1314521 520520 521521 66 666 6666 "
        "666666 66666666 88 888 8888 888888 88888888 99 999 999999 123123 123321 321 321321 654321 7654321 87654321 "
        "987654321 110 119 120 168 147258 147258369 159753 789456 789456123 112233 11223344 121212 101010 010203"
    ).split()
)
_PARTS = re.compile(r"(?P<word>[a-z]*)(?P<number>[0-9]*)(?P<again>[a-z]*)[!@#$%^&*.,_?-]{0,3}")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}(?:[01][0-9](?:[0-3][0-9])?)?")
_ROWS = (
    "0123456789",
    "9876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv",
)


def check_strength(password: str, address: str | None) -> None:
    """Any 8 characters that are not common and not the owner's address (NIST 800-63B: length and lists, no recipes).

    Raises Refused(WEAK_PASSWORD).
    """
    is_own = address is not None and address.removeprefix("+86") in password
    if len(password) < SHORTEST or is_common(password) or is_own:
        raise Refused(Code.WEAK_PASSWORD, data={"field": "password"})


def is_common(password: str) -> bool:
    """Whether it is among the first that a guesser tries. Letter case makes no difference to them."""
    folded = password.casefold()
    return (
        folded in common_passwords()
        or len(set(folded)) <= 2
        or _is_row(folded)
        or _is_repeated(folded)
        or _is_word_and_number(folded)
    )


@cache
def common_passwords() -> frozenset[str]:
    file = Path(__file__).with_name("common_passwords.txt")
    return frozenset(line.casefold() for line in file.read_text(encoding="ascii").splitlines())


def _is_row(folded: str) -> bool:
    return any(folded in row * 2 for row in _ROWS)


def _is_repeated(folded: str) -> bool:
    """`abcabcabc`, `13141314`: up to four characters, again and again."""
    return any(folded == (folded[:size] * len(folded))[: len(folded)] for size in (1, 2, 3, 4))


def _is_word_and_number(folded: str) -> bool:
    parts = _PARTS.fullmatch(folded)
    if parts is None:
        return False
    words = {parts["word"], parts["again"]} - {""}
    return words <= _WORDS and _is_number(parts["number"])


def _is_number(number: str) -> bool:
    """None, one that everybody knows, two of them, or a year or birthday."""
    is_pair = any(number[:at] in _NUMBERS and number[at:] in _NUMBERS for at in range(1, len(number)))
    return not number or number in _NUMBERS or is_pair or _YEAR.fullmatch(number) is not None


class Passwords:
    """Hashes and verifies off the loop. Made once per process, closed with it.

    `n_hashed`: how many hashes it made since. `nobody`: what a password is compared with where there is none to compare
    it with.
    """

    def __init__(self, *, threads: int = THREADS, most_waiting: int = MOST_WAITING) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="password", initializer=_step_back)
        self._most_waiting = most_waiting
        self._n_waiting = 0
        self.n_hashed = 0
        # Made with the parameters of the real ones, so that an unknown number takes as long as a known one.
        self.nobody = _HASHER.hash("nobody's password")

    async def __aenter__(self) -> Passwords:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def hash(self, password: str) -> str:
        """Raises Refused(OVERLOADED) when too many wait already."""
        with self._place():
            hashed = await asyncio.get_running_loop().run_in_executor(self._threads, _HASHER.hash, password)
        self.n_hashed += 1
        return hashed

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password is the stored one; with None (nobody, or no password) as slow, and false.

        Raises Refused(OVERLOADED) when too many wait already.
        """
        with self._place():
            is_right = await asyncio.get_running_loop().run_in_executor(
                self._threads, _verify, stored or self.nobody, password
            )
        self.n_hashed += 1
        return is_right and stored is not None

    @contextlib.contextmanager
    def _place(self) -> Iterator[None]:
        """A place in the line."""
        if self._n_waiting >= self._most_waiting:
            raise Refused(Code.OVERLOADED, "too many passwords to check", retry_after_ms=2_000)
        self._n_waiting += 1
        try:
            yield
        finally:
            self._n_waiting -= 1


def _step_back() -> None:
    """On a busy machine this thread waits rather than the loop: class goes before log-ins."""
    # Linux has a priority for each thread; elsewhere they stay equal.
    with contextlib.suppress(OSError):
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + GIVE_WAY)


def _verify(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except VerificationError:
        return False
