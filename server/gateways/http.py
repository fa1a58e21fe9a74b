"""The driver for any provider behind a small bridge of the operator's: posts the message as JSON to one URL.

    {"to": "+8613800000001", "text": "【上课】123456 是你的…", "code": "123456", "purpose": "login"}
    {"to": "+8613800000001", "text": "【上课】你的账号…", "change": "phone_changed"}

Any 2xx answer means that the message was taken. User and password in the URL become basic authentication.
"""

from __future__ import annotations

import httpx

from server.gateways.sms import CodeMessage, Notice, SmsFailed

TIMEOUT_S = 8.0


class HttpSms:
    def __init__(self, url: str) -> None:
        self._url = url
        # The environment's proxies are not for messages with codes in them; a redirect would carry one elsewhere.
        self._client = httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False, follow_redirects=False)

    async def send(self, message: CodeMessage) -> None:
        await self._post({"to": message.phone, "text": message.text, "code": message.code, "purpose": message.purpose})

    async def notify(self, notice: Notice) -> None:
        await self._post({"to": notice.phone, "text": notice.text, "change": notice.change})

    async def _post(self, body: dict[str, str]) -> None:
        try:
            answer = await self._client.post(self._url, json=body)
        except httpx.HTTPError as error:
            # Not chained: the request inside holds the number and the code.
            raise SmsFailed(type(error).__name__) from None
        if not answer.is_success:
            raise SmsFailed(f"status {answer.status_code}")

    async def close(self) -> None:
        await self._client.aclose()
