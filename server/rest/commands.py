"""Commands without a socket: the same road, the same idempotency, larger bodies (a long exercise being prepared)."""

from __future__ import annotations

from starlette.responses import Response

from protocol.envelopes import Command
from protocol.rest import CommandDone, RestCommand
from server.rest.answer import answer
from server.rest.call import Call


async def carry_out(call: Call, body: RestCommand) -> Response:
    """Carry out one command; resent with the same id it is answered the same, without a second effect."""
    device = call.device
    call.services.pace.check(device.id)
    command = Command(body.id, body.op, body.stream, body.body)
    done = await call.services.road.travel(device.account, device.id, command)
    return answer(CommandDone(id=done.id, result=done.result, seq=done.seq))
