"""The drivers for other people's log-in pages: WeChat, QQ and Weibo, each with the dialect of OAuth 2 it speaks.

    page     where the browser is sent         token    where a code becomes a token, and with it the subject

All take PKCE's challenge but WeChat, whose page is documented to take what it names and nothing else. The subject is
the union id where there is one: it is the same in all apps of one operator. Providers never share subjects: who it is
at one says nothing about who it is at another.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.common.urls import add_params_to_uri
from authlib.integrations.httpx_client import AsyncOAuth2Client

from server.gateways.settings import OAuthApp, OAuthApps
from server.store.oauth_tickets import OAuthProvider

TIMEOUT_S = 8.0
MOST_SUBJECT = 128


class OAuthRefused(Exception):
    """The other service did not say who it is. The text holds no code and no token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one provider says what OAuth 2 says."""

    page: str
    token: str
    method: str
    scope: str
    subjects: tuple[str, ...]  # fields of the token's answer that may hold the subject, best first
    id_name: str = "client_id"
    secret_name: str = "client_secret"  # the parameter's name
    has_pkce: bool = True
    fragment: str = ""
    extra: Mapping[str, str] | None = None  # for the token's request


DIALECTS: dict[OAuthProvider, Dialect] = {
    "wechat": Dialect(
        page="https://open.weixin.qq.com/connect/qrconnect",
        token="https://api.weixin.qq.com/sns/oauth2/access_token",
        method="GET",
        scope="snsapi_login",
        subjects=("unionid", "openid"),
        id_name="appid",
        secret_name="secret",
        has_pkce=False,
        fragment="#wechat_redirect",
    ),
    "qq": Dialect(
        page="https://graph.qq.com/oauth2.0/authorize",
        token="https://graph.qq.com/oauth2.0/token",
        method="GET",
        scope="get_user_info",
        subjects=("unionid", "openid"),
        extra={"fmt": "json", "need_openid": "1"},
    ),
    "weibo": Dialect(
        page="https://api.weibo.com/oauth2/authorize",
        token="https://api.weibo.com/oauth2/access_token",
        method="POST",
        scope="",
        subjects=("uid",),
    ),
}


def draw_verifier() -> str:
    """PKCE's secret: 43 characters and more."""
    return secrets.token_urlsafe(48)


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthDriver:
    apps: OAuthApps
    return_url: str

    @property
    def providers(self) -> tuple[OAuthProvider, ...]:
        return tuple(each for each in DIALECTS if each in self.apps.apps)

    def page_url(self, provider: OAuthProvider, state: str, verifier: str) -> str:
        """Where the browser goes."""
        dialect, app = DIALECTS[provider], self.apps.apps[provider]
        parameters: dict[str, str] = {} if dialect.id_name == "client_id" else {dialect.id_name: app.id}
        client = self._client(dialect, app)
        url, _ = client.create_authorization_url(
            self._through(dialect.page), state=state, code_verifier=verifier, scope=dialect.scope or None, **parameters
        )
        return f"{url}{dialect.fragment}"

    async def subject(self, provider: OAuthProvider, code: str, verifier: str) -> str:
        """Who came back with `code`, as the provider calls them. Raises: OAuthRefused."""
        dialect, app = DIALECTS[provider], self.apps.apps[provider]
        more = {**(dialect.extra or {}), **({"code_verifier": verifier} if dialect.has_pkce else {})}
        try:
            async with self._client(dialect, app) as client:
                token: Mapping[str, object] = await client.fetch_token(
                    self._through(dialect.token),
                    method=dialect.method,
                    grant_type="authorization_code",
                    code=code,
                    **more,
                )
        except (AuthlibBaseError, httpx2.HTTPError, ValueError) as error:
            # Not chained: the request inside holds the code and our secret.
            raise OAuthRefused(type(error).__name__) from None
        return read_subject(dialect, token)

    def _client(self, dialect: Dialect, app: OAuthApp) -> AsyncOAuth2Client:
        client = AsyncOAuth2Client(
            client_id=app.id,
            client_secret=app.secret.reveal(),
            redirect_uri=self.return_url,
            code_challenge_method="S256" if dialect.has_pkce else None,
            token_endpoint_auth_method="in_query" if dialect.method == "GET" else "client_secret_post",
            timeout=TIMEOUT_S,
            trust_env=False,
            follow_redirects=False,
        )

        def in_query(
            _client: object, _method: str, url: str, headers: httpx2.Headers, body: bytes
        ) -> tuple[str, httpx2.Headers, bytes]:
            named = [(dialect.id_name, app.id), (dialect.secret_name, app.secret.reveal())]
            return add_params_to_uri(url, named), headers, body

        client.register_client_auth_method(("in_query", in_query))
        return client

    def _through(self, url: str) -> str:
        """The address of a provider's page or service, behind the operator's gateway if there is one."""
        return f"{self.apps.base}/{url.removeprefix('https://')}" if self.apps.base else url


def read_subject(dialect: Dialect, token: Mapping[str, object]) -> str:
    """Raises: OAuthRefused, for an answer without anybody in it: that is how WeChat says no."""
    for name in dialect.subjects:
        subject = token.get(name)
        if isinstance(subject, str) and 0 < len(subject) <= MOST_SUBJECT and subject.isprintable():
            return subject
    raise OAuthRefused("nobody")
