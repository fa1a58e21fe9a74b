"""What the parameters of a query may be, as the OpenAPI document tells it. Handlers refuse everything else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from protocol.courses import CourseKind, MyCourseState
from protocol.inbox import ItemKind, PushTargetKind
from protocol.schools import Change
from server.core.catalogue import LONGEST_QUERY
from server.store.roster import Standing

Schema = Mapping[str, object]


def text(most: int) -> Schema:
    return {"type": "string", "maxLength": most}


def one_of(words: object) -> Schema:
    return {"type": "string", "enum": list(get_args(words))}


NUMBER: Schema = {"type": "string", "pattern": "^[0-9]{1,9}$"}
SHAPES: Mapping[str, Schema] = {
    "query": text(LONGEST_QUERY),
    # Opaque: the `next` of the page before.
    "after": {"type": "string", "pattern": "^[0-9A-Za-z_-]{0,400}$"},
    "before": NUMBER,
    "state": one_of(MyCourseState),
    "change": one_of(Change),
    "standing": one_of(Standing),
    "whole": {"type": "string", "enum": ["0", "1"]},
    # Shortened where it is longer.
    "name": {"type": "string"},
    "until": NUMBER,
}
KINDS: Mapping[str, Schema] = {
    "list_items": one_of(ItemKind),
    "list_school_courses": one_of(CourseKind),
    "list_targets": one_of(PushTargetKind),
}


def query_schema(operation: str, name: str) -> Schema:
    if name == "kind":
        return KINDS[operation]
    return SHAPES.get(name, text(200))
