"""Login methods: the list, binding, unbinding, another phone number, another password (R8–R17)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from starlette.responses import Response

from protocol.people import (
    BindAddress,
    ChangePassword,
    ChangePhone,
    Identities,
    Identity,
    RequestBindCode,
    RequestConfirmCode,
    Unbind,
)
from protocol.people import Proof as GivenProof
from server.confirmation import Proof
from server.core.address import mask, phone_address, read_address
from server.core.moment import millis
from server.rest.answer import answer, nothing
from server.rest.call import Call
from server.store import identities
from server.store.identities import OwnIdentity
from server.store.pool import Reader, Tx


async def list_identities(call: Call) -> Response:
    """The caller's login methods, oldest first, masked."""
    return await own_identities(call, call.services.database)


async def keep_identities(call: Call, tx: Tx) -> Response:
    """The same list as it is after a change, kept with it."""
    return await call.keep(tx, await own_identities(call, tx))


async def own_identities(call: Call, db: Reader) -> Response:
    account = call.device.account
    found = await identities.select_of_account(db, account)
    has_password = await identities.select_password(db, account) is not None
    return answer(
        Identities(
            identities=shown(found),
            needs_second=len(found) < 2,
            has_password=has_password,
            providers=["phone", "email", *call.services.people.oauth.providers],
        )
    )


async def request_confirm_code(call: Call, body: RequestConfirmCode) -> Response:
    """Send a code for `confirm` to the caller's own phone or e-mail."""
    await call.services.people.confirmation.send_code(call.device.account, call.device.id, body.to)
    return nothing()


async def request_bind_code(call: Call, body: RequestBindCode) -> Response:
    """Send a code for `bind` to an address; the answer is the same for bound and unbound ones."""
    await call.services.entrance.codes.send(read_address(body.provider, body.address), "bind", call.device.id)
    return nothing()


async def bind_address(call: Call, body: BindAddress) -> Response:
    """Bind a phone number or an e-mail address; refused with 无法绑定 when it is another account's."""
    address = read_address(body.provider, body.address)
    methods, device, finish = call.services.people.methods, call.device, partial(keep_identities, call)
    return await methods.bind_address(device.account, device.id, address, body.code, proof(body.proof), finish)


async def unbind(call: Call, body: Unbind) -> Response:
    """Take a login method off; the last one stays. The other devices are logged out."""
    methods, device, finish = call.services.people.methods, call.device, partial(keep_identities, call)
    return await methods.unbind(device.account, device.id, body.provider, proof(body.proof), finish)


async def change_phone(call: Call, body: ChangePhone) -> Response:
    """Put a new phone number in the old one's place. The other devices are logged out."""
    address, device, finish = phone_address(body.phone), call.device, partial(keep_identities, call)
    methods = call.services.people.methods
    return await methods.change_phone(device.account, device.id, address, body.code, proof(body.proof), finish)


async def change_password(call: Call, body: ChangePassword) -> Response:
    """Set another password. The other devices are logged out."""
    methods, device, finish = call.services.people.methods, call.device, partial(keep_nothing, call)
    return await methods.change_password(device.account, device.id, body.password, proof(body.proof), finish)


async def keep_nothing(call: Call, tx: Tx) -> Response:
    return await call.keep(tx, nothing())


def proof(given: GivenProof) -> Proof:
    return Proof(password=given.password, code=given.code, code_to=given.code_to)


def shown(found: Sequence[OwnIdentity]) -> list[Identity]:
    return [
        Identity(provider=each.provider, shown=mask(each.provider, each.subject), bound_at=millis(each.bound_at))
        for each in found
    ]
