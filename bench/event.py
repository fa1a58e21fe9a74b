"""How long an event of ours is on the wire, so that the floor writes as many bytes as we do."""

from __future__ import annotations

from datetime import UTC, datetime

from bench.mark import make_payload
from bench.seat import PAYLOAD_BYTES
from protocol.activity import Post, PostAdded
from protocol.ids import AccountId, ActivityId, PostId, Seq, StreamId
from server.core.fact import Fact
from server.core.moment import millis
from server.frames import prepare
from server.hub.frame import frame_for
from server.store.bulk import NAME

# Of two bytes, as after the first 255 events of a lesson.
NUMBER = 1_000


def event_frame() -> bytes:
    """What each student is sent of a post with the payload that all contestants carry, framed."""
    now, id = datetime.now(UTC), "0" * 16
    post = Post(
        id=PostId(id),
        number=NUMBER,
        author=AccountId(id),
        author_name=NAME,
        is_staff=False,
        at=millis(now),
        text=make_payload(PAYLOAD_BYTES).decode(),
    )
    body = PostAdded(activity=ActivityId(id), post=post)
    fact = Fact(stream=StreamId(id), seq=Seq(NUMBER), at=now, actor=AccountId(id), body=body)
    return frame_for("msgpack", prepare(fact).frames["student"])
