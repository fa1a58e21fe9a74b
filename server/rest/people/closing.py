"""Closing the own account (R34–R37); support restores one that was closed by mistake (R38)."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response

from protocol.errors import Code, Refused
from protocol.ids import AccountId
from protocol.people import (
    AuditEntry,
    CloseAccount,
    ClosedAccount,
    ClosedAccounts,
    FindAccount,
    RestoreAccount,
    SupportAccount,
)
from server.core.address import phone_address
from server.core.moment import millis
from server.core.phone import mask
from server.rest.answer import answer
from server.rest.call import Call
from server.rest.courses.page import LAST, moment, next_after, parts_after
from server.rest.cursor import PAGE
from server.rest.people.identities import keep_nothing, proof, shown
from server.showing import show_person
from server.store import audit, closed_accounts, identities
from server.store.pool import Tx

MOST_AUDIT = 50


async def close_account(call: Call, body: CloseAccount) -> Response:
    """Close the caller's account; refused while it is certified. Every device is logged out."""
    device = call.device
    finish = partial(keep_nothing, call)
    done = await call.services.people.closing.close(device.account, device.id, proof(body.proof), finish)
    await show_person(call.services.road, device.account)
    return done


async def find_account(call: Call, body: FindAccount) -> Response:
    """Support looks an account up, by its phone number or from the list of closed ones; that is written down."""
    account = await sought(call, body)
    async with call.transaction() as tx:
        await audit.insert(tx, call.device.account, "account.looked_up", account=account)
        return await keep_account(call, account, tx)


async def sought(call: Call, body: FindAccount) -> AccountId:
    """Raises Refused: NOT_FOUND, BAD_FIELD for both or neither, BAD_PHONE."""
    database = call.services.database
    if body.phone is not None and body.account is None:
        found = await identities.select_identified(database, "phone", phone_address(body.phone).subject)
        if found is not None:
            return found.account
    elif body.account is not None and body.phone is None:
        if await closed_accounts.select_standing(database, AccountId(body.account)) is not None:
            return AccountId(body.account)
    else:
        raise Refused(Code.BAD_FIELD, "phone or account", data={"field": "phone"})
    raise Refused(Code.NOT_FOUND)


async def list_closed_accounts(call: Call) -> Response:
    """Closed accounts, closed last first (R36)."""
    parts = parts_after(call, 2)
    before, before_id = (LAST, "") if parts is None else (moment(parts[0]), parts[1])
    found = await closed_accounts.select_closed(call.services.database, before, before_id, PAGE + 1)
    page = found[:PAGE]
    return answer(
        ClosedAccounts(
            accounts=[
                ClosedAccount(
                    id=each.id,
                    name=each.name,
                    phone=mask(each.phone) if each.phone else None,
                    closed_at=millis(each.closed_at),
                )
                for each in page
            ],
            next=next_after(page[-1].closed_at.isoformat(), page[-1].id) if len(found) > PAGE else None,
        )
    )


async def restore_account(call: Call, body: RestoreAccount) -> Response:
    """Support restores a closed account; log-in works as before."""
    account = AccountId(call.path["id"])
    finish = partial(keep_account, call, account)
    done = await call.services.people.closing.restore(call.device.account, account, body.reason, finish)
    await show_person(call.services.road, account)
    return done


async def keep_account(call: Call, account: AccountId, tx: Tx) -> Response:
    standing = await closed_accounts.select_standing(tx, account)
    if standing is None:
        raise Refused(Code.NOT_FOUND)
    entries = await audit.select_of_account(tx, account, MOST_AUDIT)
    shown_account = SupportAccount(
        id=standing.id,
        name=standing.name,
        state=standing.state,
        closed_at=millis(standing.closed_at) if standing.closed_at else None,
        identities=shown(await identities.select_of_account(tx, account)),
        audit=[AuditEntry(at=millis(each.at), actor=each.actor, action=each.action) for each in entries],
    )
    return await call.keep(tx, answer(shown_account))
