"""The driver for Aliyun's SMS service: its HTTP API `SendSms`, signed with ACS3-HMAC-SHA256.

Texts are templates that Aliyun has approved: the code template takes `code`, the notice template takes `change`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

import httpx
import msgspec

from server.gateways.settings import AliyunAccount
from server.gateways.sms import CodeMessage, Notice, SmsFailed

TIMEOUT_S = 8.0
ALGORITHM = "ACS3-HMAC-SHA256"
VERSION = "2017-05-25"
EMPTY_HASH = hashlib.sha256(b"").hexdigest()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    code: str = msgspec.field(name="Code", default="")


class AliyunSms:
    def __init__(self, account: AliyunAccount) -> None:
        self._account = account
        # The environment's proxies are not for messages with codes in them; a redirect would carry one elsewhere.
        self._client = httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False, follow_redirects=False)

    async def send(self, message: CodeMessage) -> None:
        await self._call(message.phone, self._account.code_template, {"code": message.code})

    async def notify(self, notice: Notice) -> None:
        if self._account.notice_template:
            await self._call(notice.phone, self._account.notice_template, {"change": notice.change})

    async def _call(self, phone: str, template: str, values: Mapping[str, str]) -> None:
        parameters = {
            "PhoneNumbers": phone.removeprefix("+86"),
            "SignName": self._account.sign_name,
            "TemplateCode": template,
            "TemplateParam": json.dumps(values),
        }
        query = canonical_query(parameters)
        headers = signed_headers(self._account, query, datetime.now(UTC), secrets.token_hex(16))
        try:
            response = await self._client.post(f"{self._account.url}/?{query}", headers=headers)
        except httpx.HTTPError as error:
            # Not chained: the request inside holds the number and the code.
            raise SmsFailed(type(error).__name__) from None
        if (code := read_code(response.content)) != "OK":
            raise SmsFailed(f"status {response.status_code} code {code}")

    async def close(self) -> None:
        await self._client.aclose()


def read_code(content: bytes) -> str:
    """Aliyun's own code of the outcome; only letters, digits and what joins them may reach a log."""
    try:
        code = msgspec.json.decode(content, type=Answer).code
    except msgspec.DecodeError:
        return "unreadable"
    return "".join(letter for letter in code[:60] if letter.isalnum() or letter in "._-")


def canonical_query(parameters: Mapping[str, str]) -> str:
    """Sorted, percent-encoded as RFC 3986 has it."""
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(parameters.items()))


def signed_headers(account: AliyunAccount, query: str, now: datetime, nonce: str) -> dict[str, str]:
    """All headers of a POST of `query` to `/`, with the signature over them."""
    headers = {
        "host": urlsplit(account.url).netloc,
        "x-acs-action": "SendSms",
        "x-acs-content-sha256": EMPTY_HASH,
        "x-acs-date": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": VERSION,
    }
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = "\n".join(("POST", "/", query, lines, names, EMPTY_HASH))
    meant = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(account.key_secret.reveal().encode(), meant.encode(), hashlib.sha256).hexdigest()
    authorization = f"{ALGORITHM} Credential={account.key_id},SignedHeaders={names},Signature={signature}"
    return {**headers, "Authorization": authorization}
