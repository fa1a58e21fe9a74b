"""What most people write first: a Starlette endpoint, one Redis channel per room, a `send_bytes` loop."""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

redis = Redis.from_url(os.environ["REDIS_URL"])
rooms: defaultdict[str, set[WebSocket]] = defaultdict(set)


async def fan_out(channel: PubSub) -> None:
    # A subscription that has no channel yet refuses to listen.
    await channel.subscribe("-")
    async for message in channel.listen():
        if message["type"] != "message":
            continue
        for socket in tuple(rooms[message["channel"].decode()]):
            try:
                await socket.send_bytes(message["data"])
            except (WebSocketDisconnect, RuntimeError):
                rooms[message["channel"].decode()].discard(socket)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    app.state.channel = redis.pubsub()
    task = asyncio.create_task(fan_out(app.state.channel))
    yield
    task.cancel()


async def join(socket: WebSocket) -> None:
    room = socket.path_params["room"]
    await socket.accept()
    if not rooms[room]:
        rooms[room].add(socket)
        await socket.app.state.channel.subscribe(room)
    rooms[room].add(socket)
    await socket.send_bytes(b"joined")
    try:
        while True:
            await redis.publish(room, await socket.receive_bytes())
    except WebSocketDisconnect:
        rooms[room].discard(socket)


app = Starlette(routes=[WebSocketRoute("/ws/{room}", join)], lifespan=lifespan)
