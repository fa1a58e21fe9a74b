"""Whether this node lives, and whether to send clients to it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from server.edge.node import Node

NO_STORE = {"Cache-Control": "no-store"}


def health_routes(node: Node) -> list[BaseRoute]:
    async def live(request: Request) -> Response:
        return PlainTextResponse("alive", headers=NO_STORE)

    async def ready(request: Request) -> Response:
        is_ready = await node.is_ready()
        return PlainTextResponse("ready" if is_ready else "not ready", 200 if is_ready else 503, headers=NO_STORE)

    return [Route("/health/live", live), Route("/health/ready", ready)]
