"""Accounts: registering (R1), resetting the password, one's own profile and name (R5)."""

from __future__ import annotations

from starlette.responses import Response

from protocol.envelopes import Command
from protocol.errors import Code, Refused
from protocol.ids import StreamId
from protocol.rest import ChangeMe, Me, Register, ResetPassword
from server.core.account import clean_name
from server.core.phone import mask
from server.ids import draw_id
from server.rest.answer import answer
from server.rest.call import Call
from server.rest.codes import one_address
from server.rest.devices import client_of, logged_in
from server.store import identities, memberships


async def register(call: Call, body: Register) -> Response:
    """Register by phone number, one-time code and password; the device is logged in."""
    client = client_of(call, body, body.nonce)
    entrance = call.services.entrance
    entered = await entrance.register(body.phone, body.code, body.password, body.name, client, body.ticket)
    return logged_in(entered, status=201)


async def reset_password(call: Call, body: ResetPassword) -> Response:
    """Set a new password by one-time code; all other devices are logged out at once."""
    client = client_of(call, body, body.nonce)
    address = one_address(body.phone, body.email)
    entered = await call.services.entrance.reset_password(address, body.code, body.password, client)
    await call.services.people.methods.tell_reset(entered.account)
    return logged_in(entered)


async def show_me(call: Call) -> Response:
    """The caller's own account; the phone number is masked even here."""
    profile = await identities.select_profile(call.services.database, call.device.account)
    if profile is None:
        raise Refused(Code.NOT_FOUND)
    return answer(Me(id=profile.id, name=profile.name, phone=mask(profile.phone) if profile.phone else ""))


async def change_me(call: Call, body: ChangeMe) -> Response:
    """Take a new name, also in the classrooms that knew the account by the old one."""
    device, name = call.device, clean_name(body.name)
    named = await memberships.select_named(call.services.database, device.account)
    # The account comes last: after a failure half-way the old name is still there, and the same request goes on.
    for classroom in named:
        await travel(call, "member.rename", StreamId(classroom), {"account": device.account, "name": name})
    await travel(call, "account.rename", StreamId(device.account), {"name": name})
    return await show_me(call)


async def travel(call: Call, op: str, stream: StreamId, body: dict[str, object]) -> None:
    command = Command(f"me-{draw_id()}", op, stream, body)
    await call.services.road.travel(call.device.account, call.device.id, command)
