"""Puts what the world holds into cases that would else name only what is not there."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeVar

from schemathesis import Case
from schemathesis.core.jsonschema.types import JsonValue

from protocol.ids import ID_PATTERN
from tests.fuzz.picture import a_picture
from tests.fuzz.world import World

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF"
OF_ACCOUNTS = ("account.", "inbox.", "classroom.create", "classroom.join")
PERIODS = (("starts_at", "ends_at"), ("opens_at", "due_at"))
HOUR_MS = 3_600_000
T = TypeVar("T")


class Known:
    """Each place goes through its values in turn, so that the same seed gives the same cases."""

    def __init__(self, world: World, person: str) -> None:
        self._world = world
        self._own = world.own[person]
        self._turns: Counter[str] = Counter()

    def fill_path(self, case: Case) -> None:
        begin = case.operation.path.partition("{")[0]
        for name, given in case.path_parameters.items():
            ids = self._world.paths.get(begin, ()) if name == "id" else self._world.fields.get(name, ())
            if ids and isinstance(given, str) and re.fullmatch(ID_PATTERN, given):
                case.path_parameters[name] = self._next(f"{begin}{name}", kept_for(case.method, ids))

    def fill_body(self, case: Case) -> None:
        if case.meta is None or not case.meta.generation.mode.is_positive:
            return
        if case.operation.path.endswith("/files"):
            case.body = self._next("file", (a_picture(), PDF))
        if isinstance(case.body, dict):
            # A number that is to be added is new.
            drawn = {"number": case.body["number"]} if case.operation.path.endswith("/roster") else {}
            case.body = {**self._told(case.body, case.id), **drawn}

    def _told(self, body: Mapping[str, JsonValue], case: str) -> dict[str, JsonValue]:
        """As deep as it goes: a command has a body of its own, an upload of study its spans."""
        told = {name: self._told_in(name, value, case) for name, value in body.items()}
        for begin, end in PERIODS:
            # Drawn ones are long over, or end before they begin; every other is left so.
            if {begin, end} <= told.keys() and self._next(begin, (True, False)):
                now = round(time.time() * 1000)
                told |= {begin: now, end: now + HOUR_MS}
        op = body.get("op")
        if isinstance(op, str):
            told["id"] = f"fuzzed-{case}"
            is_own = op.startswith(OF_ACCOUNTS)
            told["stream"] = self._own if is_own else self._next("stream", self._world.paths["/api/classrooms/"])
        return told

    def _told_in(self, name: str, value: JsonValue, case: str) -> JsonValue:
        if isinstance(value, str) and name in self._world.fields:
            return self._next(name, self._world.fields[name])
        if isinstance(value, list):
            return [self._told_in(name, each, case) for each in value]
        return self._told(value, case) if isinstance(value, dict) else value

    def _next(self, place: str, values: Sequence[T]) -> T:
        self._turns[place] += 1
        return values[self._turns[place] % len(values)]


def kept_for(method: str, ids: Sequence[str]) -> Sequence[str]:
    """The last of several is there to be deleted."""
    if len(ids) == 1:
        return ids
    return ids[-1:] if method == "DELETE" else ids[:-1]
