"""Quiz, homework and exam: windows, attempts, grace, marking, and what may be seen when (R50, I9, I10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from protocol.errors import Code, Refused
from server.core.activities.question import (
    Answer,
    ExerciseMark,
    ShortTextQuestion,
    SingleQuestion,
    TrueFalseQuestion,
)
from server.core.assessment import (
    Assessment,
    Attempt,
    Given,
    check_given,
    check_questions,
    check_save,
    check_start,
    check_submit,
    ends_at,
    fit_answers,
    hidden,
    is_over,
    may_see_keys,
    may_see_points,
    score,
)

OPENS = datetime(2030, 3, 1, 9, 0, tzinfo=UTC)
DUE = OPENS + timedelta(hours=2)
SECOND = timedelta(seconds=1)
SUM = SingleQuestion(text="1 + 1", options=["1", "2"], key=1, points=2.0, explanation="count")
TRUTH = TrueFalseQuestion(text="2 > 1", key=True)
ESSAY = ShortTextQuestion(text="Why?", key="because", points=5.0)

QUIZ = Assessment(
    id="q" * 16,
    run="r" * 16,
    unit=None,
    kind="quiz",
    title="Quiz",
    intro="",
    questions=(SUM, TRUTH),
    opens_at=OPENS,
    due_at=DUE,
    n_attempts=2,
    time_limit_s=600,
    is_published=True,
)
OPEN = Attempt(
    id="a" * 16,
    assessment=QUIZ.id,
    account="s" * 16,
    number=1,
    state="open",
    answers=(1, None),
    rev=2,
    started_at=OPENS,
    ends_at=OPENS + timedelta(minutes=10),
    submitted_at=None,
    is_auto=False,
    points=None,
    of_points=None,
    given={},
)


def code_of(refused: pytest.ExceptionInfo[Refused]) -> Code:
    return refused.value.code


@pytest.mark.parametrize(
    ("assessment", "n_taken", "now", "code"),
    [
        (replace(QUIZ, is_published=False), 0, OPENS, Code.NOT_FOUND),
        (QUIZ, 0, OPENS - SECOND, Code.NOT_OPEN_YET),
        (QUIZ, 0, DUE, Code.TOO_LATE),
        (QUIZ, 2, OPENS, Code.NO_ATTEMPT_LEFT),
    ],
)
def test_an_attempt_begins_only_in_its_time_and_while_one_is_left(
    assessment: Assessment, n_taken: int, now: datetime, code: Code
) -> None:
    check_start(QUIZ, 1, OPENS)
    with pytest.raises(Refused) as refused:
        check_start(assessment, n_taken, now)
    assert code_of(refused) is code


def test_an_attempt_ends_with_its_limit_or_with_the_due_time_whichever_is_first() -> None:
    assert ends_at(QUIZ, OPENS) == OPENS + timedelta(minutes=10)
    assert ends_at(QUIZ, DUE - SECOND) == DUE
    assert ends_at(replace(QUIZ, time_limit_s=None), OPENS) == DUE


def test_a_save_is_taken_until_the_end_and_not_after() -> None:
    check_save(OPEN, OPEN.ends_at - SECOND)
    for attempt, now, code in (
        (OPEN, OPEN.ends_at, Code.TOO_LATE),
        (replace(OPEN, state="submitted"), OPENS, Code.ALREADY_ANSWERED),
    ):
        with pytest.raises(Refused) as refused:
            check_save(attempt, now)
        assert code_of(refused) is code


def test_a_submit_within_the_grace_is_taken_only_if_its_draft_came_in_time_d7() -> None:
    check_submit(OPEN, (None, True), OPEN.ends_at - SECOND)
    check_submit(OPEN, OPEN.answers, OPEN.ends_at + SECOND)
    late: list[tuple[Attempt, tuple[Answer, ...], datetime, Code]] = [
        (OPEN, (1, True), OPEN.ends_at + SECOND, Code.TOO_LATE),
        (OPEN, OPEN.answers, OPEN.ends_at + 2 * SECOND, Code.TOO_LATE),
        (replace(OPEN, state="graded"), OPEN.answers, OPENS, Code.ALREADY_ANSWERED),
    ]
    for attempt, answers, now, code in late:
        with pytest.raises(Refused) as refused:
            check_submit(attempt, answers, now)
        assert code_of(refused) is code


def test_the_server_submits_only_what_is_open_and_over() -> None:
    over = OPEN.ends_at + 2 * SECOND
    assert [is_over(OPEN, over - SECOND), is_over(OPEN, over), is_over(replace(OPEN, state="graded"), over)] == [
        False,
        True,
        False,
    ]


def test_answers_are_one_for_each_question_and_fit_it() -> None:
    assert fit_answers(QUIZ.questions, [1]) == (1, None)
    for answers in ([1, True, 1], [True, True], [5], ["1"]):
        with pytest.raises(Refused) as refused:
            fit_answers(QUIZ.questions, list(answers))
        assert code_of(refused) is Code.BAD_ANSWER


def test_keys_mark_at_once_what_they_can() -> None:
    found = score(QUIZ.questions, [1, False], {})
    assert (found.state, found.points, found.of_points) == ("graded", 2.0, 3.0)
    assert found.marks == (
        ExerciseMark(is_right=True, points=2.0),
        ExerciseMark(is_right=False, points=0.0),
    )


def test_what_no_key_can_mark_waits_for_the_teacher_whose_points_stand_above_the_key() -> None:
    questions = (SUM, ESSAY)
    waiting = score(questions, [0, "because I say so"], {})
    assert (waiting.state, waiting.points, waiting.of_points) == ("submitted", 0.0, 7.0)
    remark_only = score(questions, [0, "because I say so"], {"1": Given(remark="hm")})
    assert remark_only.state == "submitted"
    marked = score(questions, [0, "because I say so"], {"1": Given(points=4.0), "0": Given(points=2.0)})
    assert (marked.state, marked.points) == ("graded", 6.0)
    assert score(questions, [0, None], {}).state == "graded"


def test_a_teacher_gives_no_more_than_a_question_is_worth() -> None:
    check_given(QUIZ.questions, {"0": Given(points=2.0), "1": Given(remark="well")})
    for given in ({"0": Given(points=2.25)}, {"2": Given(points=0.0)}):
        with pytest.raises(Refused) as refused:
            check_given(QUIZ.questions, given)
        assert code_of(refused) is Code.BAD_FIELD


def test_questions_that_cannot_be_asked_are_refused() -> None:
    check_questions(QUIZ.questions)
    for questions in ((), (SUM, replace_key(SUM))):
        with pytest.raises(Refused) as refused:
            check_questions(questions)
        assert code_of(refused) is Code.BAD_FIELD


def replace_key(each: SingleQuestion) -> SingleQuestion:
    return SingleQuestion(text=each.text, options=each.options, key=None)


def test_nobody_sees_a_key_while_anybody_may_answer_i9() -> None:
    exam = replace(QUIZ, kind="exam")
    assert [may_see_keys(each, DUE + SECOND) for each in (QUIZ, exam)] == [False, False]
    assert [may_see_keys(each, DUE + 2 * SECOND) for each in (QUIZ, exam)] == [True, True]
    assert [may_see_points(each, OPENS) for each in (QUIZ, exam)] == [True, False]
    assert may_see_points(exam, DUE + 2 * SECOND)
    assert "key=1" not in str(hidden(QUIZ.questions))
    assert "count" not in str(hidden(QUIZ.questions))
