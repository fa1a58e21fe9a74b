"""One socket after the handshake: what each message of it leads to, and how fast it may talk."""

from __future__ import annotations

import secrets

from protocol.close import Close
from protocol.codec import Format, decode_client, encode
from protocol.envelopes import (
    PROTOCOL_VERSION,
    Attach,
    Command,
    Detach,
    Done,
    FromClient,
    FromServer,
    Hello,
    Hint,
    Pong,
    Refresh,
    Signal,
    Welcome,
)
from protocol.errors import Code, Refused
from protocol.ids import Seq, StreamId
from protocol.limits import HEARTBEAT_S, HELLO_TIMEOUT_S, STREAMS_PER_CONNECTION
from server.bucket import Bucket
from server.core.client_version import check_version
from server.edge.book import KnownDevice
from server.edge.fallback import PlainSocket
from server.edge.node import Node, Token, server_time
from server.edge.reply import fault, refused_reply
from server.edge.websocket import PreparedWebSocket
from server.edge.wishes import Errand, Wishes
from server.hub.connection import Connection
from server.hub.frame import frame
from server.token import hash_token, is_token

# All messages of a socket, whatever they are; a client that attaches to everything it is in stays below.
MESSAGES_PER_S, MESSAGE_BURST = 60, 400
# Refused in a row before the socket is closed: enough to be told to slow down, too few to be worth a flood.
REFUSALS_IN_A_ROW = 60
BAD_MESSAGES = 10
# Signals are for everybody on a stream, so only known ones pass.
HINTS = frozenset({"typing"})


class Socket:
    """One socket from the handshake to the end: a stranger until its hello is answered, a `connection` after."""

    __slots__ = (
        "_bucket",
        "_is_lost",
        "_n_bad",
        "_node",
        "_pipe",
        "_said_hello",
        "_wire",
        "_wishes",
        "connection",
    )

    def __init__(self, node: Node, pipe: PreparedWebSocket | PlainSocket, wire: Format) -> None:
        self._node = node
        self._pipe = pipe
        self._wire: Format = wire
        self.connection: Connection | None = None
        self._wishes = Wishes(node, self)
        self._bucket: Bucket | None = None
        self._n_bad = 0
        self._said_hello = False
        self._is_lost = False
        node.greeting[self] = (node.now_s() + HELLO_TIMEOUT_S, self.close)

    # What the pipe calls

    def received(self, data: bytes, is_text: bool) -> None:
        now_s = self._node.now_s()
        if self._bucket is None:
            self._bucket = Bucket(MESSAGES_PER_S, MESSAGE_BURST, now_s)
        if self._bucket.wait_ms(now_s):
            self._fault(Refused(Code.SLOW_DOWN))
            self.close(Close.TOO_FAST)
            return
        try:
            if is_text != (self._wire == "json"):
                raise Refused(Code.BAD_MESSAGE, "text and binary are different subprotocols")
            envelopes = decode_client(data, self._wire)
        except Refused as refused:
            self._bad(refused)
            return
        for envelope in envelopes:
            if self._is_lost:
                return
            self._take(envelope)

    def paused(self) -> None:
        if self.connection is not None:
            self._node.hub.pause(self.connection)

    def drained(self) -> None:
        if self.connection is not None:
            self._node.hub.resume(self.connection)

    def lost(self) -> None:
        self._is_lost = True
        self._wishes.drop()
        self._node.greeting.pop(self, None)
        if self.connection is not None:
            self._node.let_go(self.connection)

    def close(self, code: Close) -> None:
        self._is_lost = True
        self._node.greeting.pop(self, None)
        if self.connection is not None:
            self._node.cut(self.connection, code)
        else:
            self._pipe.close(code)

    # What a message leads to

    def _take(self, envelope: FromClient) -> None:
        if isinstance(envelope, Hello) == self._said_hello:
            # The first message, and no other, is hello.
            self._bad(Refused(Code.BAD_MESSAGE, "hello"))
            return
        match envelope:
            case Command():
                self._command(envelope)
            case Pong():
                if self.connection is not None:
                    positions = {StreamId(stream): Seq(seq) for stream, seq in envelope.positions.items()}
                    self._node.hub.hear_positions(self.connection, positions)
            case Attach() | Detach() | Refresh():
                self._wishes.add(envelope)
            case Hello():
                self._said_hello = True
                self._wishes.add(envelope)
            case Hint():
                self._hint(envelope)

    def _command(self, command: Command) -> None:
        if self.connection is not None:
            bucket = self._node.bucket(self.connection.device)
            wait_ms = bucket.wait_ms(self._node.now_s())
            if wait_ms:
                self._say(refused_reply(command.id, Refused(Code.SLOW_DOWN, retry_after_ms=wait_ms)))
                if bucket.n_refused > REFUSALS_IN_A_ROW:
                    self.close(Close.TOO_FAST)
                return
        self._wishes.add(command)

    def _hint(self, hint: Hint) -> None:
        connection = self.connection
        if connection is None or hint.name not in HINTS:
            return
        if self._node.bucket(connection.device).wait_ms(self._node.now_s()):
            return
        attachment = connection.attachments.get(StreamId(hint.stream))
        if attachment is not None and attachment.is_live and attachment.audience != "screen":
            signal = Signal(stream=StreamId(hint.stream), name=hint.name, account=connection.account)
            self._node.bus.publish_signal(signal.stream, connection.account, encode(signal))

    # What its wishes call

    def stop_reading(self) -> None:
        self._pipe.pause_reading()

    def read_on(self) -> None:
        if self.connection is None or not self.connection.is_behind:
            self._pipe.resume_reading()

    def reply(self, command: Command, outcome: Done | Refused) -> None:
        if isinstance(outcome, Refused):
            self._node.n_refused[outcome.code] += 1
            self._say(refused_reply(command.id, outcome))
        elif self.connection is not None:
            self._node.n_done[command.op] += 1
            self._node.hub.reply(self.connection, outcome)

    async def do(self, errand: Errand) -> None:
        connection = self.connection
        if isinstance(errand, Hello):
            await self._greet(errand)
        elif connection is not None:
            match errand:
                case Attach():
                    await self._attach(connection, errand)
                case Detach():
                    self._node.hub.detach(connection, StreamId(errand.stream))
                case Refresh():
                    await self._refresh(connection, errand)

    async def _greet(self, hello: Hello) -> None:
        if hello.version != PROTOCOL_VERSION:
            self._fault(Refused(Code.UPDATE_REQUIRED))
            self.close(Close.UNSUPPORTED_PROTOCOL)
            return
        try:
            check_version(self._node.least_versions, hello.client_kind, hello.client_version)
        except Refused as refused:
            self._fault(refused)
            self.close(Close.UPDATE_REQUIRED)
            return
        hashed = hash_token(hello.token)
        try:
            device = await self._recognise(hello.token, hashed)
        except Refused as refused:
            self._fault(refused)
            self.close(Close.OVERLOADED)
            return
        # No await from here to let_in: a log-out either was heard before, or finds the connection.
        if self._is_lost:
            return
        if device is None or self._node.is_logged_out(device):
            self._fault(Refused(Code.UNAUTHENTICATED))
            self.close(Close.UNAUTHENTICATED)
            return
        now = server_time()
        connection = Connection(
            id=secrets.token_hex(8),
            account=device.account,
            device=device.id,
            wire=self._wire,
            pipe=self._pipe,
            opened_ms=now,
        )
        self.connection = connection
        self._node.greeting.pop(self, None)
        self._node.let_in(connection, Token(hash=hashed, client=(hello.client_kind, hello.client_version)))
        self._say(
            Welcome(
                account=device.account,
                device=device.id,
                server_time=now,
                heartbeat_s=HEARTBEAT_S,
                node=self._node.name,
            )
        )
        await self._follow(connection, hello.streams)

    async def _recognise(self, token: str, hashed: bytes) -> KnownDevice | None:
        """Whose token this is, asked together with those of others. Raises Refused."""
        return (await self._node.devices.get((hashed,))).get(hashed) if is_token(token) else None

    async def _attach(self, connection: Connection, first: Attach) -> None:
        """Several in a row are looked up together: a client attaches to all its classrooms at once."""
        attaches = {each.stream: each for each in (first, *self._wishes.take_attaches())}
        if len(connection.attachments.keys() | attaches.keys()) > STREAMS_PER_CONNECTION:
            self._fault(Refused(Code.TOO_MANY_STREAMS))
            return
        await self._follow(connection, list(attaches.values()))

    async def _follow(self, connection: Connection, attaches: list[Attach]) -> None:
        try:
            await self._node.supply.attach(connection, attaches)
        except Refused as refused:
            # Nothing was said about these streams, so the client has to ask again; a resume is cheap.
            self._fault(refused)
            self.close(Close.OVERLOADED)

    async def _refresh(self, connection: Connection, refresh: Refresh) -> None:
        hashed = hash_token(refresh.token)
        try:
            known = await self._recognise(refresh.token, hashed)
        except Refused as refused:
            self._fault(refused)
            return
        token = self._node.tokens.get(connection)
        if known is None or known.id != connection.device or self._node.is_logged_out(known):
            self._fault(Refused(Code.UNAUTHENTICATED))
        elif token is not None:
            self._node.tokens[connection] = Token(hash=hashed, client=token.client)

    # What is said to it alone

    def _say(self, envelope: FromServer) -> None:
        if self.connection is not None:
            self._node.hub.reply(self.connection, envelope)
        elif not self._is_lost:
            self._pipe.write(frame(encode(envelope, self._wire), self._wire))

    def _fault(self, refused: Refused) -> None:
        self._node.n_refused[refused.code] += 1
        self._say(fault(refused))

    def _bad(self, refused: Refused) -> None:
        """A message that means nothing: told so, and closed when it happens again and again or begins with it."""
        self._n_bad += 1
        self._fault(refused)
        if not self._said_hello or self._n_bad >= BAD_MESSAGES:
            self.close(Close.BAD_MESSAGE)
