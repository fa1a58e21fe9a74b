"""Loaded by schemathesis itself: what it cannot know of our house."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import msgspec
import redis
import schemathesis
from schemathesis import Case, CheckContext, HookContext, Response
from schemathesis.auths import refresh_auth
from schemathesis.generation.meta import TestPhase

from protocol.codec import decode_body
from protocol.errors import Refused
from protocol.limits import REST_COMMAND_BYTES
from server.rest.once import HEADER, KEY_PATTERN
from server.rest.routes import ENDPOINTS
from tests.fuzz.known import Known
from tests.fuzz.world import PEOPLE, World

LIMITS = redis.Redis.from_url(os.environ["FUZZ_REDIS"])
WORLD = msgspec.json.decode(Path(os.environ["FUZZ_WORLD"]).read_bytes(), type=World)
NAME = os.environ["FUZZ_PERSON"]
KNOWN = Known(WORLD, NAME)
# What was there before this person came; what they make themselves is theirs.
OTHERS = {id for kept in (WORLD.paths, WORLD.fields) for ids in kept.values() for id in ids}
WHO = {(each.method, each.path): each.who for each in ENDPOINTS}


@schemathesis.hook
def filter_case(context: HookContext, case: Case) -> bool:
    """What is meant to be accepted keeps the bounds of every message: its depth, its lists, its numbers."""
    if case.meta is None or not case.meta.generation.mode.is_positive or not isinstance(case.body, dict):
        return True
    try:
        decode_body(json.dumps(case.body).encode(), REST_COMMAND_BYTES)
    except Refused:
        return False
    return True


@schemathesis.hook
def map_case(context: HookContext, case: Case) -> Case:
    """Links bring the ids of their own paths; whatever else would name only what is not there."""
    if not is_on_a_walk(case):
        KNOWN.fill_path(case)
    KNOWN.fill_body(case)
    if re.fullmatch(KEY_PATTERN, str(case.headers.get(HEADER, ""))):
        # Drawn keys repeat, and the same key for something else is a conflict.
        case.headers[HEADER] = f"fuzzed-{case.id}"
    return case


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, object]) -> None:
    """Nobody is told to slow down: what is asked about here is what is behind the limits."""
    for key in LIMITS.scan_iter("limit:*"):
        LIMITS.delete(key)


@schemathesis.hook
def after_call(context: HookContext, case: Case, response: Response) -> None:
    """Who logged out on a walk logs in again, or all that follows would be 401; other phases do so by themselves."""
    who = WHO.get((case.method, case.operation.path))
    if response.status_code == 401 and who is not None and who.needs_token and is_on_a_walk(case):
        refresh_auth(case)


def is_on_a_walk(case: Case) -> bool:
    return case.meta is not None and case.meta.phase.name is TestPhase.STATEFUL


@schemathesis.check
def no_bypass(context: CheckContext, response: Response, case: Case) -> None:
    """Whoever has no place where they ask is refused."""
    who = WHO.get((case.method, case.operation.path))
    if who is None or who in PEOPLE[NAME].places or not OTHERS.issuperset(case.path_parameters.values()):
        return
    assert response.status_code >= 400, f"came in as {NAME}, which is for: {who.value}"
