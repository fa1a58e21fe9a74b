"""The drivers of text messages: both keep the same promises, to a provider that is a real server on this machine."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from server.config import read
from server.core.phone import Phone
from server.gateways.choice import choose_sms
from server.gateways.console import ConsoleSms
from server.gateways.http import HttpSms
from server.gateways.sms import CodeMessage, Sms, SmsFailed

MESSAGE = CodeMessage(phone=Phone("+8613800138000"), code="246802", purpose="reset")


@dataclass(slots=True)
class Provider:
    """A bridge to a provider: takes posts, answers with `status`, remembers what came."""

    url: str = ""
    status: str = "200 OK"
    extra: str = ""
    requests: list[tuple[str, bytes]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            int(line.split(":")[1]) for line in head.lower().split("\r\n") if line.startswith("content-length")
        )
        self.requests.append((head, await reader.readexactly(length)))
        writer.write(f"HTTP/1.1 {self.status}\r\n{self.extra}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@asynccontextmanager
async def a_provider() -> AsyncIterator[Provider]:
    provider = Provider()
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    provider.url = f"http://user:secret@127.0.0.1:{port}/sms?key=hidden"
    async with server:
        yield provider


@pytest.mark.parametrize("driver", ["console", "http"])
async def test_a_message_is_taken_and_says_everything_in_chinese(driver: str) -> None:
    async with a_provider() as provider:
        output = io.StringIO()
        sms: Sms = ConsoleSms(output) if driver == "console" else HttpSms(provider.url)
        await sms.send(MESSAGE)
        await sms.close()
        sent = output.getvalue() if driver == "console" else provider.requests[0][1].decode()
    assert "+8613800138000" in sent
    assert "246802" in sent
    assert "【上课】246802 是你的重设密码验证码，5 分钟内有效。请勿告诉他人。" in sent


async def test_the_http_driver_posts_json_with_the_urls_password() -> None:
    async with a_provider() as provider:
        sms = HttpSms(provider.url)
        await sms.send(MESSAGE)
        await sms.close()
    head, body = provider.requests[0]
    assert head.startswith("POST /sms?key=hidden HTTP/1.1\r\n")
    assert f"Basic {base64.b64encode(b'user:secret').decode()}" in head
    assert json.loads(body) == {"to": MESSAGE.phone, "text": MESSAGE.text, "code": "246802", "purpose": "reset"}


@pytest.mark.parametrize("status", ["500 Oh", "403 No", "302 Found"])
async def test_a_provider_that_does_not_take_it_is_a_failure_and_no_redirect_is_followed(status: str) -> None:
    async with a_provider() as provider:
        provider.status, provider.extra = status, f"Location: {provider.url}\r\n"
        sms = HttpSms(provider.url)
        with pytest.raises(SmsFailed) as caught:
            await sms.send(MESSAGE)
        await sms.close()
    assert str(caught.value) == f"status {status[:3]}"
    assert len(provider.requests) == 1


async def test_a_provider_that_is_not_there_is_a_failure_that_tells_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "shangke")
    async with a_provider() as provider:
        url = provider.url
    sms = HttpSms(url)
    with pytest.raises(SmsFailed) as caught:
        await sms.send(MESSAGE)
    await sms.close()
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    told = f"{caught.value!r} {MESSAGE!r} {caplog.text}"
    assert not [secret for secret in ("246802", "13800138000", "hidden", "secret@") if secret in told]


async def test_the_configuration_chooses_the_driver() -> None:
    console = choose_sms(read({}))
    http = choose_sms(read({"SHANGKE_SMS": "http", "SHANGKE_SMS_URL": "http://127.0.0.1:9/sms"}))
    assert (type(console), type(http)) == (ConsoleSms, HttpSms)
    await http.close()


async def test_without_another_place_the_console_driver_prints(capsys: pytest.CaptureFixture[str]) -> None:
    await ConsoleSms().send(MESSAGE)
    assert "code=246802" in capsys.readouterr().out
