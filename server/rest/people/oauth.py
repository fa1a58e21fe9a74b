"""Logging in and binding through other services (R9).

The other service sends the browser back to a page of ours, which hands over what it brought. The cookie says that it
is the same browser; binding asks for the token as well.
"""

from __future__ import annotations

from functools import partial
from http.cookies import SimpleCookie

from starlette.responses import Response

from protocol.people import (
    BeginBinding,
    BeginOAuth,
    FinishBinding,
    FinishOAuth,
    OAuthBegun,
    OAuthFinished,
    OAuthProviders,
)
from server.oauth import Begun
from server.rest.answer import answer
from server.rest.call import Call
from server.rest.devices import client_of, logged_in_body
from server.rest.people.identities import keep_identities, proof
from server.store.oauth_attempts import LIFETIME


async def list_providers(call: Call) -> Response:
    """The services that this deployment can log in through."""
    return answer(OAuthProviders(providers=list(call.services.people.oauth.providers)))


async def begin_log_in(call: Call, body: BeginOAuth) -> Response:
    """Begin a log-in at another service; gives where to send the browser."""
    return begun(call, await call.services.people.oauth.begin_log_in(body.provider))


async def finish_log_in(call: Call, body: FinishOAuth) -> Response:
    """Log in with what the other service sent back, or get a ticket to register with."""
    client = client_of(call, body)
    returned = await call.services.people.oauth.finish_log_in(body.code, body.state, nonce(call), client)
    return answer(
        OAuthFinished(
            provider=returned.provider,
            logged_in=logged_in_body(returned.entered) if returned.entered else None,
            ticket=returned.ticket,
        )
    )


async def begin_binding(call: Call, body: BeginBinding) -> Response:
    """Begin to bind an identity of another service; gives where to send the browser."""
    device = call.device
    oauth = call.services.people.oauth
    return begun(call, await oauth.begin_binding(device.account, device.id, body.provider, proof(body.proof)))


async def finish_binding(call: Call, body: FinishBinding) -> Response:
    """Bind what the other service sent back; refused with 无法绑定 when it is another account's."""
    oauth, device, finish = call.services.people.oauth, call.device, partial(keep_identities, call)
    return await oauth.finish_binding(device.account, device.id, body.code, body.state, nonce(call), finish)


def cookie_name(call: Call) -> str:
    """The prefix makes browsers refuse it from anywhere but this host over TLS; development has no TLS."""
    return "__Host-shangke-oauth" if call.services.config.public_url.startswith("https:") else "shangke-oauth"


def begun(call: Call, what: Begun) -> Response:
    response = answer(OAuthBegun(url=what.url))
    response.set_cookie(
        cookie_name(call),
        what.nonce,
        max_age=int(LIFETIME.total_seconds()),
        path="/",
        secure=call.services.config.public_url.startswith("https:"),
        httponly=True,
        samesite="lax",
    )
    return response


def nonce(call: Call) -> str | None:
    """What the cookie of `begun` holds."""
    cookies = SimpleCookie(call.headers.get("cookie", ""))
    found = cookies.get(cookie_name(call))
    return found.value if found else None
