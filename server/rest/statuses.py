"""Which statuses an endpoint may answer with, besides its own: told in the OpenAPI document and held to by a test."""

from __future__ import annotations

from server.rest.endpoint import Endpoint, Who

# An unreadable query; an app too old; too many requests; our fault; too busy.
ALWAYS = frozenset({400, 426, 429, 500, 503})
# No such account any more, a proof that is missing or wrong, somebody else's place.
OF_CALLERS = frozenset({401, 403, 404})
# A state that does not allow it; too large; not that type; a wrong field.
OF_CHANGES = frozenset({401, 403, 404, 409, 413, 415, 422})


def refusals(endpoint: Endpoint) -> tuple[int, ...]:
    """Sorted, each answered with a problem."""
    found = set(ALWAYS)
    if endpoint.who is not Who.ANYONE or "{" in endpoint.path:
        found |= OF_CALLERS
    if endpoint.method != "GET":
        found |= OF_CHANGES
    if endpoint.query:
        found |= {422}
    return tuple(sorted(found))


def is_json_read(endpoint: Endpoint) -> bool:
    """Whether its answers have tags."""
    return endpoint.method == "GET" and endpoint.gives is not None
