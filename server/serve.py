"""One hub process: a listening socket of its own, the app on uvicorn, and the signals that end it.

It knows sockets and signals, not what the app does.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import logging
import resource
import signal
import socket
from collections.abc import Iterator

import uvicorn
import uvloop
from starlette.applications import Starlette

from protocol.limits import MESSAGE_BYTES
from server import notify
from server.app import create_app
from server.config import Config, needing_servers, with_secret
from server.edge.late import close_late

log = logging.getLogger(__name__)

# A peer that acknowledges no byte for this long is gone; the kernel ends the connection, where uvicorn would wait.
# Open WebSockets are watched by the hub instead.
UNACKNOWLEDGED_MS = 15_000
BACKLOG = 4096
# After the drain only requests in flight are left.
LAST_REQUESTS_S = 5
# Of uvicorn's, ten a second.
LATE_TICKS = 20
# Long-lived objects of thousands of connections make full collections slow and useless.
GC_THRESHOLDS = (50_000, 20, 50)


class HubServer(uvicorn.Server):
    """uvicorn without its signal handlers: it raises SIGTERM again after stopping, and knows no drain."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()

    async def on_tick(self, counter: int) -> bool:
        if counter % LATE_TICKS == 0:
            close_late(self.server_state.connections, asyncio.get_running_loop().time())
        return await super().on_tick(counter)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def command(config: Config, arguments: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT. Raises: SystemExit, when the app cannot start."""
    config = with_secret(needing_servers(config))
    raise_file_limit()
    listener = listen(config.host, config.port)
    uvloop.run(serve(config, listener))


async def serve(config: Config, listener: socket.socket) -> None:
    app = create_app(config)
    server = HubServer(uvicorn_config(config, app))
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with asyncio.TaskGroup() as tasks:
        # When the app cannot start, uvicorn has said why and leaves by SystemExit.
        serving = tasks.create_task(server.serve(sockets=[listener]))
        await server.is_up.wait()
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLDS)
        log.info("listening on %s port %d", config.host, config.port)
        telling = tasks.create_task(tell_when_ready(app))
        waiting = tasks.create_task(stop.wait())
        await asyncio.wait((serving, waiting), return_when=asyncio.FIRST_COMPLETED)
        telling.cancel()
        waiting.cancel()
        if not serving.done():
            notify.stopping()
            await drain(app, server, stop)


async def tell_when_ready(app: Starlette) -> None:
    """It listens before it is ready: `app.state.is_ready`, set by the app's lifespan, asks what it needs."""
    while True:
        if await app.state.is_ready():
            notify.ready()
            return
        await asyncio.sleep(0.02)


async def drain(app: Starlette, server: HubServer, stop: asyncio.Event) -> None:
    """Let the app say goodbye to its connections before uvicorn cuts them; a second signal cuts them at once."""
    stop.clear()
    log.info("draining")
    async with asyncio.TaskGroup() as tasks:
        leaving = tasks.create_task(leave(app))
        hurry = tasks.create_task(stop.wait())
        await asyncio.wait((leaving, hurry), return_when=asyncio.FIRST_COMPLETED)
        server.force_exit = stop.is_set()
        leaving.cancel()
        hurry.cancel()
    server.should_exit = True


async def leave(app: Starlette) -> None:
    """`app.state.drain`, set by the app's lifespan: not ready, tell the phones when to come back, close them."""
    await app.state.drain()


def uvicorn_config(config: Config, app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="none",
        http="server.edge.upgrade:UpgradingHttp",
        ws="server.edge.websocket:PreparedWebSocket",
        ws_max_size=MESSAGE_BYTES,
        # Heartbeats carry stream heads, so the app sends its own.
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(config.proxies),
        forwarded_allow_ips=list(config.proxies),
        timeout_graceful_shutdown=LAST_REQUESTS_S,
        backlog=BACKLOG,
    )


def listen(host: str, port: int) -> socket.socket:
    """A socket that shares its port with the other hubs of this machine; the kernel spreads the connections.

    Options set here are inherited by each accepted connection.
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS)
    listener.bind(address)
    return listener


def raise_file_limit() -> None:
    """Each connection is an open file; most systems give a process 1,024 until it asks."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
