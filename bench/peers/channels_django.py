"""Django Channels with channels_redis, served by uvicorn.

uvicorn with uvloop rather than Daphne, because it is the faster of the two servers the
documentation names. The channel layer is the documented default (`core`, not `pubsub`); its
capacity is raised so that bursts are delivered rather than dropped.
"""

from __future__ import annotations

import os

import django
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import URLRouter
from django.conf import settings
from django.urls import path

settings.configure(
    SECRET_KEY="bench",
    ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["channels"],
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {"hosts": [os.environ["REDIS_URL"]], "capacity": 10_000},
        }
    },
)
django.setup()


class Room(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        self.room = self.scope["url_route"]["kwargs"]["room"]
        await self.channel_layer.group_add(self.room, self.channel_name)
        await self.accept()

    async def disconnect(self, _code: int) -> None:
        await self.channel_layer.group_discard(self.room, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self.channel_layer.group_send(self.room, {"type": "said", "bytes": bytes_data})

    async def said(self, event: dict[str, bytes]) -> None:
        await self.send(bytes_data=event["bytes"])


app = URLRouter([path("ws/<room>", Room.as_asgi())])
