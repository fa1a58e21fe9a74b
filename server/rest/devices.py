"""Devices: logging in (R3, R4), the list of them, logging out."""

from __future__ import annotations

from typing import Protocol

from starlette.responses import Response

from protocol.envelopes import ClientKind
from protocol.errors import Code, Refused
from protocol.ids import DeviceId
from protocol.rest import Device, Devices, LoggedIn, LogIn, Me
from server.core.client_version import check_version
from server.core.moment import millis
from server.core.phone import mask
from server.entrance import Client, Entered
from server.rest.answer import answer, nothing
from server.rest.call import Call
from server.rest.codes import one_address
from server.store import devices


async def log_in(call: Call, body: LogIn) -> Response:
    """Log in by password or by one-time code; the oldest device beyond the limit is logged out."""
    client = client_of(call, body, body.nonce)
    entrance, address = call.services.entrance, one_address(body.phone, body.email)
    if body.password is not None and body.code is None:
        entered = await entrance.log_in_by_password(address, body.password, body.device_key, client)
    elif body.code is not None and body.password is None:
        entered = await entrance.log_in_by_code(address, body.code, client)
    else:
        raise Refused(Code.BAD_FIELD, "password or code", data={"field": "password"})
    return logged_in(entered, status=201)


class SaysWhatItIs(Protocol):
    """A body in which a client says what it is."""

    @property
    def client_kind(self) -> ClientKind: ...
    @property
    def client_version(self) -> str: ...
    @property
    def label(self) -> str: ...


def client_of(call: Call, body: SaysWhatItIs, nonce: str | None = None) -> Client:
    """Raises Refused(UPDATE_REQUIRED) for one too old to be served (R7)."""
    check_version(call.services.config.least_versions, body.client_kind, body.client_version)
    return Client(kind=body.client_kind, version=body.client_version, label=body.label, nonce=nonce or "")


async def list_devices(call: Call) -> Response:
    """The caller's logged-in devices, newest first."""
    found = await devices.select_devices(call.services.database, call.device.account)
    listed = [
        Device(
            id=each.id,
            client_kind=each.client_kind,
            client_version=each.client_version,
            label=each.label,
            created_at=millis(each.created_at),
            seen_at=millis(each.seen_at),
            is_current=each.id == call.device.id,
        )
        for each in found
    ]
    return answer(Devices(devices=listed))


async def log_out_current(call: Call) -> Response:
    """Log this device out; its socket is cut at once."""
    await call.services.entrance.log_out(call.device.account, call.device.id)
    return nothing()


async def log_out(call: Call) -> Response:
    """Log one of the caller's devices out; its socket is cut at once, on every node."""
    await call.services.entrance.log_out(call.device.account, DeviceId(call.path["id"]))
    return nothing()


def logged_in(entered: Entered, status: int = 200) -> Response:
    return answer(logged_in_body(entered), status)


def logged_in_body(entered: Entered) -> LoggedIn:
    return LoggedIn(
        token=entered.token,
        expires_at=millis(entered.expires_at),
        device=entered.device,
        device_key=entered.device_key,
        account=Me(id=entered.account, name=entered.name, phone=mask(entered.phone) if entered.phone else ""),
    )
