"""One-time codes by text message."""

from __future__ import annotations

from starlette.responses import Response

from protocol.rest import RequestCode
from server.rest.answer import nothing
from server.rest.call import Call


async def request_code(call: Call, body: RequestCode) -> Response:
    """Send a one-time code to a phone number; the answer is the same for registered and unknown ones."""
    await call.services.entrance.send_code(body.phone, body.purpose)
    return nothing()
