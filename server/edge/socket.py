"""/ws: who may open a socket, what each message of it leads to, and how fast it may talk. Raw ASGI: see `websocket`."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Collection
from typing import TYPE_CHECKING

from protocol.close import Close
from protocol.codec import Format, decode_client, encode
from protocol.envelopes import (
    PROTOCOL_VERSION,
    SUBPROTOCOL_JSON,
    SUBPROTOCOL_MSGPACK,
    Attach,
    Command,
    Detach,
    Fault,
    FromClient,
    FromServer,
    Hello,
    Hint,
    Pong,
    Refresh,
    RefusedReply,
    Signal,
    Welcome,
)
from protocol.errors import Code, Refused
from protocol.ids import Seq, StreamId
from protocol.limits import HEARTBEAT_S, HELLO_TIMEOUT_S, STREAMS_PER_CONNECTION
from server.edge.bucket import Bucket
from server.edge.fallback import PlainSocket
from server.edge.node import Node, Token, server_time
from server.edge.websocket import EXTENSION, PreparedWebSocket
from server.hub.connection import Connection
from server.hub.frame import frame
from server.token import hash_token, is_token

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

SUBPROTOCOLS: dict[str, Format] = {SUBPROTOCOL_MSGPACK: "msgpack", SUBPROTOCOL_JSON: "json"}
# All messages of a socket, whatever they are; a client that attaches to everything it is in stays below.
MESSAGES_PER_S, MESSAGE_BURST = 60, 400
# Refused in a row before the socket is closed: enough to be told to slow down, too few to be worth a flood.
REFUSALS_IN_A_ROW = 60
BAD_MESSAGES = 10
# What may wait for an answer before we stop reading.
WAITING = 64
# Signals are for everybody on a stream, so only known ones pass.
HINTS = frozenset({"typing"})
RETRY_AFTER_S = 5
COMMAND_LIMIT_S = 30.0

log = logging.getLogger("shangke.socket")

Wish = Hello | Command | Attach | Detach | Refresh


class SocketEndpoint:
    """The ASGI app at /ws."""

    def __init__(self, node: Node, origins: Collection[str]) -> None:
        self._node = node
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        refusal = self._refusal(scope)
        if refusal is not None:
            await refuse(scope, send, *refusal)
            return
        subprotocol = next(each for each in scope["subprotocols"] if each in SUBPROTOCOLS)
        await send({"type": "websocket.accept", "subprotocol": subprotocol})
        extension = scope.get("extensions", {}).get(EXTENSION)
        if extension is None:
            plain = PlainSocket(receive, send)
            await plain.run(Socket(self._node, plain, SUBPROTOCOLS[subprotocol]))
            return
        extension["socket"].take_over(Socket(self._node, extension["socket"], SUBPROTOCOLS[subprotocol]))

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """The status and the reason, unless the handshake is as it should be."""
        origins = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
        # A native client sends no Origin; a page cannot leave it out.
        if len(origins) > 1 or any(origin not in self._origins for origin in origins):
            return 403, "this origin may not open a socket"
        if scope["query_string"]:
            return 400, "no query: the token travels in hello"
        if not any(each in SUBPROTOCOLS for each in scope["subprotocols"]):
            return 400, f"a subprotocol is needed: {SUBPROTOCOL_MSGPACK} or {SUBPROTOCOL_JSON}"
        if self._node.is_full:
            return 503, "busy, come back"
        return None


class Socket:
    """One socket from the handshake to the end: a stranger until its hello is answered, a `connection` after.

    What asks for the book waits in `_wishes` and is done in order, by a task that lives only while there is some.
    """

    __slots__ = (
        "_bucket",
        "_connection",
        "_is_held",
        "_is_lost",
        "_is_working",
        "_n_bad",
        "_node",
        "_pipe",
        "_said_hello",
        "_wire",
        "_wishes",
    )

    def __init__(self, node: Node, pipe: PreparedWebSocket | PlainSocket, wire: Format) -> None:
        self._node = node
        self._pipe = pipe
        self._wire: Format = wire
        self._connection: Connection | None = None
        self._wishes: deque[Wish] | None = None
        self._bucket: Bucket | None = None
        self._n_bad = 0
        self._said_hello = False
        self._is_working = False
        self._is_held = False
        self._is_lost = False
        node.greeting[self] = (now_s() + HELLO_TIMEOUT_S, self.close)

    # What the pipe calls

    def received(self, data: bytes, is_text: bool) -> None:
        if self._bucket is None:
            self._bucket = Bucket(MESSAGES_PER_S, MESSAGE_BURST, now_s())
        if self._bucket.wait_ms(now_s()):
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
        if self._connection is not None:
            self._connection.is_paused = True

    def drained(self) -> None:
        if self._connection is not None:
            self._connection.is_paused = False
            self._node.hub.catching.go_on_with(self._connection)

    def lost(self) -> None:
        self._is_lost = True
        self._wishes = None
        self._node.greeting.pop(self, None)
        if self._connection is not None:
            self._node.let_go(self._connection)

    def close(self, code: Close) -> None:
        self._is_lost = True
        self._node.greeting.pop(self, None)
        if self._connection is not None:
            self._node.cut(self._connection, code)
        else:
            self._pipe.close(code)

    # What a message leads to

    def _take(self, envelope: FromClient) -> None:
        if isinstance(envelope, Hello) == self._said_hello:
            # The first message, and no other, is hello.
            self._bad(Refused(Code.BAD_MESSAGE, "hello"))
            return
        match envelope:
            case Hello():
                self._said_hello = True
                self._wish(envelope)
            case Command():
                self._command(envelope)
            case Attach() | Detach() | Refresh():
                self._wish(envelope)
            case Pong():
                if self._connection is not None:
                    positions = {StreamId(stream): Seq(seq) for stream, seq in envelope.positions.items()}
                    self._node.hub.hear_positions(self._connection, positions)
            case Hint():
                self._hint(envelope)

    def _command(self, command: Command) -> None:
        if self._connection is not None:
            bucket = self._node.bucket(self._connection.device)
            wait_ms = bucket.wait_ms(now_s())
            if wait_ms:
                self._say(refused_reply(command.id, Refused(Code.SLOW_DOWN, retry_after_ms=wait_ms)))
                if bucket.n_refused > REFUSALS_IN_A_ROW:
                    self.close(Close.TOO_FAST)
                return
        self._wish(command)

    def _hint(self, hint: Hint) -> None:
        connection = self._connection
        if connection is None or hint.name not in HINTS or self._node.bucket(connection.device).wait_ms(now_s()):
            return
        attachment = connection.attachments.get(StreamId(hint.stream))
        if attachment is not None and attachment.is_live and attachment.audience != "screen":
            signal = Signal(stream=StreamId(hint.stream), name=hint.name, account=connection.account)
            self._node.bus.publish_signal(signal.stream, connection.account, encode(signal))

    def _wish(self, wish: Wish) -> None:
        if self._wishes is None:
            self._wishes = deque()
        self._wishes.append(wish)
        if len(self._wishes) >= WAITING and not self._is_held:
            self._is_held = True
            self._pipe.pause_reading()
        if not self._is_working:
            self._is_working = True
            self._node.spawn(self._work())

    async def _work(self) -> None:
        try:
            while self._wishes:
                wish = self._wishes.popleft()
                await self._do(wish)
                if self._is_held and len(self._wishes or ()) <= WAITING // 2:
                    self._is_held = False
                    self._resume_reading()
        except Exception:  # the command loop: what can be answered was; this socket cannot go on
            log.exception("event=socket_failed")
            self.close(Close.OVERLOADED)
        finally:
            self._is_working = False
            if self._wishes is not None and not self._wishes:
                self._wishes = None

    def _resume_reading(self) -> None:
        if self._connection is None or not self._connection.is_behind:
            self._pipe.resume_reading()

    async def _do(self, wish: Wish) -> None:
        if isinstance(wish, Hello):
            await self._greet(wish)
        elif self._connection is not None:
            match wish:
                case Command():
                    self._say(await self._answer(self._connection, wish))
                case Attach():
                    await self._attach(self._connection, wish)
                case Detach():
                    self._node.hub.detach(self._connection, StreamId(wish.stream))
                case Refresh():
                    await self._refresh(self._connection, wish)

    async def _greet(self, hello: Hello) -> None:
        if hello.version != PROTOCOL_VERSION:
            self._fault(Refused(Code.UPDATE_REQUIRED))
            self.close(Close.UNSUPPORTED_PROTOCOL)
            return
        hashed = hash_token(hello.token)
        try:
            known = await self._node.devices.get((hashed,)) if is_token(hello.token) else {}
        except Refused as refused:
            self._fault(refused)
            self.close(Close.OVERLOADED)
            return
        # No await from here to let_in: a log-out either was heard before, or finds the connection.
        if self._is_lost:
            return
        device = known.get(hashed)
        if device is None or self._node.is_logged_out(device):
            self._fault(Refused(Code.UNAUTHENTICATED))
            self.close(Close.UNAUTHENTICATED)
            return
        connection = Connection(
            id=secrets.token_hex(8),
            account=device.account,
            device=device.id,
            wire=self._wire,
            pipe=self._pipe,
            opened_ms=server_time(),
        )
        self._connection = connection
        self._node.greeting.pop(self, None)
        self._node.let_in(connection, Token(hash=hashed, client=(hello.client_kind, hello.client_version)))
        self._say(
            Welcome(
                account=device.account,
                device=device.id,
                server_time=server_time(),
                heartbeat_s=HEARTBEAT_S,
                node=self._node.name,
            )
        )
        await self._follow(connection, hello.streams)

    async def _attach(self, connection: Connection, first: Attach) -> None:
        """Several in a row are looked up together: a client attaches to all its classrooms at once."""
        wishes = {first.stream: first}
        while self._wishes and isinstance(self._wishes[0], Attach):
            wish = self._wishes.popleft()
            assert isinstance(wish, Attach), "looked at just now"
            wishes[wish.stream] = wish
        n_streams = len(connection.attachments.keys() | wishes.keys())
        if n_streams > STREAMS_PER_CONNECTION:
            self._fault(Refused(Code.TOO_MANY_STREAMS))
            return
        await self._follow(connection, list(wishes.values()))

    async def _follow(self, connection: Connection, wishes: list[Attach]) -> None:
        try:
            await self._node.supply.attach(connection, wishes)
        except Refused as refused:
            # Nothing was said about these streams, so the client has to ask again; a resume is cheap.
            self._fault(refused)
            self.close(Close.OVERLOADED)

    async def _refresh(self, connection: Connection, refresh: Refresh) -> None:
        hashed = hash_token(refresh.token)
        try:
            known = (await self._node.devices.get((hashed,))).get(hashed) if is_token(refresh.token) else None
        except Refused as refused:
            self._fault(refused)
            return
        token = self._node.tokens.get(connection)
        if known is None or known.id != connection.device or self._node.is_logged_out(known):
            self._fault(Refused(Code.UNAUTHENTICATED))
        elif token is not None:
            self._node.tokens[connection] = Token(hash=hashed, client=token.client)

    async def _answer(self, connection: Connection, command: Command) -> FromServer:
        try:
            async with asyncio.timeout(COMMAND_LIMIT_S):
                reply: FromServer = await self._node.travel(connection.account, connection.device, command)
        except Refused as refused:
            self._node.n_refused[refused.code] += 1
            return refused_reply(command.id, refused)
        except Exception:  # the command loop: the sender hears of it, and no detail
            log.exception("event=command_failed command=%s stream=%s", command.op, command.stream)
            self._node.n_refused[Code.INTERNAL] += 1
            return refused_reply(command.id, Refused(Code.INTERNAL))
        self._node.n_done[command.op] += 1
        return reply

    # What is said to it alone

    def _say(self, envelope: FromServer) -> None:
        if self._connection is not None:
            self._node.hub.reply(self._connection, envelope)
        elif not self._is_lost:
            self._pipe.write(frame(encode(envelope, self._wire), self._wire))

    def _fault(self, refused: Refused) -> None:
        self._node.n_refused[refused.code] += 1
        wording = refused.wording
        self._say(
            Fault(
                code=refused.code,
                retry=wording.retry,
                zh=wording.zh,
                en=wording.en,
                retry_after_ms=refused.retry_after_ms,
            )
        )

    def _bad(self, refused: Refused) -> None:
        """A message that means nothing: told so, and closed when it happens again and again or begins with it."""
        self._n_bad += 1
        self._fault(refused)
        if not self._said_hello or self._n_bad >= BAD_MESSAGES:
            self.close(Close.BAD_MESSAGE)


async def refuse(scope: Scope, send: Send, status: int, why: str) -> None:
    """Answer the handshake with a plain response, as far as the server can."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    if status == 503:
        headers.append((b"retry-after", str(RETRY_AFTER_S).encode()))
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": why.encode()})


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


def now_s() -> float:
    return asyncio.get_running_loop().time()
