"""The double of WeChat, QQ and Weibo: their log-in pages and token services over real HTTP, as strict as the real ones.

A browser that comes to the page is sent back with a code; the code becomes a token once, for who knows the secret, the
return address and, where PKCE was begun, the verifier.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import parse_qsl, urlsplit

from tests.harness.http import Answer, Request

APPS = {"wechat": "wx-app", "qq": "qq-app", "weibo": "weibo-app"}
PAGES = {
    "/open.weixin.qq.com/connect/qrconnect": "wechat",
    "/graph.qq.com/oauth2.0/authorize": "qq",
    "/api.weibo.com/oauth2/authorize": "weibo",
}
TOKENS = {
    "/api.weixin.qq.com/sns/oauth2/access_token": ("wechat", "GET"),
    "/graph.qq.com/oauth2.0/token": ("qq", "GET"),
    "/api.weibo.com/oauth2/access_token": ("weibo", "POST"),
}


def settings(url: str) -> dict[str, str]:
    """What the operator says to use this double."""
    named = {f"SHANGKE_{provider.upper()}_ID": app for provider, app in APPS.items()}
    secret = {f"SHANGKE_{provider.upper()}_SECRET": f"secret of {app}" for provider, app in APPS.items()}
    return {**named, **secret, "SHANGKE_OAUTH_BASE": url}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    provider: str
    subject: str
    return_url: str
    challenge: str | None


@dataclass(slots=True)
class OAuthProvider:
    grants: dict[str, Grant] = field(default_factory=dict)
    numbers: count[int] = field(default_factory=count)

    def visit(self, url: str, subject: str) -> dict[str, str]:
        """A browser comes to the page and `subject` agrees; gives what it is sent back with."""
        parts = urlsplit(url)
        provider, query = PAGES[parts.path], dict(parse_qsl(parts.query))
        assert query["response_type"] == "code"
        assert query["appid" if provider == "wechat" else "client_id"] == APPS[provider]
        assert (parts.fragment == "wechat_redirect") == (provider == "wechat")
        assert query.get("code_challenge_method", "S256") == "S256"
        code = f"code-{next(self.numbers)}"
        self.grants[code] = Grant(
            provider=provider,
            subject=subject,
            return_url=query["redirect_uri"],
            challenge=query.get("code_challenge"),
        )
        return {"code": code, "state": query["state"]}

    def answer(self, request: Request) -> Answer:
        provider, method = TOKENS[request.path]
        if request.method != method:
            return 405, b"{}"
        asked = request.query if method == "GET" else request.form
        grant = self.grants.pop(asked.get("code", ""), None)
        if grant is None or grant.provider != provider or not self.is_right(provider, asked, grant):
            return refusal(provider)
        return 200, json.dumps(token(provider, grant.subject)).encode()

    def is_right(self, provider: str, asked: dict[str, str], grant: Grant) -> bool:
        names = ("appid", "secret") if provider == "wechat" else ("client_id", "client_secret")
        is_ours = tuple(asked.get(name) for name in names) == (APPS[provider], f"secret of {APPS[provider]}")
        is_back = provider == "wechat" or asked.get("redirect_uri") == grant.return_url
        is_same = grant.challenge is None or grant.challenge == challenge(asked.get("code_verifier", ""))
        return is_ours and is_back and is_same and asked.get("grant_type") == "authorization_code"


def challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def refusal(provider: str) -> Answer:
    """Each says no in its own way."""
    if provider == "wechat":
        return 200, b'{"errcode": 40029, "errmsg": "invalid code"}'
    return (400 if provider == "weibo" else 200), b'{"error": "invalid_grant", "error_description": "no"}'


def token(provider: str, subject: str) -> dict[str, str | int]:
    common: dict[str, str | int] = {"access_token": "t", "expires_in": 7200}
    if provider == "wechat":
        return {**common, "openid": f"open-{subject}", "unionid": subject, "scope": "snsapi_login"}
    return {**common, "openid": subject} if provider == "qq" else {**common, "uid": subject}
