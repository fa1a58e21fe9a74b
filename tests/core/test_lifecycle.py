"""Every kind, phase, command and role: what is not listed here is refused with a reason (requirements X)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.activity import (
    ActivityChanged,
    ActivityClosed,
    ActivityDiscarded,
    ActivityPublished,
    ActOnActivity,
    AddPost,
    CorrectResponse,
    DraftActivity,
    ExtendActivity,
    Phase,
)
from protocol.envelopes import Body
from protocol.errors import Code, Refused
from protocol.ids import ClassroomId
from server.core import activity, closing, post, response
from server.core.access import ALLOWED, Standing, authorise
from server.core.activities.registry import KINDS
from server.core.fact import Decided
from server.core.state import Answers, Response, StoredActivity
from tests.core.making import (
    ACTIVITY,
    ANSWERS,
    COMPLETE,
    NOW,
    POST,
    a_classroom,
    a_post,
    a_response,
    a_student,
    account,
    an_activity,
    an_actor,
)

VERBS = {verb for kind in KINDS.values() for verb in kind.verbs}
CORRECTIONS: dict[str, Body] = {"check_in": {"status": "late"}, "exercise": {"points": {"0": 0.5}}}

# The whole table. A timed exercise can do what an exercise can, and be extended.
MAY: Mapping[tuple[str, Phase], set[str]] = {
    ("check_in", "draft"): {"draft", "discard", "publish"},
    ("check_in", "published"): {"close", "submit", "correct"},
    ("check_in", "closed"): {"correct"},
    ("exercise", "draft"): {"draft", "discard", "publish"},
    ("exercise", "published"): {"close", "save", "submit", "correct", "extend"},
    ("exercise", "closed"): {"correct"},
    ("survey", "draft"): {"draft", "discard", "publish"},
    ("survey", "published"): {"close", "submit", "show_results", "hide_results"},
    ("survey", "closed"): {"show_results", "hide_results"},
    ("discussion", "draft"): {"draft", "discard", "publish"},
    ("discussion", "published"): {"close", "post", "remove_post"},
    ("discussion", "closed"): {"remove_post"},
    ("announcement", "draft"): {"draft", "discard", "publish"},
    ("announcement", "published"): set(),
    ("lesson_plan", "draft"): {"draft", "discard", "publish"},
    ("lesson_plan", "published"): {"send"},
    ("lesson_plan", "sent"): set(),
}
STAFF: set[Standing] = {"teacher", "assistant"}
WHO: Mapping[str, set[Standing]] = {
    **dict.fromkeys(["draft", "discard", "publish", "extend", *VERBS], STAFF),
    "close": STAFF | {"system"},
    "post": STAFF | {"student"},
    "remove_post": STAFF | {"student"},
    "save": {"student"},
    "submit": {"student"},
    "correct": {"teacher"},
}
STANDINGS: tuple[Standing | None, ...] = ("teacher", "assistant", "student", "self", "system", None)
REASONS = {
    Code.NOT_FOUND,
    Code.FORBIDDEN,
    Code.BAD_PHASE,
    Code.ACTIVITY_CLOSED,
    Code.TIME_LIMIT_NOT_ALLOWED,
    Code.UNKNOWN_COMMAND,
    Code.BAD_FIELD,
}


@dataclass(frozen=True, slots=True)
class Case:
    """One activity, as every command of the table finds it."""

    found: StoredActivity

    @property
    def config(self) -> Body:
        return COMPLETE[self.found.kind]

    def answers(self) -> Answers:
        """One student did everything that is possible here."""
        done: list[Response] = []
        if self.found.kind in ANSWERS and self.found.phase != "draft":
            done.append(a_response(self.found, 1))
        return Answers(responses=done, students=[a_student(1)])


def drafting(case: Case) -> object:
    command = DraftActivity(kind=case.found.kind, title="New", config=case.config, activity=ACTIVITY)
    return activity.draft(a_classroom(), case.found, command, now=NOW, drawn=ACTIVITY, n_drafts=1)


def publishing(case: Case) -> object:
    return activity.publish(a_classroom(), case.found, now=NOW, n_published=0, files={})


def extending(case: Case) -> object:
    return activity.extend(a_classroom(), case.found, ExtendActivity(activity=ACTIVITY, extra_s=60), now=NOW)


def closing_it(case: Case) -> object:
    return closing.close(a_classroom(), case.found, now=NOW, answers=case.answers())


def acting(verb: str) -> Callable[[Case], object]:
    command = ActOnActivity(activity=ACTIVITY, verb=verb)
    return lambda case: activity.act(a_classroom(), case.found, command, now=NOW)


def posting(case: Case) -> object:
    command = AddPost(activity=ACTIVITY, text="Hi")
    return post.add(a_classroom(), case.found, command, actor=an_actor(), now=NOW, drawn=POST, replied=None)


def removing(case: Case) -> object:
    found = a_post() if case.found.kind == "discussion" and case.found.phase != "draft" else None
    return post.remove(a_classroom(), case.found, found, actor=an_actor())


def saving(case: Case) -> object:
    return response.save(case.found, ANSWERS.get(case.found.kind, {}), now=NOW)


def submitting(case: Case) -> object:
    return response.submit(case.found, ANSWERS.get(case.found.kind, {}), now=NOW, before=None)


def correcting(case: Case) -> object:
    correction = CORRECTIONS.get(case.found.kind, {})
    command = CorrectResponse(activity=ACTIVITY, account=account(1), correction=correction, reason="Seen")
    return response.correct(a_classroom(), case.found, command, actor=an_actor(), now=NOW, answers=case.answers())


COMMANDS: Mapping[str, tuple[str, Callable[[Case], object]]] = {
    "draft": ("activity.draft", drafting),
    "discard": ("activity.discard", lambda case: activity.discard(a_classroom(), case.found)),
    "publish": ("activity.publish", publishing),
    "extend": ("activity.extend", extending),
    "close": ("activity.close", closing_it),
    **{verb: ("activity.act", acting(verb)) for verb in VERBS},
    "post": ("activity.post", posting),
    "remove_post": ("activity.remove_post", removing),
    "save": ("response.save", saving),
    "submit": ("response.submit", submitting),
    "correct": ("response.correct", correcting),
}


def outcome(name: str, standing: Standing | None, case: Case) -> Code | None:
    """None: it was done."""
    op, decide = COMMANDS[name]
    try:
        authorise(op, standing)
        decide(case)
    except Refused as refused:
        return refused.code
    return None


def a_case(kind: str, phase: Phase) -> Case:
    config: Body = {**COMPLETE[kind], "time_limit_s": 60} if KINDS[kind].may_be_timed else COMPLETE[kind]
    return Case(an_activity(kind, config, phase))


def test_the_table_speaks_of_every_kind_and_every_command_on_activities() -> None:
    assert {kind for kind, _ in MAY} == set(KINDS)
    on_activities = {op for op in ALLOWED if op.partition(".")[0] in ("activity", "response")}
    assert {op for op, _ in COMMANDS.values()} == on_activities


@pytest.mark.parametrize(("kind", "phase"), list(MAY))
def test_only_what_the_table_says_is_done_and_only_by_whom_it_says(kind: str, phase: Phase) -> None:
    case = a_case(kind, phase)
    for name in COMMANDS:
        for standing in STANDINGS:
            code = outcome(name, standing, case)
            may = name in MAY[kind, phase] and standing in WHO[name]
            assert (code is None) == may, (kind, phase, name, standing, code)
            assert code is None or code in REASONS, (kind, phase, name, standing, code)


@pytest.mark.parametrize(("kind", "phase"), list(MAY))
def test_an_activity_of_another_classroom_is_told_like_one_that_never_was(kind: str, phase: Phase) -> None:
    elsewhere = Case(replace(a_case(kind, phase).found, classroom=ClassroomId("d" * 16)))
    for name in set(COMMANDS) - {"save", "submit"}:
        if name in MAY[kind, phase]:
            assert outcome(name, "teacher", elsewhere) == Code.NOT_FOUND, name


PHASES: Mapping[Phase | None, set[Phase | None]] = {
    "draft": {"published", None},
    "published": {"closed", "sent"},
    "closed": set(),
    "sent": set(),
}


@given(st.sampled_from(sorted(KINDS)), st.lists(st.sampled_from(sorted(COMMANDS)), max_size=12))
def test_no_walk_of_commands_leaves_the_transition_table(kind: str, names: list[str]) -> None:
    found = a_case(kind, "draft").found
    for name in names:
        try:
            decided = COMMANDS[name][1](Case(found))
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
                session = a_classroom().session
                assert session is not None
                deadline = KINDS[found.kind].deadline(found.config, NOW)
                state = event.body.activity.state
                found = replace(
                    found, phase="published", session=session.id, published_at=NOW, deadline_at=deadline, state=state
                )
            case ActivityChanged():
                found = replace(found, phase=event.body.phase, state=event.body.state)
            case ActivityClosed():
                found = replace(found, phase="closed", closed_at=NOW, tally=event.body.tally)
            case _:
                pass
    return found
