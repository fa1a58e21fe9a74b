"""The outermost shape of everything on the socket: short arrays whose first item is the tag.

A WebSocket message is one or more of these end to end, so prepared frames join without being encoded again.
Knows nothing of what commands, events and gauges are about.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from protocol.ids import AccountId, CommandId, DeviceId, Id, Millis, Seq, StreamId

PROTOCOL_VERSION = 1
SUBPROTOCOL_MSGPACK = "shangke.v1.msgpack"
SUBPROTOCOL_JSON = "shangke.v1.json"

ClientKind = Literal["app", "web", "mini_program", "official_account"]
# What decides what a frame may hold. `self` is the reader of an own account stream.
Audience = Literal["staff", "student", "screen", "self"]
Body = dict[str, object]
Position = Annotated[int, Meta(ge=0, le=2**53)]
ShortText = Annotated[str, Meta(max_length=64)]


class Attach(msgspec.Struct, frozen=True, array_like=True, tag=3):
    """Client: follow a stream. Answered by the events after `position` or by a snapshot, then `attached`; or by `gone`.

    `audience` is the audience the client's state was folded for; when it is no longer the reader's, or
    `position` is null, a snapshot is sent. `as_screen` asks for the projector's view (staff only).
    """

    stream: Id
    position: Position | None = None
    audience: Audience | None = None
    as_screen: bool = False


class Hello(msgspec.Struct, frozen=True, array_like=True, tag=0):
    """Client: the first message, within 10 s. The token travels here, never in the URL. Answered by `welcome`."""

    token: Annotated[str, Meta(max_length=128)]
    client_kind: ClientKind
    client_version: ShortText
    streams: Annotated[list[Attach], Meta(max_length=200)] = []
    version: int = PROTOCOL_VERSION


class Command(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """Client: a wish. Answered, after commit, by `done` or `refused` with the same id; resent unchanged until then."""

    id: CommandId
    op: ShortText
    stream: Id
    body: Body = {}


class Pong(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """Client: how far it has applied each stream. Answers `ping`; after new events, at most one a second."""

    positions: Annotated[dict[Id, Position], Meta(max_length=200)] = {}


class Detach(msgspec.Struct, frozen=True, array_like=True, tag=4):
    """Client: stop following a stream."""

    stream: Id


class Refresh(msgspec.Struct, frozen=True, array_like=True, tag=5):
    """Client: a newer token of the same device, so that the socket outlives the old one."""

    token: Annotated[str, Meta(max_length=128)]


class Hint(msgspec.Struct, frozen=True, array_like=True, tag=6):
    """Client: an ephemeral signal to the others of a stream (typing). Dropped first, never answered."""

    stream: Id
    name: ShortText
    body: Body = {}


class Welcome(msgspec.Struct, frozen=True, array_like=True, tag=16):
    """Server: the hello is accepted. `server_time` lets the client show server time (I10)."""

    account: AccountId
    device: DeviceId
    server_time: Millis
    heartbeat_s: int
    node: str


class Done(msgspec.Struct, frozen=True, array_like=True, tag=17):
    """Server: the command is committed. `seq` is the position its last event has in `stream`, if it made one."""

    id: str
    result: Body | None = None
    seq: Seq | None = None


class RefusedReply(msgspec.Struct, frozen=True, array_like=True, tag=18):
    """Server: the command had no effect. `retry`: the same command, same id, may succeed later."""

    id: str
    code: str
    retry: bool
    zh: str
    en: str
    retry_after_ms: int | None = None
    data: dict[str, str | int] | None = None


class Event(msgspec.Struct, frozen=True, array_like=True, tag=19):
    """Server: fact number `seq` of a stream. A blank (`name` empty) only counts: this audience may not see the fact."""

    stream: StreamId
    seq: Seq
    at: Millis
    name: str = ""
    body: Body | None = None


class Snapshot(msgspec.Struct, frozen=True, array_like=True, tag=20):
    """Server: the whole state of a stream at `seq` for one audience; replaces what the client holds."""

    stream: StreamId
    seq: Seq
    kind: Literal["classroom", "account"]
    audience: Audience
    state: Body


class Gauge(msgspec.Struct, frozen=True, array_like=True, tag=21):
    """Server: the latest value of something; never replayed. A client keeps the greatest `rev` per (name, key)."""

    stream: StreamId
    name: str
    key: str
    rev: int
    value: Body | None


class Signal(msgspec.Struct, frozen=True, array_like=True, tag=22):
    """Server: somebody's ephemeral hint."""

    stream: StreamId
    name: str
    account: AccountId
    body: Body = {}


class Ping(msgspec.Struct, frozen=True, array_like=True, tag=23):
    """Server: heartbeat with the head of every attached stream. A client behind a head asks again with `attach`."""

    server_time: Millis
    heads: dict[str, int]


class Reconnect(msgspec.Struct, frozen=True, array_like=True, tag=24):
    """Server: this node is about to stop; come back after `after_ms`."""

    after_ms: int


class Gone(msgspec.Struct, frozen=True, array_like=True, tag=25):
    """Server: the stream is no longer the reader's, or never was (the answer is the same). Drop its state."""

    stream: StreamId
    code: str
    zh: str
    en: str


class Attached(msgspec.Struct, frozen=True, array_like=True, tag=26):
    """Server: the continuation or snapshot is complete up to `head`; what follows is live.

    `how` says where it came from: `memory`, `pages` (Postgres) or `snapshot`.
    """

    stream: StreamId
    head: Seq
    how: Literal["memory", "pages", "snapshot"]


class Fault(msgspec.Struct, frozen=True, array_like=True, tag=27):
    """Server: a message could not be taken (unreadable, before hello, too many) and belongs to no command id."""

    code: str
    retry: bool
    zh: str
    en: str
    retry_after_ms: int | None = None


FromClient = Hello | Command | Pong | Attach | Detach | Refresh | Hint
FromServer = (
    Welcome | Done | RefusedReply | Event | Snapshot | Gauge | Signal | Ping | Reconnect | Gone | Attached | Fault
)
