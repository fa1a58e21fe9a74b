"""Which server this is, where it is reached and what time it has (I10)."""

from __future__ import annotations

from starlette.responses import Response

from protocol.rest import ServerInfo
from server.core.moment import millis
from server.rest.answer import answer
from server.rest.call import Call

NAME = "shangke"
VERSION = "0.1.0"


async def show_info(call: Call) -> Response:
    """The server's name, version, time and public URL."""
    public_url = call.services.config.public_url
    return answer(ServerInfo(name=NAME, version=VERSION, server_time=millis(call.now), public_url=public_url))
