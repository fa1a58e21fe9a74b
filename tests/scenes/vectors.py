"""What the road did, as vectors: a snapshot, the events after it, the next snapshot, for one audience.

Ids, codes and times differ from run to run; here each becomes the first, second … of its sort. The same vectors are
folded by the Python client and by the web client.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from protocol.client.held import Held, take_event, take_snapshot
from protocol.codec import decode_server, to_body
from protocol.envelopes import Audience, Body, Event, Snapshot
from protocol.ids import AccountId, Seq, StreamId
from tests.harness.school import School

VECTORS = Path(__file__).parent.parent / "vectors"
CLASSROOM: tuple[Audience, ...] = ("staff", "student", "screen")
ID = re.compile(r"^[0-9A-Za-z]{16}$")
EPOCH_MS = 1_000_000_000_000


class NamedBody(TypedDict):
    seq: int
    name: str
    body: Body | None


class Vector(TypedDict):
    title: str
    audience: Audience
    snapshot_before: Body
    events: list[NamedBody]
    snapshot_after: Body


@dataclass(slots=True, kw_only=True)
class Recorder:
    """Watches streams of a school: after each step, folds what came and compares with what a newcomer would get."""

    school: School
    vectors: list[Vector] = field(default_factory=list)
    ops: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    _held: dict[tuple[StreamId, Audience], Held] = field(default_factory=dict)

    async def watch(self, stream: str) -> None:
        audiences: tuple[Audience, ...] = ("self",) if await self._is_account(stream) else CLASSROOM
        for audience in audiences:
            snapshot = await self.school.book.snapshot(StreamId(stream), audience)
            self._held[StreamId(stream), audience] = take_snapshot(None, snapshot)

    async def wish(self, account: AccountId | None, op: str, stream: str, body: Body | None = None) -> Body:
        """The command, then the comparison. Gives the command's result."""
        done = await self.school.wish(account, op, stream, body)
        self.ops.add(op)
        await self.compare(op)
        return done.result or {}

    def leave(self, stream: str) -> None:
        self._held = {key: held for key, held in self._held.items() if key[0] != stream}

    async def compare(self, title: str) -> None:
        for (stream, audience), before in self._held.items():
            after = await self.school.book.snapshot(stream, audience)
            prepared = await self.school.book.events_after(stream, before.seq, 1000)
            frames = b"".join(each.frames[audience] for each in prepared)
            events = [each for each in decode_server(frames) if isinstance(each, Event)]
            if events:
                self._held[stream, audience] = self._compared(title, before, events, after)

    def _compared(self, title: str, before: Held, events: Sequence[Event], after: Snapshot) -> Held:
        folded = before
        for event in events:
            taken = take_event(folded, event)
            assert isinstance(taken, Held), f"{title}: event {event.seq} does not follow {folded.seq}"
            folded = taken
        fresh = take_snapshot(None, after)
        assert (folded.seq, folded.state) == (fresh.seq, fresh.state), f"{title}, as {before.audience} sees it"
        self.names |= {event.name for event in events}
        if any(event.name for event in events):
            self.vectors.append(
                Vector(
                    title=f"{title}, {before.audience}",
                    audience=before.audience,
                    snapshot_before=to_body(before.state),
                    events=[NamedBody(seq=each.seq, name=each.name, body=each.body) for each in events],
                    snapshot_after=after.state,
                )
            )
        return fresh

    async def _is_account(self, stream: str) -> bool:
        kind = await self.school.db.fetchval("SELECT kind FROM stream WHERE id = $1", stream)
        return bool(kind == "account")


def text(vectors: Sequence[Vector]) -> str:
    """The vectors as a file holds them: one a line, with what is random named in the order of appearance."""
    named = _Names().of([dict(vector) for vector in vectors])
    assert isinstance(named, list), "a list stays one"
    lines = [json.dumps(vector, ensure_ascii=False, separators=(",", ":")) for vector in named]
    return "[\n" + ",\n".join(lines) + "\n]\n"


def check(name: str, vectors: Sequence[Vector]) -> None:
    """The committed file is what the road does. Where there is none, it is written, and the test fails once."""
    path = VECTORS / f"{name}.json"
    made = text(vectors)
    if not path.exists():
        VECTORS.mkdir(exist_ok=True)
        path.write_text(made)
        raise AssertionError(f"{path.name} was written: look at it and commit it")
    assert made == path.read_text(), f"the road does something new: delete {path.name}, run again, look at the change"


class _Names:
    def __init__(self) -> None:
        self._ids: dict[str, str] = {}
        self._codes: dict[str, str] = {}

    def of(self, value: object, key: str = "") -> object:
        if isinstance(value, dict):
            return {self._text(name, ""): self.of(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.of(inner, key) for inner in value]
        if isinstance(value, str):
            return self._text(value, key)
        # All moments are one: which of two fell into the same millisecond is chance.
        return EPOCH_MS if isinstance(value, int) and value > EPOCH_MS else value

    def _text(self, value: str, key: str) -> str:
        if key == "code":
            return self._codes.setdefault(value, f"CODE{len(self._codes) + 22}")
        if ID.match(value):
            return self._ids.setdefault(value, f"id{len(self._ids) + 1:014}")
        return value


__all__ = ["Recorder", "Seq", "check"]
