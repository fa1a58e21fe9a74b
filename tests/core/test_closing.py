"""Closing by hand, at the deadline and with 下课: D7, D10, I6."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from protocol.activity import ActivityClosed
from protocol.errors import Code
from server.core.closing import close, close_due, close_now, closes_with_session, hand_in
from server.core.fact import Decided
from server.core.moment import millis
from server.core.state import Answers
from tests.core.making import (
    ACTIVITY,
    COMPLETE,
    MILLISECOND,
    NOW,
    SECOND,
    a_classroom,
    a_response,
    a_student,
    an_activity,
    refuses,
    the_event,
)

TIMED = an_activity("exercise", {**COMPLETE["exercise"], "time_limit_s": 60})
DUE = NOW + 62 * SECOND


def test_the_close_carries_the_final_tally_and_the_whole_config() -> None:
    survey = an_activity("survey")
    answers = Answers(responses=[a_response(survey, 1)], students=[a_student(1), a_student(2)])
    event = the_event(close(a_classroom(), survey, now=NOW + SECOND, answers=answers), ActivityClosed)
    assert event == ActivityClosed(
        activity=ACTIVITY,
        kind="survey",
        state={"v": 1, "is_shown": False},
        closed_at=millis(NOW + SECOND),
        tally={
            "v": 1,
            "n_students": 2,
            "n_answers": 1,
            "is_withheld": False,
            "questions": [{"n_answered": 1, "options": [0, 0, 0, 1, 0], "average": 4.0, "texts": None}],
        },
        config=survey.config,
    )


def test_a_discussion_closes_without_a_tally() -> None:
    event = the_event(close(a_classroom(), an_activity("discussion"), now=NOW, answers=Answers()), ActivityClosed)
    assert event.tally is None


def test_what_was_only_saved_is_submitted_by_the_server_at_the_close() -> None:
    saved = a_response(TIMED, 1, saved=True)
    assert hand_in(saved, DUE) == structs.replace(saved, phase="submitted", submitted_at=DUE, is_auto=True)
    submitted = a_response(TIMED, 2)
    assert hand_in(submitted, DUE) == submitted
    decided = close_due(a_classroom(), TIMED, now=DUE, answers=Answers(responses=[saved, submitted]))
    tally = the_event(decided, ActivityClosed).tally
    assert tally is not None
    assert (tally["n_saved"], tally["n_submitted"]) == (0, 2)


def test_the_system_closes_when_the_grace_is_over_and_not_before() -> None:
    assert close_due(a_classroom(), TIMED, now=DUE - MILLISECOND, answers=Answers()) == Decided()
    event = the_event(close_due(a_classroom(), TIMED, now=DUE, answers=Answers()), ActivityClosed)
    assert event.closed_at == millis(DUE)


def test_an_alarm_that_rings_twice_or_for_nothing_does_nothing() -> None:
    closed = replace(TIMED, phase="closed", closed_at=DUE)
    extended = replace(TIMED, deadline_at=NOW + 120 * SECOND)
    for found in (None, closed, extended, an_activity("exercise")):
        assert close_due(a_classroom(), found, now=DUE, answers=Answers()) == Decided()


@pytest.mark.parametrize("kind", sorted(COMPLETE))
def test_the_end_of_the_session_closes_all_but_announcements_and_lesson_plans(kind: str) -> None:
    running = an_activity(kind)
    assert closes_with_session(running) == (kind not in ("announcement", "lesson_plan"))
    assert not closes_with_session(replace(running, phase="closed"))
    if closes_with_session(running):
        event = close_now(a_classroom(), running, now=NOW, answers=Answers())
        assert isinstance(event.body, ActivityClosed)


@pytest.mark.parametrize("kind", ["announcement", "lesson_plan"])
def test_announcements_and_lesson_plans_are_never_closed(kind: str) -> None:
    with refuses(Code.BAD_PHASE):
        close(a_classroom(), an_activity(kind), now=NOW, answers=Answers())
