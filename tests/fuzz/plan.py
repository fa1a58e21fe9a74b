"""What schemathesis is told for one person: who they are, and which ids of the world stand in which places."""

from __future__ import annotations

import json
from collections.abc import Iterator

from protocol.limits import COMMANDS_PER_S
from server import demo
from tests.fuzz.world import PEOPLE, World

# The rest are drawn, or come from what was answered before.
SHARE = "probability = 0.7"
SEED = 20260901
STEPS = 10


def log_ins() -> str:
    """The people as a document of Web Fuzzing Commons: who is logged out in the course of it logs in again."""
    token = {
        "extractFrom": "body",
        "extractSelector": "/token",
        "sendIn": "header",
        "sendName": "Authorization",
        "sendTemplate": "Bearer {token}",
    }
    people = [
        {
            "name": name,
            "loginEndpointAuth": {
                "endpoint": "/api/devices",
                "verb": "POST",
                "contentType": "application/json",
                "payloadRaw": json.dumps({"phone": person.phone, "password": demo.PASSWORD}),
                "token": token,
            },
        }
        for name, person in PEOPLE.items()
    ]
    return json.dumps({"auth": people})


def plan(world: World, person: str, auth: str) -> str:
    """The text of a schemathesis.toml; `auth` is the file of the log-ins. Texts of JSON are texts of TOML."""
    return "\n".join([*settings(person, auth), *operations(world)])


def settings(person: str, auth: str) -> Iterator[str]:
    other = "stranger" if person != "stranger" else "operator"
    yield from (
        'hooks = "tests.fuzz.hooks"',
        f"seed = {SEED}",
        "continue-on-failure = true",
        # The same seed gives the same cases, whatever was found before.
        "cache.enabled = false",
        'generation.database = "none"',
        # NUL is refused wherever it stands; tests/protocol/test_codec.py sends it.
        "generation.allow-x00 = false",
        # A machine that has much to do is no finding.
        "request-timeout = 60",
        # A walk ends at what is refused, so it sends what fits; whatever does not is sent by the other phases.
        'phases.stateful.generation.mode = "positive"',
        f"phases.stateful.max-steps = {STEPS}",
        "[auth.wfc]",
        f"path = {json.dumps(auth)}",
        f"user = {json.dumps(person)}",
        # What one of them reads of their own is asked for by the other.
        f"peers = {json.dumps([person, other])}",
        "[checks.positive_data_acceptance]",
        # 409: not in this state; 413, 415: drawn bytes are no file; 422: fits the form, but names what is not there.
        'expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "413", "415", "422", "426", "429"]',
    )


def operations(world: World) -> Iterator[str]:
    for begin, ids in world.paths.items():
        yield f"[dictionaries.{name_of(begin)}]"
        yield f"values = {json.dumps(list(ids))}"
        yield from of(
            f"^{begin}{{id}}", f'parameters = {{ "path.id" = {{ dictionary = "{name_of(begin)}", {SHARE} }} }}'
        )
    # A topic that was removed stays where others replied to it.
    yield from of("^/api/topics/{id}", "checks.use_after_free.enabled = false")
    # As fast as a device may, so that what is behind the limit is asked about.
    yield from of("^/api/commands$", f'rate-limit = "{COMMANDS_PER_S - 1}/s"')


def of(pattern: str, setting: str) -> Iterator[str]:
    yield "[[operations]]"
    yield f"include-path-regex = {json.dumps(pattern.replace('{', '[{]'))}"
    yield setting


def name_of(begin: str) -> str:
    return begin.strip("/").replace("/", "_").replace("-", "_")
