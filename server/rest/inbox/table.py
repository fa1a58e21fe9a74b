"""The endpoints of the message centre and platform pushes: rows of the one table in `server.rest.routes`."""

from __future__ import annotations

from server.rest.endpoint import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = ()
