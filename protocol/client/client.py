"""A client of the socket without the socket: it is told what happened and when, and says what to do next.

    client.start(now)                  then, whenever anything happened:
    client.opened(now)                 the socket is open
    client.received(data, now)         one message of it
    client.closed(code, now)           it was closed, or could not be opened (1006)
    client.tick(now)                   the time `due()` named has come
    client.wake(now)                   the app came to the front, or the network came back

After each of them: carry out `actions()` in order, tell people `notices()`. Times are seconds of a clock that does
not jump.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from protocol.client.backoff import HELD_S, wait_s
from protocol.client.clock import ServerClock
from protocol.client.held import Held
from protocol.client.notice import Action, Answered, Notice, Open, Send, Shut, Stopped
from protocol.client.outbox import Outbox
from protocol.client.streams import Streams
from protocol.close import may_come_back
from protocol.codec import Format, decode_server, encode
from protocol.envelopes import (
    ClientKind,
    Command,
    Detach,
    Done,
    Fault,
    FromClient,
    FromServer,
    Hello,
    Ping,
    Pong,
    Reconnect,
    Refresh,
    RefusedReply,
    Signal,
    Welcome,
)
from protocol.ids import AccountId, StreamId
from protocol.limits import HEARTBEAT_S, HELLO_TIMEOUT_S

Phase = Literal["idle", "opening", "greeting", "live", "waiting", "stopped"]

OPEN_TIMEOUT_S = 10.0
PONG_INTERVAL_S = 1.0
PROBE_S = 5.0
# Heartbeats come every 25 s, 10 % sooner or later; a phone's network may hold one back a little.
SILENCE = 1.1
SILENCE_EXTRA_S = 7.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who connects. The account is known from the log-in; its id is the id of its stream."""

    account: AccountId
    token: str
    client_kind: ClientKind
    client_version: str


class Client:
    def __init__(
        self,
        identity: Identity,
        *,
        draw: Random,
        outbox: Outbox | None = None,
        wire: Format = "msgpack",
        follows_all: bool = True,
    ) -> None:
        """`follows_all`: attach every classroom the account is in; else only those `follow` names."""
        self.phase: Phase = "idle"
        self.clock = ServerClock()
        self.outbox = outbox if outbox is not None else Outbox()
        self._streams = Streams(identity.account, follows_all=follows_all)
        self._identity = identity
        self._draw = draw
        self._wire: Format = wire
        self._actions: list[Action] = []
        self._notices: list[Notice] = []
        self._n_failed = 0
        self._silence_s = HEARTBEAT_S * SILENCE + SILENCE_EXTRA_S
        self._hello_at = 0.0
        self._live_since = 0.0
        self._deadline: float | None = None  # of opening, of greeting, of the next word of the server
        self._retry_at: float | None = None
        self._not_before = 0.0
        self._slot_at: float | None = None
        self._pong_at: float | None = None
        self._last_pong = float("-inf")

    @property
    def account(self) -> Held | None:
        """The account's own stream; None until its first snapshot."""
        return self._streams.account

    @property
    def held(self) -> dict[StreamId, Held]:
        """What it holds of each stream. To be read only."""
        return self._streams.held

    # What people wish

    def start(self, now: float) -> None:
        if self.phase in ("idle", "stopped"):
            self._open(now)

    def stop(self) -> None:
        """The person leaves. Nothing is asked of the server: a socket that closes says enough."""
        if self.phase in ("opening", "greeting", "live"):
            self._actions.append(Shut())
        self._rest("idle")

    def command(self, command: Command, now: float) -> None:
        """Send it, now or when there is a connection, until it is answered."""
        self.outbox.put(command, now)
        self._flush(now)

    def follow(self, stream: StreamId, now: float, *, as_screen: bool = False) -> None:
        self._streams.follow(stream, as_screen=as_screen)
        self._flush(now)

    def unfollow(self, stream: StreamId, now: float) -> None:
        if self._streams.unfollow(stream) and self.phase == "live":
            self._send(Detach(stream=stream))
        self._flush(now)

    def refresh(self, token: str) -> None:
        """A newer token of the same device."""
        self._identity = replace(self._identity, token=token)
        if self.phase == "live":
            self._send(Refresh(token=token))

    # What happened

    def opened(self, now: float) -> None:
        if self.phase != "opening":
            return
        self.phase = "greeting"
        self._hello_at = now
        self._deadline = now + HELLO_TIMEOUT_S
        self._send(
            Hello(
                token=self._identity.token,
                client_kind=self._identity.client_kind,
                client_version=self._identity.client_version,
                streams=self._streams.hello(),
            )
        )

    def received(self, data: bytes, now: float) -> None:
        if self.phase not in ("greeting", "live"):
            return
        for envelope in decode_server(data, self._wire):
            self._take(envelope, now)
        self._notices.extend(self._streams.notices())
        if self.phase == "live":
            self._deadline = now + self._silence_s
            self._flush(now)

    def closed(self, code: int, now: float, retry_after_s: float = 0.0) -> None:
        """`retry_after_s`: what the answer to a refused handshake (503) said."""
        if self.phase not in ("opening", "greeting", "live"):
            return
        if not may_come_back(code):
            self._notices.append(Stopped(code))
            self._rest("stopped")
            return
        self._not_before = max(self._not_before, now + retry_after_s)
        self._fail(now)

    def wake(self, now: float) -> None:
        """Somebody looks, or the network is there: waiting ends, except where the server named a time.

        A connection that was silent for a while is asked whether it lives: a phone that slept often finds it dead.
        """
        if self.phase == "waiting":
            self._retry_at = max(now, self._not_before)
            self.tick(now)
        elif self.phase == "live" and self._deadline is not None and self._deadline - now < self._silence_s - PROBE_S:
            self._deadline = min(self._deadline, now + PROBE_S)
            self._streams.probe()
            self._flush(now)

    def tick(self, now: float) -> None:
        if self.phase == "live" and self._slot_at is not None and self._slot_at <= now:
            self._actions.append(Shut())
            self._open(now)
        if self._deadline is not None and self._deadline <= now:
            self._actions.append(Shut())
            self._fail(now)
        if self.phase == "waiting" and self._retry_at is not None and self._retry_at <= now:
            self._open(now)
        self._notices.extend(Answered(id, None) for id in self.outbox.expired(now))
        self._flush(now)

    # What to do

    def actions(self) -> list[Action]:
        actions, self._actions = self._actions, []
        return actions

    def notices(self) -> list[Notice]:
        notices, self._notices = self._notices, []
        return notices

    def due(self) -> float | None:
        """When `tick` is next to be called, if nothing else happens before."""
        named = [self._deadline, self._retry_at, self.outbox.next_expiry()]
        if self.phase == "live":
            named += [self._pong_at, self._slot_at, self.outbox.next_try()]
        return min((each for each in named if each is not None), default=None)

    # The connection

    def _open(self, now: float) -> None:
        self._rest("opening")
        self._deadline = now + OPEN_TIMEOUT_S
        self._actions.append(Open())

    def _fail(self, now: float) -> None:
        if self.phase == "live" and now - self._live_since >= HELD_S:
            self._n_failed = 0
        self._n_failed += 1
        at = self._slot_at if self._slot_at is not None else now + wait_s(self._n_failed, self._draw)
        self._rest("waiting")
        self._retry_at = max(at, self._not_before)

    def _rest(self, phase: Phase) -> None:
        self.phase = phase
        self.outbox.disconnected()
        self._streams.disconnected()
        self._deadline = self._retry_at = self._pong_at = self._slot_at = None

    def _flush(self, now: float) -> None:
        if self.phase != "live":
            return
        for attach in self._streams.asks():
            self._send(attach)
        for command in self.outbox.take(now):
            self._send(command)
        self._report(now)

    def _send(self, envelope: FromClient) -> None:
        self._actions.append(Send(encode(envelope, self._wire)))

    # What the server says

    def _take(self, envelope: FromServer, now: float) -> None:
        match envelope:
            case Welcome():
                self._welcome(envelope, now)
            case Done() | RefusedReply():
                ids = self.outbox.answered(envelope, now)
                self._notices.extend(Answered(id, envelope) for id in ids)
            case Ping():
                self.clock.heard(envelope.server_time, now)
                self._streams.compare(envelope.heads)
                self._pong(self._streams.positions(), now)
            case Reconnect(after_ms=after_ms):
                self._slot_at = now + after_ms / 1000
            case Fault(retry_after_ms=retry_after_ms):
                self._not_before = max(self._not_before, now + (retry_after_ms or 0) / 1000)
                self._notices.append(envelope)
            case Signal():
                self._notices.append(envelope)
            case _:
                self._streams.take(envelope)

    def _welcome(self, welcome: Welcome, now: float) -> None:
        self.phase = "live"
        self._live_since = now
        self._silence_s = welcome.heartbeat_s * SILENCE + SILENCE_EXTRA_S
        self.clock.welcomed(welcome.server_time, asked=self._hello_at, now=now)

    def _report(self, now: float) -> None:
        """Positions that moved, at most once a second: staff see how many have what."""
        if not self._streams.has_news():
            return
        if now - self._last_pong >= PONG_INTERVAL_S:
            self._pong(self._streams.news(), now)
        elif self._pong_at is None:
            self._pong_at = self._last_pong + PONG_INTERVAL_S

    def _pong(self, positions: dict[str, int], now: float) -> None:
        self._send(Pong(positions=positions))
        self._last_pong = now
        self._pong_at = None
