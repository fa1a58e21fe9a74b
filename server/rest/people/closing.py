"""Closing the own account (R34–R37); support restores one that was closed by mistake (R38)."""

from __future__ import annotations

from starlette.responses import Response

from protocol.errors import Code, Refused
from protocol.ids import AccountId
from protocol.people import AuditEntry, CloseAccount, FindAccount, RestoreAccount, SupportAccount
from server.core.address import phone_address
from server.core.moment import millis
from server.rest.answer import answer, nothing
from server.rest.call import Call
from server.rest.people.identities import proof, shown
from server.showing import show_person
from server.store import audit, closed_accounts, identities, platform_roles

MOST_AUDIT = 50


async def close_account(call: Call, body: CloseAccount) -> Response:
    """Close the caller's account; refused while it is certified. Every device is logged out."""
    device = call.device
    await call.services.people.closing.close(device.account, device.id, proof(body.proof))
    await show_person(call.services.road, device.account)
    return nothing()


async def find_account(call: Call, body: FindAccount) -> Response:
    """Support looks an account up by its phone number, which is written down."""
    await only_support(call)
    address = phone_address(body.phone)
    found = await identities.select_identified(call.services.database, "phone", address.subject)
    if found is None:
        raise Refused(Code.NOT_FOUND)
    async with call.transaction() as tx:
        await audit.insert(tx, call.device.account, "account.looked_up", account=found.account)
    return await show_account(call, found.account)


async def restore_account(call: Call, body: RestoreAccount) -> Response:
    """Support restores a closed account; log-in works as before."""
    await only_support(call)
    account = AccountId(call.path["id"])
    await call.services.people.closing.restore(call.device.account, account, body.reason)
    await show_person(call.services.road, account)
    return await show_account(call, account)


async def only_support(call: Call) -> None:
    """Raises Refused(NOT_FOUND): to everybody else there is nothing here."""
    if not await platform_roles.has_role(call.services.database, call.device.account, "support"):
        raise Refused(Code.NOT_FOUND)


async def show_account(call: Call, account: AccountId) -> Response:
    database = call.services.database
    standing = await closed_accounts.select_standing(database, account)
    if standing is None:
        raise Refused(Code.NOT_FOUND)
    entries = await audit.select_of_account(database, account, MOST_AUDIT)
    return answer(
        SupportAccount(
            id=standing.id,
            name=standing.name,
            state=standing.state,
            closed_at=millis(standing.closed_at) if standing.closed_at else None,
            identities=shown(await identities.select_of_account(database, account)),
            audit=[AuditEntry(at=millis(each.at), actor=each.actor, action=each.action) for each in entries],
        )
    )
