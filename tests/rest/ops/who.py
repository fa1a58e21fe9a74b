"""Who may come in at the endpoints for ops, as agreed; part of the table in `tests.rest.test_access`."""

from __future__ import annotations

from server.rest.endpoint import Who

EXPECTED = {("GET", "/api/ops/clients"): Who.OPS}
