"""A phone, a console or a projector in a test: the reference client on a real socket. Hundreds fit one process."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from random import Random

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.protocol import State
from websockets.typing import Subprotocol

from protocol.client.client import Client, Identity
from protocol.client.held import Held
from protocol.client.notice import Answered, Lost, Notice, Open, Send, Shut, Stopped
from protocol.envelopes import SUBPROTOCOL_MSGPACK, Body, ClientKind, Command, Done, Fault, RefusedReply, Signal
from protocol.errors import Code, Refused
from protocol.ids import AccountId, StreamId

WAIT_S = 15.0
ABNORMAL = 1006


class Phone:
    """One device. Its state is `client.held`; it changes only while the test awaits something."""

    def __init__(self, url: str, identity: Identity, *, draw: Random | None = None, follows_all: bool = True) -> None:
        self.url = url
        self.client = Client(identity, draw=draw or Random(), follows_all=follows_all)
        self.account = identity.account
        self.lost: list[Lost] = []
        self.faults: list[Fault] = []
        self.signals: list[Signal] = []
        self.stopped: int | None = None
        self._loop = asyncio.get_running_loop()
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._answers: dict[str, asyncio.Future[Done]] = {}
        self._news = asyncio.Event()
        self._has_network = True

    # What it does

    def start(self) -> None:
        self.client.start(self._loop.time())
        self._carry_out()

    async def close(self) -> None:
        self.client.stop()
        self._carry_out()
        if self._timer is not None:
            self._timer.cancel()
        if self._reader is not None:
            self._reader.cancel()
            with suppress(asyncio.CancelledError):
                await self._reader

    async def command(self, op: str, stream: str, body: Body | None = None, *, id: str | None = None) -> Done:
        """The answer, however many reconnects away. Raises Refused."""
        return await asyncio.wait_for(self.wish(op, stream, body, id=id), WAIT_S)

    def wish(self, op: str, stream: str, body: Body | None = None, *, id: str | None = None) -> asyncio.Future[Done]:
        """The same without waiting."""
        command = Command(id=id or secrets.token_hex(12), op=op, stream=stream, body=body or {})
        answer = self._answers[command.id] = self._loop.create_future()
        self.client.command(command, self._loop.time())
        self._carry_out()
        return answer

    def follow(self, stream: str, *, as_screen: bool = False) -> None:
        self.client.follow(StreamId(stream), self._loop.time(), as_screen=as_screen)
        self._carry_out()

    def lose_network(self) -> None:
        """The socket breaks without a goodbye, and no new one opens."""
        self._has_network = False
        socket = self._socket
        self._shut()
        if socket is not None:
            self._closed(ABNORMAL)

    def find_network(self) -> None:
        self._has_network = True
        self.wake()

    def wake(self) -> None:
        """Somebody looks at it."""
        self.client.wake(self._loop.time())
        self._carry_out()

    # What it shows

    def held(self, stream: str) -> Held:
        held = self.client.held.get(StreamId(stream))
        assert held is not None, f"{self.account} holds nothing of {stream}"
        return held

    async def until(self, is_so: Callable[[Phone], bool], *, limit_s: float = WAIT_S) -> None:
        """Wait for what the person would see. Raises TimeoutError."""
        async with asyncio.timeout(limit_s):
            while not self._is(is_so):
                self._news.clear()
                await self._news.wait()

    async def until_live(self, *streams: str) -> None:
        await self.until(lambda phone: phone.client.phase == "live" and all(map(phone.has, [*streams, phone.account])))

    def has(self, stream: str) -> bool:
        return StreamId(stream) in self.client.held

    async def until_at(self, stream: str, seq: int) -> None:
        """Wait until it has applied event `seq` of the stream."""
        await self.until(lambda phone: phone.has(stream) and phone.held(stream).seq >= seq)

    # How

    def _is(self, is_so: Callable[[Phone], bool]) -> bool:
        return is_so(self)

    def _carry_out(self) -> None:
        for action in self.client.actions():
            match action:
                case Open():
                    self._reader = self._loop.create_task(self._live())
                case Send(data=data):
                    self._write(data)
                case Shut():
                    self._shut()
        for notice in self.client.notices():
            self._tell(notice)
        self._news.set()
        self._plan()

    def _plan(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        due = self.client.due()
        self._timer = None if due is None else self._loop.call_at(due, self._tick)

    def _tick(self) -> None:
        self.client.tick(self._loop.time())
        self._carry_out()

    def _write(self, data: bytes) -> None:
        """Through websockets' sans-I/O half: its `send` is a coroutine, and the client says things in order."""
        socket = self._socket
        if socket is None or socket.protocol.state is not State.OPEN:
            # What is not answered goes out again on the next socket.
            return
        socket.protocol.send_binary(data)
        for chunk in socket.protocol.data_to_send():
            if chunk:
                socket.transport.write(chunk)

    def _shut(self) -> None:
        socket, self._socket = self._socket, None
        if socket is not None:
            socket.transport.abort()
        reader, self._reader = self._reader, None
        if reader is not None and reader is not asyncio.current_task():
            reader.cancel()

    async def _live(self) -> None:
        code, retry_after_s = ABNORMAL, 0.0
        try:
            if not self._has_network:
                raise ConnectionError("no network")
            async with connect(
                self._choose_url(),
                subprotocols=[Subprotocol(SUBPROTOCOL_MSGPACK)],
                compression=None,
                max_size=None,
                ping_interval=None,
                close_timeout=1,
                proxy=None,
            ) as socket:
                code = await self._converse(socket)
        except InvalidStatus as refused:
            retry_after_s = float(refused.response.headers.get("Retry-After", "0"))
        except (OSError, InvalidHandshake, TimeoutError):
            pass
        self._socket = self._reader = None
        self._closed(code, retry_after_s)

    async def _converse(self, socket: ClientConnection) -> int:
        self._socket = socket
        self.client.opened(self._loop.time())
        self._carry_out()
        try:
            while True:
                data = await socket.recv(decode=False)
                self._received(data)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd is not None else ABNORMAL

    def _choose_url(self) -> str:
        return self.url

    def _received(self, data: bytes) -> None:
        self.client.received(data, self._loop.time())
        self._carry_out()

    def _closed(self, code: int, retry_after_s: float = 0.0) -> None:
        self.client.closed(code, self._loop.time(), retry_after_s)
        self._carry_out()

    def _tell(self, notice: Notice) -> None:
        match notice:
            case Answered(id=id, reply=reply):
                self._answer(id, reply)
            case Lost():
                self.lost.append(notice)
            case Stopped(code=code):
                self.stopped = code
            case Fault():
                self.faults.append(notice)
            case Signal():
                self.signals.append(notice)

    def _answer(self, id: str, reply: Done | RefusedReply | None) -> None:
        answer = self._answers.pop(id, None)
        if answer is None or answer.done():
            return
        match reply:
            case Done():
                answer.set_result(reply)
            case RefusedReply():
                answer.set_exception(
                    Refused(Code(reply.code), reply.en, retry_after_ms=reply.retry_after_ms, data=reply.data)
                )
            case None:
                answer.set_exception(TimeoutError(f"command {id} was given up"))


@asynccontextmanager
async def phone(
    url: str,
    *,
    account: str,
    token: str,
    client_kind: ClientKind = "web",
    client_version: str = "1.0.0",
    follows_all: bool = True,
    draw: Random | None = None,
) -> AsyncIterator[Phone]:
    """A phone that is switched on, and off at the end. `url` is a node's `socket_url`."""
    identity = Identity(account=AccountId(account), token=token, client_kind=client_kind, client_version=client_version)
    made = Phone(url, identity, draw=draw, follows_all=follows_all)
    made.start()
    try:
        yield made
    finally:
        await made.close()
