"""One-time codes by text message or e-mail."""

from __future__ import annotations

from starlette.responses import Response

from protocol.errors import Code, Refused
from protocol.rest import RequestCode
from server.core.address import Address, email_address, phone_address
from server.rest.answer import nothing
from server.rest.call import Call


async def request_code(call: Call, body: RequestCode) -> Response:
    """Send a one-time code to a phone or by e-mail; the answer is the same for registered and unknown addresses."""
    address = one_address(body.phone, body.email)
    if body.purpose == "register" and address.provider != "phone":
        raise Refused(Code.BAD_PHONE, data={"field": "phone"})
    await call.services.entrance.codes.send(address, body.purpose, body.nonce or "")
    return nothing()


def one_address(phone: str | None, email: str | None) -> Address:
    """The one that was given. Raises Refused: BAD_PHONE, BAD_EMAIL, BAD_FIELD."""
    if phone is not None and email is None:
        return phone_address(phone)
    if email is not None and phone is None:
        return email_address(email)
    raise Refused(Code.BAD_FIELD, "phone or email", data={"field": "phone"})
