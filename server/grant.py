"""`shangke grant PHONE ROLE`: gives an account a role on the platform. Only who reaches the database may do this."""

from __future__ import annotations

import argparse
import asyncio

from protocol.errors import Refused
from protocol.people import PlatformRole
from server.config import Config, needing_database
from server.core.phone import Phone, normalise
from server.store import audit, identities, platform_roles
from server.store.platform_roles import PLATFORM_ROLES
from server.store.pool import Database, connect
from server.told import Told


class GrantError(Told):
    """The account or the role is not there."""


def command(config: Config, arguments: argparse.Namespace) -> None:
    role = read_role(arguments.role)
    asyncio.run(run(needing_database(config), read_phone(arguments.phone), role, is_revoked=arguments.revoke))


async def run(config: Config, phone: Phone, role: PlatformRole, *, is_revoked: bool) -> None:
    async with connect(config.database_url, most=1, least=1) as database:
        print(await change(database, phone, role, is_revoked=is_revoked))


async def change(database: Database, phone: Phone, role: PlatformRole, *, is_revoked: bool) -> str:
    """What was done, in one line. Raises: GrantError."""
    found = await identities.select_identified(database, "phone", phone)
    if found is None:
        raise GrantError("no account has this phone number")
    async with database.transaction() as tx:
        if is_revoked:
            did = await platform_roles.delete_role(tx, found.account, role)
        else:
            did = await platform_roles.insert_role(tx, found.account, role)
        if did:
            action = "role.revoked" if is_revoked else "role.granted"
            await audit.insert(tx, None, action, account=found.account, detail={"role": role})
    return outcome(did, is_revoked, found.account, role)


def outcome(did: bool, is_revoked: bool, account: str, role: PlatformRole) -> str:
    match (did, is_revoked):
        case (True, False):
            return f"account {account} is now {role}"
        case (False, False):
            return f"account {account} was {role} already"
        case (True, True):
            return f"account {account} is no longer {role}"
        case _:
            return f"account {account} was not {role}"


def read_phone(written: str) -> Phone:
    try:
        return normalise(written)
    except Refused:
        raise GrantError(f"{written!r} is not a mobile phone number") from None


def read_role(written: str) -> PlatformRole:
    for role in PLATFORM_ROLES:
        if role == written:
            return role
    raise GrantError(f"{written!r} is no role: there are {', '.join(PLATFORM_ROLES)}")
