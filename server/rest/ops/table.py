"""The endpoints for ops: rows of the one table in `server.rest.routes`."""

from __future__ import annotations

from protocol.ops import Clients
from server.rest.endpoint import Endpoint, Who, endpoint
from server.rest.ops.clients import show_clients

ENDPOINTS: tuple[Endpoint, ...] = (endpoint("GET", "/api/ops/clients", Who.OPS, show_clients, gives=Clients),)
