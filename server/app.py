"""Builds the app of one hub and joins its parts: the book, the bell, the node, the road, then the doors.

Nothing else knows all of them.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from server.book import StoreBook
from server.census import open_census
from server.codes import Codes
from server.config import Config
from server.edge.endpoint import SocketEndpoint
from server.edge.health import health_routes
from server.edge.metrics import count_clients, metrics_routes
from server.edge.node import open_node
from server.entrance import Entrance
from server.files.storage import open_storage
from server.gateways.choice import choose_mail, open_sms
from server.limiter import Limiter
from server.open_road import open_road
from server.pages import Pages
from server.password import Passwords
from server.people import open_people
from server.redis_pool import open_redis
from server.rest.door import whole_server
from server.rest.page_headers import PageHeaders
from server.rest.routes import rest_routes
from server.rest.services import Services
from server.store import schema
from server.store.pool import connect


class HubApp(Starlette):
    """Sockets go by what is meant for requests: middleware, routes, pages."""

    sockets: ASGIApp | None = None  # at /ws, once there is a node

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and scope["path"] == "/ws" and self.sockets is not None:
            await self.sockets(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(config: Config) -> Starlette:
    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with (
            connect(config.database_url, most=config.database_connections) as database,
            open_redis(config.redis_url) as redis,
            Passwords() as passwords,
            open_sms(config) as sms,
            open_node(config.node, StoreBook(database), config.redis_url) as node,
            open_road(database, node.bus, redis, config.redis_url) as road,
            open_census(redis, lambda: count_clients(node)) as census,
        ):
            async with database.single() as db:
                await schema.check(db.connection)
            limiter = Limiter(redis)
            mail = choose_mail(config)
            codes = Codes(database=database, limiter=limiter, sms=sms, mail=mail, secret=config.secret)
            entrance = Entrance(
                database=database,
                limiter=limiter,
                passwords=passwords,
                codes=codes,
                bus=node.bus,
                secret=config.secret,
            )
            services = Services(
                config=config,
                database=database,
                road=road,
                entrance=entrance,
                limiter=limiter,
                storage=open_storage(config),
                people=open_people(config, entrance, sms, mail),
                census=census,
            )
            node.least_versions = config.least_versions
            node.open_doors(road)
            app.state.drain = node.drain
            app.state.is_ready = node.is_ready
            app.router.default = whole_server
            hub.sockets = SocketEndpoint(node, config.origins)
            app.router.routes[:] = [
                *health_routes(node),
                *metrics_routes(node, config.ops_token, lambda: database.counted.n_queries),
                *rest_routes(services),
                Mount("/", Pages()),
            ]
            yield

    hub = HubApp(lifespan=lifespan, middleware=[Middleware(PageHeaders, config=config)])
    return hub
