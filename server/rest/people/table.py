"""The endpoints of profiles, login methods, closing and restoring: rows of the one table in `server.rest.routes`."""

from __future__ import annotations

from server.rest.endpoint import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = ()
