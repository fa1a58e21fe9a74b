"""The explicit list of kinds. A new kind is one line here."""

from __future__ import annotations

from collections.abc import Mapping

from protocol.errors import Code, Refused
from server.core.activities.announcement import ANNOUNCEMENT
from server.core.activities.check_in import CHECK_IN
from server.core.activities.discussion import DISCUSSION
from server.core.activities.exercise import EXERCISE
from server.core.activities.kind import Kind
from server.core.activities.lesson_plan import LESSON_PLAN
from server.core.activities.survey import SURVEY

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        CHECK_IN,
        EXERCISE,
        SURVEY,
        DISCUSSION,
        ANNOUNCEMENT,
        LESSON_PLAN,
    )
}


def kind_of(name: str) -> Kind:
    """Raises Refused(UNKNOWN_KIND)."""
    kind = KINDS.get(name)
    if kind is None:
        raise Refused(Code.UNKNOWN_KIND, name)
    return kind
