"""The endpoints of progress, study time, assessments: rows of the one table in `server.rest.routes`."""

from __future__ import annotations

from server.rest.endpoint import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = ()
