"""Which driver the configuration names."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import assert_never

from server import config
from server.gateways.aliyun import AliyunSms
from server.gateways.console import ConsoleMail, ConsoleSms
from server.gateways.http import HttpSms
from server.gateways.mail import Mail, NoMail
from server.gateways.sms import Sms
from server.gateways.smtp import SmtpMail


def choose_sms(settings: config.Config) -> Sms:
    match settings.sms:
        case config.Sms.CONSOLE:
            return ConsoleSms()
        case config.Sms.HTTP:
            return HttpSms(settings.sms_url)
        case config.Sms.ALIYUN:
            return AliyunSms(settings.aliyun)
        case _:
            assert_never(settings.sms)


def choose_mail(settings: config.Config) -> Mail:
    match settings.mail:
        case config.Mail.NONE:
            return NoMail()
        case config.Mail.CONSOLE:
            return ConsoleMail()
        case config.Mail.SMTP:
            return SmtpMail(settings.mail_url, settings.mail_from)
        case _:
            assert_never(settings.mail)


@asynccontextmanager
async def open_sms(settings: config.Config) -> AsyncIterator[Sms]:
    """The driver for as long as the app lives."""
    sms = choose_sms(settings)
    try:
        yield sms
    finally:
        await sms.close()
