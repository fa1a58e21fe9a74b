"""Small worlds for the tests of the reference client."""

from __future__ import annotations

from random import Random

import msgspec

from protocol.account import AccountState, Membership
from protocol.activity import Activity
from protocol.classroom import ClassroomState
from protocol.client.client import Client, Identity
from protocol.client.notice import Action, Open, Send, Shut
from protocol.client.outbox import Outbox
from protocol.codec import decode_client, encode, to_body
from protocol.envelopes import (
    Attached,
    Audience,
    Command,
    Event,
    FromClient,
    FromServer,
    Gauge,
    Snapshot,
    Welcome,
)
from protocol.ids import AccountId, ActivityId, ClassroomId, DeviceId, Millis, Seq, StreamId
from protocol.inbox import Inbox
from protocol.registry import EVENT_TYPES

ME = AccountId("A" * 16)
ROOM = ClassroomId("R" * 16)
QUIZ = ActivityId("Q" * 16)
OWN = StreamId(ME)
ROOM_STREAM = StreamId(ROOM)
SERVER_TIME = 1_767_225_600_000


def an_account(*rooms: str) -> AccountState:
    return AccountState(
        id=ME,
        name="小明",
        memberships=[Membership(classroom=ClassroomId(room), role="student") for room in rooms],
        inbox=Inbox(),
    )


def a_classroom(**changes: object) -> ClassroomState:
    whole: dict[str, object] = {
        "id": ROOM,
        "name": "高等数学",
        "code": None,
        "is_code_open": True,
        "n_members": 1,
        "members": [],
        "session": None,
        "activities": [],
        "drafts": [],
    }
    return msgspec.convert({**whole, **to_plain(changes)}, ClassroomState)


def to_plain(changes: dict[str, object]) -> dict[str, object]:
    return msgspec.convert(msgspec.to_builtins(changes), dict[str, object])


def a_quiz(**changes: object) -> Activity:
    whole: dict[str, object] = {
        "id": QUIZ,
        "kind": "exercise",
        "title": "第一题",
        "config": {},
        "phase": "published",
        "state": {},
        "published_at": 5,
    }
    return msgspec.convert({**whole, **to_plain(changes)}, Activity)


def an_event(seq: int, body: msgspec.Struct | None, stream: str = ROOM) -> Event:
    if body is None:
        return Event(stream=StreamId(stream), seq=Seq(seq), at=Millis(SERVER_TIME))
    return Event(
        stream=StreamId(stream), seq=Seq(seq), at=Millis(SERVER_TIME), name=EVENT_TYPES[type(body)], body=to_body(body)
    )


def a_snapshot(seq: int, state: AccountState | ClassroomState, audience: Audience = "student") -> Snapshot:
    is_account = isinstance(state, AccountState)
    return Snapshot(
        stream=StreamId(state.id),
        seq=Seq(seq),
        kind="account" if is_account else "classroom",
        audience="self" if is_account else audience,
        state=to_body(state),
    )


def attached(stream: str, head: int) -> Attached:
    return Attached(stream=StreamId(stream), head=Seq(head), how="snapshot")


def a_gauge(name: str, rev: int, value: dict[str, object] | None, key: str = QUIZ) -> Gauge:
    return Gauge(stream=ROOM_STREAM, name=name, key=key, rev=rev, value=value)


def a_command(number: int = 1, op: str = "response.submit", **body: object) -> Command:
    return Command(id=f"command-{number:08}", op=op, stream=ROOM, body={"activity": QUIZ, **body})


class Bench:
    """A client on a bench: what is said to it, what it wants, at a time the test decides."""

    def __init__(self, *, outbox: Outbox | None = None, follows_all: bool = True) -> None:
        identity = Identity(account=ME, token="token", client_kind="web", client_version="1")
        self.client = Client(identity, draw=Random(7), outbox=outbox, follows_all=follows_all)
        self.now = 1000.0

    def wants(self) -> list[Action | FromClient]:
        """The client's actions since the last time, bytes as envelopes."""
        wanted: list[Action | FromClient] = []
        for action in self.client.actions():
            if isinstance(action, Send):
                wanted.extend(decode_client(action.data))
            else:
                wanted.append(action)
        return wanted

    def says(self, *envelopes: FromServer) -> list[Action | FromClient]:
        """The server says this in one message."""
        self.client.received(b"".join(encode(each) for each in envelopes), self.now)
        return self.wants()

    def passes(self, seconds: float) -> list[Action | FromClient]:
        """Time passes; the client is woken when it asked for it."""
        until = self.now + seconds
        wanted: list[Action | FromClient] = []
        while (due := self.client.due()) is not None and due <= until:
            self.now = max(self.now, due)
            self.client.tick(self.now)
            wanted += self.wants()
        self.now = until
        return wanted

    def breaks(self, code: int = 1006) -> None:
        self.client.closed(code, self.now)

    def connects(self) -> list[Action | FromClient]:
        """Up to the hello."""
        self.client.start(self.now)
        self.client.opened(self.now)
        return self.wants()

    def is_welcomed(self) -> list[Action | FromClient]:
        return self.says(
            Welcome(
                account=ME,
                device=DeviceId("D" * 16),
                server_time=Millis(SERVER_TIME),
                heartbeat_s=25,
                node="a",
            )
        )

    def is_in_class(self) -> None:
        """Connected, in one classroom, everything up to date at position 3."""
        self.connects()
        self.is_welcomed()
        self.says(a_snapshot(1, an_account(ROOM)), attached(ME, 1))
        self.says(a_snapshot(3, a_classroom(activities=[a_quiz()])), attached(ROOM, 3))
        self.passes(2.0)

    def returns(self) -> list[Action | FromClient]:
        """The network is back, at once."""
        self.client.wake(self.now)
        assert self.wants() == [Open()]
        self.client.opened(self.now)
        return self.wants()


__all__ = ["Bench", "Open", "Shut"]
