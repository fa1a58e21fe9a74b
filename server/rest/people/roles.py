"""What one may do for the platform as a whole: for the menu of the console."""

from __future__ import annotations

from starlette.responses import Response

from protocol.people import PlatformRoles
from server.rest.answer import answer
from server.rest.call import Call
from server.store import platform_roles


async def list_roles(call: Call) -> Response:
    """The caller's roles on the platform; none for almost everybody."""
    return answer(PlatformRoles(roles=await platform_roles.select_roles(call.services.database, call.device.account)))
