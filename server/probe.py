"""Asks a hub over its port, as a load balancer would."""

from __future__ import annotations

import asyncio
import http.client
from contextlib import closing

from server.config import Config

WAIT_S = 2.0
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def local_host(config: Config) -> str:
    return EVERYWHERE.get(config.host, config.host)


def local_url(config: Config) -> str:
    host = local_host(config)
    return f"http://{f'[{host}]' if ':' in host else host}:{config.port}"


async def status(config: Config, path: str) -> int | None:
    """The HTTP status of `path` on this machine's hubs, None when nobody answers."""
    return await asyncio.to_thread(status_waiting, local_host(config), config.port, path)


def status_waiting(host: str, port: int, path: str) -> int | None:
    with closing(http.client.HTTPConnection(host, port, timeout=WAIT_S)) as connection:
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
