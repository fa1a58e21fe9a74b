"""Which server this is and what time it has (I10)."""

from __future__ import annotations

from starlette.responses import Response

from protocol.rest import ServerInfo
from server.core.moment import millis
from server.rest.answer import answer
from server.rest.call import Call

NAME = "shangke"
VERSION = "0.1.0"


async def show_info(call: Call) -> Response:
    """The server's name, version and time."""
    return answer(ServerInfo(name=NAME, version=VERSION, server_time=millis(call.now)))
