"""The class code as a picture to scan (R61)."""

from __future__ import annotations

from io import BytesIO

import segno
from starlette.responses import Response

from protocol.errors import Code, Refused
from protocol.ids import ClassroomId
from server.rest.answer import HEADERS
from server.rest.call import Call
from server.store import records


async def show_class_code(call: Call) -> Response:
    """An SVG of the QR code that opens the join page; not found while the code is closed."""
    classroom = ClassroomId(call.path["id"])
    code = await records.select_open_code(call.services.database, classroom, call.device.account, call.roles)
    if code is None:
        raise Refused(Code.NOT_FOUND)
    picture = BytesIO()
    # Medium correction: a projector's picture has glare on it. No styles inside, so that any page's policy takes it.
    segno.make(f"{call.services.config.public_url}/join/{code}", error="m", micro=False).save(
        picture, kind="svg", scale=8, border=4, svgclass=None, lineclass=None, xmldecl=False
    )
    return Response(picture.getvalue(), headers={**HEADERS, "Content-Type": "image/svg+xml"})
