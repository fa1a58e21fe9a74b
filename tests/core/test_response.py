"""Which answers count: R77, D7, I10. And who can be corrected."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from msgspec import structs

from protocol.activity import CorrectResponse
from protocol.envelopes import Body
from protocol.errors import Code
from server.core.response import accepts_at, correct, is_anonymous, save, submit
from server.core.state import Answers, StoredActivity
from tests.core.making import (
    ACTIVITY,
    ANSWERS,
    COMPLETE,
    MILLISECOND,
    NOW,
    SECOND,
    a_classroom,
    a_response,
    a_student,
    account,
    an_activity,
    an_actor,
    refuses,
)

TIMED = an_activity("exercise", {**COMPLETE["exercise"], "time_limit_s": 60})
VALUE = ANSWERS["exercise"]
DEADLINE = NOW + 60 * SECOND
IN_TIME = DEADLINE - SECOND


@pytest.mark.parametrize(
    ("after_deadline", "saved_after_deadline", "counts"),
    [
        (timedelta(0), None, True),
        (MILLISECOND, None, False),
        (MILLISECOND, timedelta(0), True),
        (2 * SECOND, timedelta(0), True),
        (2 * SECOND + MILLISECOND, timedelta(0), False),
        (SECOND, MILLISECOND, False),
        (-SECOND, None, True),
    ],
)
def test_time_alone_decides_by_the_deadline_and_the_draft(
    after_deadline: timedelta, saved_after_deadline: timedelta | None, counts: bool
) -> None:
    saved_at = None if saved_after_deadline is None else DEADLINE + saved_after_deadline
    assert accepts_at(TIMED, DEADLINE + after_deadline, saved_at) is counts


def test_without_a_deadline_any_time_counts() -> None:
    assert accepts_at(an_activity("survey"), NOW + timedelta(days=300), None)


def test_a_late_packet_counts_if_its_draft_arrived_in_time() -> None:
    saved = a_response(TIMED, 1, saved=True)
    assert submit(TIMED, VALUE, now=DEADLINE + SECOND, before=saved) == {"v": 1, "answers": [True]}
    with refuses(Code.TOO_LATE):
        submit(TIMED, VALUE, now=DEADLINE + SECOND, before=None)
    with refuses(Code.TOO_LATE):
        submit(TIMED, VALUE, now=DEADLINE + SECOND, before=structs.replace(saved, phase="none"))


def test_a_draft_that_comes_after_the_deadline_is_not_kept() -> None:
    assert save(TIMED, VALUE, now=DEADLINE) == {"v": 1, "answers": [True]}
    with refuses(Code.TOO_LATE):
        save(TIMED, VALUE, now=DEADLINE + MILLISECOND)


def test_an_answer_is_given_once() -> None:
    with refuses(Code.ALREADY_ANSWERED):
        submit(TIMED, VALUE, now=IN_TIME, before=a_response(TIMED, 1))


def submit_first(activity: StoredActivity | None, value: Body, *, now: datetime) -> Body:
    return submit(activity, value, now=now, before=None)


def test_after_the_close_nothing_counts_and_the_deadline_is_the_reason_when_it_was() -> None:
    closed = replace(TIMED, phase="closed", closed_at=IN_TIME)
    for answer in (save, submit_first):
        with refuses(Code.ACTIVITY_CLOSED):
            answer(closed, VALUE, now=IN_TIME)
        with refuses(Code.TOO_LATE):
            answer(closed, VALUE, now=DEADLINE + SECOND)


def test_a_draft_of_an_activity_is_told_like_one_that_never_was() -> None:
    for found in (None, an_activity("exercise", phase="draft")):
        with refuses(Code.NOT_FOUND):
            save(found, VALUE, now=NOW)
        with refuses(Code.NOT_FOUND):
            submit_first(found, VALUE, now=NOW)


@pytest.mark.parametrize("kind", ["discussion", "announcement", "lesson_plan"])
def test_kinds_without_answers_take_none(kind: str) -> None:
    with refuses(Code.BAD_PHASE):
        submit_first(an_activity(kind), {}, now=NOW)


def test_only_an_anonymous_survey_is_anonymous() -> None:
    assert is_anonymous(an_activity("survey", {**COMPLETE["survey"], "is_anonymous": True}))
    assert not is_anonymous(an_activity("survey"))
    assert not is_anonymous(TIMED)


def test_only_a_member_or_somebody_who_answered_is_corrected() -> None:
    check_in = an_activity("check_in")
    command = CorrectResponse(activity=ACTIVITY, account=account(1), correction={"status": "late"}, reason="Seen")

    def corrected(answers: Answers) -> None:
        correct(a_classroom(), check_in, command, actor=an_actor(), now=NOW, answers=answers)

    with refuses(Code.NOT_A_MEMBER):
        corrected(Answers(responses=[a_response(check_in, 2)], students=[a_student(2)]))
    corrected(Answers(students=[a_student(1)]))
    corrected(Answers(responses=[a_response(check_in, 1)]))


@pytest.mark.parametrize("kind", ["survey", "discussion", "announcement", "lesson_plan"])
def test_kinds_without_corrections_take_none(kind: str) -> None:
    command = CorrectResponse(activity=ACTIVITY, account=account(1), correction={})
    with refuses(Code.BAD_PHASE):
        correct(a_classroom(), an_activity(kind), command, actor=an_actor(), now=NOW, answers=Answers())
