"""A phone that keeps its own account of what it was sent, apart from the client it carries, and comes to any node."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from websockets.asyncio.client import ClientConnection

from protocol.client.client import Identity
from protocol.codec import decode_server, encode
from protocol.envelopes import Event, Snapshot
from protocol.ids import AccountId, Seq, StreamId
from tests.harness.phone import Phone


@dataclass(slots=True)
class Journal:
    """One stream as it arrived. `taken`: each event in the order it was applied, as it was encoded."""

    at: Seq | None = None
    taken: list[tuple[Seq, bytes]] = field(default_factory=list)
    n_snapshots: int = 0
    n_again: int = 0

    def event(self, event: Event) -> None:
        if self.at is None or event.seq > self.at + 1:
            return  # a hole: the client has to ask, and what it asked for comes by here again
        if event.seq <= self.at:
            self.n_again += 1
            return
        self.taken.append((event.seq, encode(event)))
        self.at = event.seq

    def snapshot(self, snapshot: Snapshot) -> None:
        self.n_snapshots += 1
        self.at = snapshot.seq


class Witness(Phone):
    """Comes to one of several nodes, another one each time by chance."""

    def __init__(self, urls: Sequence[str], account: str, token: str, draw: Random) -> None:
        self.urls = urls
        self._chance = draw
        self.journals: defaultdict[StreamId, Journal] = defaultdict(Journal)
        self.n_connections = 0
        identity = Identity(account=AccountId(account), token=token, client_kind="web", client_version="1.0.0")
        super().__init__(urls[0], identity, draw=draw)

    async def _converse(self, socket: ClientConnection) -> int:
        self.n_connections += 1
        return await super()._converse(socket)

    def _choose_url(self) -> str:
        return self._chance.choice(self.urls)

    def _received(self, data: bytes) -> None:
        for envelope in decode_server(data):
            match envelope:
                case Event():
                    self.journals[envelope.stream].event(envelope)
                case Snapshot():
                    self.journals[envelope.stream].snapshot(envelope)
        super()._received(data)
