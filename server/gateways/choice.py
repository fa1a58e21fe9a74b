"""Which driver the configuration names."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import assert_never

from server import config
from server.gateways.console import ConsoleSms
from server.gateways.http import HttpSms
from server.gateways.sms import Sms


def choose_sms(settings: config.Config) -> Sms:
    match settings.sms:
        case config.Sms.CONSOLE:
            return ConsoleSms()
        case config.Sms.HTTP:
            return HttpSms(settings.sms_url)
        case _:
            assert_never(settings.sms)


@asynccontextmanager
async def open_sms(settings: config.Config) -> AsyncIterator[Sms]:
    """The driver for as long as the app lives."""
    sms = choose_sms(settings)
    try:
        yield sms
    finally:
        await sms.close()
