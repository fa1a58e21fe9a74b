"""Every kind, phase, command and role: what is not listed here is refused with a reason (requirements X)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.activity import (
    ActivityChanged,
    ActivityClosed,
    ActivityDiscarded,
    ActivityPublished,
    Phase,
)
from protocol.envelopes import Body
from protocol.errors import Refused
from server.core.access import ALLOWED
from server.core.activities.registry import KINDS
from server.core.fact import Decided
from server.core.state import StoredActivity
from tests.core.lifecycle import COMMANDS, Case, check_lifecycle
from tests.core.making import ANSWERS, COMPLETE, NOW, SESSION, an_activity

TIMED: Body = {**COMPLETE["exercise"], "time_limit_s": 60}
# The whole table, but for drafts: they are alike.
MAY: Mapping[str, Mapping[Phase, set[str]]] = {
    "check_in": {"published": {"close", "submit", "correct"}, "closed": {"correct"}},
    "exercise": {"published": {"close", "save", "submit", "correct"}, "closed": {"correct"}},
    "survey": {
        "published": {"close", "submit", "show_results", "hide_results"},
        "closed": {"show_results", "hide_results"},
    },
    "discussion": {"published": {"close", "post", "remove_post"}, "closed": {"remove_post"}},
    "announcement": {"published": set()},
    "lesson_plan": {"published": {"send"}, "sent": set()},
}
CORRECTIONS: Mapping[str, Body] = {"check_in": {"status": "late"}, "exercise": {"points": {"0": 0.5}}}


@pytest.mark.parametrize("kind", list(MAY))
def test_only_what_the_table_says_is_done_and_only_by_whom_it_says(kind: str) -> None:
    check_lifecycle(kind, COMPLETE[kind], MAY[kind], answer=ANSWERS.get(kind), correction=CORRECTIONS.get(kind))


def test_a_timed_exercise_can_be_extended_too() -> None:
    may: Mapping[Phase, set[str]] = {**MAY["exercise"], "published": MAY["exercise"]["published"] | {"extend"}}
    check_lifecycle("exercise", TIMED, may, answer=ANSWERS["exercise"], correction=CORRECTIONS["exercise"])


def test_the_table_speaks_of_every_command_on_activities() -> None:
    on_activities = {op for op in ALLOWED if op.partition(".")[0] in ("activity", "response")}
    assert {op for op, _ in COMMANDS.values()} == on_activities


PHASES: Mapping[Phase | None, set[Phase | None]] = {
    "draft": {"published", None},
    "published": {"closed", "sent"},
    "closed": set(),
    "sent": set(),
}


@given(st.sampled_from(sorted(COMPLETE)), st.lists(st.sampled_from(sorted(COMMANDS)), max_size=12))
def test_no_walk_of_commands_leaves_the_transition_table(kind: str, names: list[str]) -> None:
    config = TIMED if kind == "exercise" else COMPLETE[kind]
    found = an_activity(kind, config, "draft")
    for name in names:
        try:
            decided = COMMANDS[name][1](Case(found, config, ANSWERS.get(kind), CORRECTIONS.get(kind)))
        except Refused:
            continue
        after = followed(found, decided)
        assert after is found or after is None or after.phase == found.phase or after.phase in PHASES[found.phase]
        if after is None:
            assert None in PHASES[found.phase]
            return
        found = after


def followed(found: StoredActivity, decided: object) -> StoredActivity | None:
    """The row after the events, as the store keeps it; None: it is gone."""
    for event in decided.events if isinstance(decided, Decided) else ():
        match event.body:
            case ActivityDiscarded():
                return None
            case ActivityPublished():
                deadline = KINDS[found.kind].deadline(found.config, NOW)
                state = event.body.activity.state
                found = replace(
                    found, phase="published", session=SESSION, published_at=NOW, deadline_at=deadline, state=state
                )
            case ActivityChanged():
                found = replace(found, phase=event.body.phase, state=event.body.state)
            case ActivityClosed():
                found = replace(found, phase="closed", closed_at=NOW, tally=event.body.tally)
            case _:
                pass
    return found
