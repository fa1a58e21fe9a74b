"""What is no id and no token at all, at every endpoint."""

from __future__ import annotations

import re

from server.rest.routes import ENDPOINTS
from tests.harness.site import Site

NONE = ("short", "x" * 15 + "%00", "x" * 15 + "%2f", "x" * 500, "0" * 5_000)
TOKENS = (
    "Bearer x",
    "Bearer " + "A" * 43,
    "Bearer null",
    "Basic x",
    "Bearer eyJhbGciOiJub25lIn0.e30.",
    # Signed with the empty key that `kid` points to; over, not yet good and another's.
    "Bearer eyJhbGciOiJIUzI1NiIsImtpZCI6Ii4uLy4uL2Rldi9udWxsIn0.e30.47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
    "Bearer eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjEsIm5iZiI6OTk5OTk5OTk5OSwiYXVkIjoib3RoZXIifQ.AAAA",
)


async def test_security_13_what_is_no_id_cannot_be_found(site: Site) -> None:
    person = await site.register()
    paths = {(each.method, each.path) for each in ENDPOINTS if "{" in each.path}
    for method, path in sorted(paths):
        for none in NONE:
            answer = await site.client.request(method, re.sub(r"{\w+}", none, path), headers=person.headers)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), (method, path, none)


async def test_security_50_what_is_no_token_lets_nobody_in(site: Site) -> None:
    """Tokens are opaque: a JWT without a signature is one of many texts that are none."""
    needing = [each for each in ENDPOINTS if each.who.needs_token]
    for each in needing:
        for token in TOKENS:
            path = re.sub(r"{\w+}", "x" * 16, each.path)
            answer = await site.client.request(each.method, path, headers={"Authorization": token})
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), (each.path, token)
