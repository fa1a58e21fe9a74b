"""E-mail goes out over real SMTP, to a server on this machine."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from server.config import read
from server.gateways.choice import choose_mail
from server.gateways.console import ConsoleMail
from server.gateways.mail import MailFailed, MailMessage
from server.gateways.smtp import MailServer, SmtpMail, read_url
from server.gateways.words import code_text, notice_text

MESSAGE = MailMessage(email="lin@163.com", text=code_text("246802", "login"), subject="【上课】验证码")


class Postbox:
    """Takes e-mail, or answers with `answer`."""

    def __init__(self, answer: str = "250 OK") -> None:
        self.answer = answer
        self.taken: list[Envelope] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.taken.append(envelope)
        return self.answer


@contextmanager
def a_server(postbox: Postbox) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    controller = Controller(postbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


async def test_an_email_arrives_whole_and_in_chinese() -> None:
    postbox = Postbox()
    with a_server(postbox) as url:
        await SmtpMail(url, "上课 <no-reply@class.example>").send(MESSAGE)
    (envelope,) = postbox.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("no-reply@class.example", ["lin@163.com"])
    assert isinstance(envelope.content, bytes)
    came = message_from_bytes(envelope.content, policy=policy.default)
    assert (came["To"], came["Subject"], came["Auto-Submitted"]) == ("lin@163.com", "【上课】验证码", "auto-generated")
    body = came.get_body()
    assert body is not None
    assert body.get_content().strip() == "【上课】246802 是你的登录验证码，5 分钟内有效。请勿告诉他人。"


async def test_what_the_server_does_not_take_has_failed_without_saying_to_whom() -> None:
    with a_server(Postbox("554 no")) as url, pytest.raises(MailFailed) as caught:
        await SmtpMail(url, "no-reply@class.example").send(MESSAGE)
    with pytest.raises(MailFailed) as away:
        await SmtpMail(url, "no-reply@class.example").send(MESSAGE)
    for error in (caught.value, away.value):
        assert error.__cause__ is None
        assert "163.com" not in str(error)
        assert "246802" not in str(error)


async def test_the_drivers_are_chosen_by_the_settings() -> None:
    assert isinstance(choose_mail(read({})), ConsoleMail)
    smtp = {"SHANGKE_MAIL": "smtp", "SHANGKE_MAIL_URL": "smtps://a:b@mail", "SHANGKE_MAIL_FROM": "a@b.cn"}
    assert isinstance(choose_mail(read(smtp)), SmtpMail)
    with pytest.raises(MailFailed):
        await choose_mail(read({"SHANGKE_MAIL": "none"})).send(MESSAGE)


async def test_the_console_prints_what_would_be_sent() -> None:
    output = io.StringIO()
    await ConsoleMail(output).send(MESSAGE)
    assert output.getvalue() == f"mail to=lin@163.com subject=【上课】验证码 text={MESSAGE.text}\n"


def test_a_mail_servers_url_says_everything() -> None:
    assert read_url("smtps://me%40163.com:p%3Aw@smtp.163.com") == MailServer(
        host="smtp.163.com", port=465, is_tls=True, name="me@163.com", password="p:w"
    )
    assert read_url("smtp://mail:2525").port == 2525


def test_neither_address_nor_code_is_in_a_repr() -> None:
    assert "163" not in repr(MESSAGE)
    assert "246802" not in repr(MESSAGE)
    assert (
        notice_text("phone_changed") == "【上课】你的账号更换了绑定的手机号。如非本人操作，请立即修改密码或联系客服。"
    )
