"""A program that ends is started again, ever more patiently; one that never starts is told about."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.embedded import Child, spawn
from server.supervise import Readiness, Start, StartError, kept, readiness
from tests.harness.until import until

SAYS_READY = (
    "import os, socket, time; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); "
    "s.sendto(b'READY=1\\nMAINPID=%d' % os.getpid(), os.environ['NOTIFY_SOCKET']); time.sleep(600)"
)


@pytest.fixture
async def heard(tmp_path: Path) -> AsyncIterator[Readiness]:
    async with readiness(tmp_path / "notify.sock") as listening:
        yield listening


def program(heard: Readiness, code: str, seen: list[Child], *, wait_s: float = 20.0) -> Start:
    @contextlib.asynccontextmanager
    async def start() -> AsyncIterator[Child]:
        child = await spawn(
            "program",
            [sys.executable, "-c", code],
            log=heard.address.with_name("log"),
            environment={**os.environ, "NOTIFY_SOCKET": str(heard.address)},
        )
        try:
            await heard.of(child, wait_s=wait_s)
            seen.append(child)
            yield child
        finally:
            await child.stop()

    return start


async def test_a_program_that_ends_is_started_again(heard: Readiness, caplog: pytest.LogCaptureFixture) -> None:
    seen: list[Child] = []
    with caplog.at_level(logging.WARNING):
        async with kept(program(heard, SAYS_READY, seen)):
            assert [child.is_running for child in seen] == [True]
            os.kill(seen[0].pid, signal.SIGKILL)
            await until(lambda: len(seen) == 2, lambda: seen)
            assert [child.is_running for child in seen] == [False, True]
    assert [child.is_running for child in seen] == [False, False]
    assert caplog.messages == ["program ended with exit code -9", "starting it again in 0.5 s"]


async def test_pauses_grow_while_it_keeps_ending(heard: Readiness, caplog: pytest.LogCaptureFixture) -> None:
    seen: list[Child] = []
    with caplog.at_level(logging.WARNING):
        async with kept(program(heard, SAYS_READY, seen)):
            os.kill(seen[0].pid, signal.SIGKILL)
            await until(lambda: len(seen) == 2, lambda: seen)
            os.kill(seen[1].pid, signal.SIGKILL)
            await until(lambda: len(seen) == 3, lambda: seen)
    assert [words for words in caplog.messages if "starting" in words] == [
        "starting it again in 0.5 s",
        "starting it again in 1.0 s",
    ]


async def test_a_program_that_ends_before_it_is_ready_is_told_about(heard: Readiness) -> None:
    with pytest.raises(ExceptionGroup) as caught:
        async with kept(program(heard, "raise SystemExit(7)", [])):
            pass
    assert [str(error) for error in caught.value.exceptions] == ["program ended with exit code 7 before it was ready"]
    assert isinstance(caught.value.exceptions[0], StartError)


async def test_a_program_that_never_gets_ready_is_told_about(heard: Readiness) -> None:
    with pytest.raises(ExceptionGroup) as caught:
        async with kept(program(heard, "import time; time.sleep(600)", [], wait_s=0.3)):
            pass
    assert [str(error) for error in caught.value.exceptions] == ["program was not ready after 0 s"]


async def test_strange_words_on_the_socket_are_ignored(heard: Readiness) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stranger:
        for words in (b"", b"\xff\xfe", b"READY=1", b"READY=1\nMAINPID=x", b"READY=1\nMAINPID=\xc2\xb2"):
            stranger.sendto(words, str(heard.address))
    seen: list[Child] = []
    async with kept(program(heard, SAYS_READY, seen)):
        assert [child.is_running for child in seen] == [True]
