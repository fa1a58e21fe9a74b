"""Aliyun's API as it is documented: the double checks the signature with a computation of its own."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field

import pytest

from server.core.phone import Phone
from server.environment import Secret
from server.gateways.aliyun import AliyunSms
from server.gateways.settings import AliyunAccount
from server.gateways.sms import CodeMessage, Notice, SmsFailed
from tests.harness.http import Answer, Request, serving

MESSAGE = CodeMessage(phone=Phone("+8613800138000"), code="246802", purpose="login")
SECRET = "the secret of this test"


@dataclass(slots=True)
class Aliyun:
    outcome: str = "OK"
    taken: list[Request] = field(default_factory=list)

    def answer(self, request: Request) -> Answer:
        if not is_signed(request):
            return 400, b'{"Code": "SignatureDoesNotMatch"}'
        self.taken.append(request)
        return (200, json.dumps({"Code": self.outcome, "Message": "…", "RequestId": "1"}).encode())


def is_signed(request: Request) -> bool:
    """Step by step as Aliyun's documents have it."""
    algorithm, _, rest = request.headers["authorization"].partition(" ")
    given = dict(each.split("=", 1) for each in rest.split(","))
    names = given["SignedHeaders"].split(";")
    assert {"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce"} <= set(names)
    assert names == sorted(names)
    hashed_body = hashlib.sha256(request.body).hexdigest()
    assert request.headers["x-acs-content-sha256"] == hashed_body
    lines = [f"{name}:{request.headers[name]}" for name in names]
    query = "&".join(sorted(request.raw_query.split("&")))
    canonical = "\n".join([request.method, request.path, query, *lines, "", ";".join(names), hashed_body])
    meant = f"{algorithm}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(SECRET.encode(), meant.encode(), hashlib.sha256).hexdigest()
    return (algorithm, given["Credential"], given["Signature"]) == ("ACS3-HMAC-SHA256", "key-id", signature)


def an_account(url: str, secret: str = SECRET, notice_template: str = "SMS_2") -> AliyunAccount:
    return AliyunAccount(
        url=url,
        key_id="key-id",
        key_secret=Secret(secret),
        sign_name="上课 ~*+",
        code_template="SMS_1",
        notice_template=notice_template,
    )


async def test_a_code_goes_out_signed_and_in_the_approved_template() -> None:
    aliyun = Aliyun()
    async with serving(aliyun.answer) as url:
        sms = AliyunSms(an_account(url))
        await sms.send(MESSAGE)
        await sms.notify(Notice(phone=MESSAGE.phone, change="phone_changed"))
        await sms.close()
    code, notice = aliyun.taken
    assert (code.headers["x-acs-action"], code.headers["x-acs-version"]) == ("SendSms", "2017-05-25")
    assert code.query == {
        "PhoneNumbers": "13800138000",
        "SignName": "上课 ~*+",
        "TemplateCode": "SMS_1",
        "TemplateParam": '{"code": "246802"}',
    }
    assert (notice.query["TemplateCode"], notice.query["TemplateParam"]) == ("SMS_2", '{"change": "phone_changed"}')
    assert code.headers["x-acs-signature-nonce"] != notice.headers["x-acs-signature-nonce"]


@pytest.mark.parametrize(
    ("secret", "outcome", "why"),
    [
        ("wrong", "OK", "status 400 code SignatureDoesNotMatch"),
        (SECRET, "isv.BUSINESS_LIMIT_CONTROL", "status 200 code isv.BUSINESS_LIMIT_CONTROL"),
        (SECRET, "<13800138000\n>", "status 200 code 13800138000"),
    ],
)
async def test_what_aliyun_does_not_take_has_failed(secret: str, outcome: str, why: str) -> None:
    async with serving(Aliyun(outcome=outcome).answer) as url:
        sms = AliyunSms(an_account(url, secret))
        with pytest.raises(SmsFailed) as caught:
            await sms.send(MESSAGE)
        await sms.close()
    assert str(caught.value) == why


async def test_an_answer_that_is_none_has_failed() -> None:
    async with serving(lambda request: (502, b"<html>")) as url:
        sms = AliyunSms(an_account(url))
        with pytest.raises(SmsFailed, match="status 502 code unreadable"):
            await sms.send(MESSAGE)
    with pytest.raises(SmsFailed, match="ConnectError"):
        await sms.send(MESSAGE)
    await sms.close()


async def test_without_a_template_notices_are_not_sent() -> None:
    aliyun = Aliyun()
    async with serving(aliyun.answer) as url:
        sms = AliyunSms(an_account(url, notice_template=""))
        await sms.notify(Notice(phone=MESSAGE.phone, change="bound"))
        await sms.close()
    assert aliyun.taken == []
