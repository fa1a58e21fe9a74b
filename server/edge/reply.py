"""A refusal as it goes over the wire: to a command of an id, or to a message that had none."""

from __future__ import annotations

from protocol.envelopes import Fault, RefusedReply
from protocol.errors import Refused


def refused_reply(command_id: str, refused: Refused) -> RefusedReply:
    wording = refused.wording
    return RefusedReply(
        id=command_id,
        code=refused.code,
        retry=wording.retry,
        zh=wording.zh,
        en=wording.en,
        retry_after_ms=refused.retry_after_ms,
        data=refused.data,
    )


def fault(refused: Refused) -> Fault:
    wording = refused.wording
    return Fault(
        code=refused.code,
        retry=wording.retry,
        zh=wording.zh,
        en=wording.en,
        retry_after_ms=refused.retry_after_ms,
    )
