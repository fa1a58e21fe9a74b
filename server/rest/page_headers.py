"""The headers of everything that does not bring its own: the pages of the web app and their files."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.config import Config


class PageHeaders:
    """ASGI middleware around the whole app. A header that an answer has already stays as it is."""

    def __init__(self, app: ASGIApp, config: Config) -> None:
        self._app = app
        self._headers = page_headers(config)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def page_headers(config: Config) -> dict[str, str]:
    """Scripts and styles only from ourselves, none inline; nobody may frame us, and we only a PDF made into a blob."""
    # Named one by one: older Safari does not take 'self' for a socket's scheme.
    # A policy cannot name an IPv6 address; 'self' covers it where browsers are newer.
    sockets = " ".join(sorted({_socket(each) for each in config.origins if "[" not in each}))
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; "
        "media-src 'self' blob:; frame-src blob:; worker-src 'self'; manifest-src 'self'; "
        f"connect-src 'self' {sockets}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        # The camera reads a class code off the wall.
        "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
    if config.public_url.startswith("https:"):
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


def _socket(origin: str) -> str:
    parts = urlsplit(origin)
    return f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}"
