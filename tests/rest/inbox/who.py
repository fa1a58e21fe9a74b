"""Who may come into the rooms of the message centre, as agreed; part of the table in `tests.rest.test_access`."""

from __future__ import annotations

from server.rest.endpoint import Who

EXPECTED = {
    ("GET", "/api/inbox"): Who.ACCOUNT,
    ("GET", "/api/pushes"): Who.OPERATOR,
    ("POST", "/api/pushes"): Who.OPERATOR,
    ("GET", "/api/push-targets"): Who.OPERATOR,
    ("GET", "/api/pushes/{id}"): Who.OPERATOR,
    ("POST", "/api/pushes/{id}/stop"): Who.OPERATOR,
}
