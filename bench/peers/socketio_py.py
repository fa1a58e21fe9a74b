"""python-socketio on uvicorn with its Redis manager, as its documentation sets it up."""

from __future__ import annotations

import os
from urllib.parse import parse_qs

import socketio

server = socketio.AsyncServer(
    async_mode="asgi",
    transports=["websocket"],
    client_manager=socketio.AsyncRedisManager(os.environ["REDIS_URL"]),
)
app = socketio.ASGIApp(server)


@server.event
async def connect(sid: str, environ: dict[str, str]) -> None:
    room = parse_qs(environ["QUERY_STRING"])["room"][0]
    await server.save_session(sid, {"room": room})
    await server.enter_room(sid, room)


@server.event
async def say(sid: str, text: str) -> None:
    room = (await server.get_session(sid))["room"]
    await server.emit("said", text, room=room)
