"""Quiz, homework and exam: when they may be taken, what a learner may see of them when, and how they are marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from protocol.errors import Code, Refused
from protocol.limits import SUBMIT_GRACE_MS
from server.core.activities import border, question
from server.core.activities.question import Answer, ExerciseMark, Points, Question

QUESTIONS = 100
Kind = Literal["quiz", "homework", "exam"]
State = Literal["open", "submitted", "graded"]
Questions = Annotated[list[Question], Meta(max_length=QUESTIONS)]
Answers = Annotated[list[Answer], Meta(max_length=QUESTIONS)]

# A submit on its way at the end is taken this long (D7).
GRACE = timedelta(milliseconds=SUBMIT_GRACE_MS)
# Part of a multiple choice without a wrong option is worth half.
HAS_HALF_POINTS = True


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What a teacher gave one question; `points` None: only a remark."""

    points: Points | None = None
    remark: Annotated[str, Meta(max_length=500)] = ""


# By number of the question, from "0".
Marks = Annotated[dict[Annotated[str, Meta(pattern="^(0|[1-9][0-9]?)$")], Given], Meta(max_length=QUESTIONS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """As it is kept: with its keys."""

    id: str
    run: str
    unit: str | None
    kind: Kind
    title: str
    intro: str
    questions: tuple[Question, ...]
    opens_at: datetime
    due_at: datetime
    n_attempts: int
    time_limit_s: int | None
    is_published: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    id: str
    assessment: str
    account: str
    number: int
    state: State
    answers: tuple[Answer, ...]
    rev: int
    started_at: datetime
    ends_at: datetime
    submitted_at: datetime | None
    is_auto: bool
    points: float | None
    of_points: float | None
    given: dict[str, Given]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """`points` counts what is marked; `state` is graded once nothing waits for the teacher."""

    state: State
    points: float
    of_points: float
    marks: tuple[ExerciseMark, ...]


def check_questions(questions: Sequence[Question]) -> None:
    """Complete enough to be asked. Raises Refused(BAD_FIELD)."""
    if not questions:
        raise border.bad_field("questions", "none")
    for number, each in enumerate(questions):
        question.check(each, f"questions.{number}")


def check_start(assessment: Assessment, n_taken: int, now: datetime) -> None:
    """Whether one more attempt may begin. Raises Refused."""
    if not assessment.is_published:
        raise Refused(Code.NOT_FOUND)
    if now < assessment.opens_at:
        raise Refused(Code.NOT_OPEN_YET)
    if now >= assessment.due_at:
        raise Refused(Code.TOO_LATE)
    if n_taken >= assessment.n_attempts:
        raise Refused(Code.NO_ATTEMPT_LEFT)


def ends_at(assessment: Assessment, started_at: datetime) -> datetime:
    """The earlier of its time limit and the due time."""
    if assessment.time_limit_s is None:
        return assessment.due_at
    return min(assessment.due_at, started_at + timedelta(seconds=assessment.time_limit_s))


def is_over(attempt: Attempt, now: datetime) -> bool:
    """Nothing of it is taken any more: the server submits what was saved."""
    return attempt.state == "open" and now >= attempt.ends_at + GRACE


def check_save(attempt: Attempt, now: datetime) -> None:
    """Raises Refused: ALREADY_ANSWERED, TOO_LATE. At the very end a save is as late as an answer."""
    if attempt.state != "open":
        raise Refused(Code.ALREADY_ANSWERED)
    if now >= attempt.ends_at:
        raise Refused(Code.TOO_LATE)


def check_submit(attempt: Attempt, answers: Sequence[Answer], now: datetime) -> None:
    """Raises Refused: ALREADY_ANSWERED, TOO_LATE. Within the grace only what was saved in time is taken (D7)."""
    if attempt.state != "open":
        raise Refused(Code.ALREADY_ANSWERED)
    if now >= attempt.ends_at and (is_over(attempt, now) or tuple(answers) != attempt.answers):
        raise Refused(Code.TOO_LATE)


def fit_answers(questions: Sequence[Question], answers: Sequence[Answer]) -> tuple[Answer, ...]:
    """One for each question, as they are stored. Raises Refused(BAD_ANSWER)."""
    if len(answers) > len(questions):
        raise border.bad_answer("answers", "more than questions")
    missing: list[Answer] = [None] * (len(questions) - len(answers))
    return tuple(
        question.fit(each, given, f"answers.{number}")
        for number, (each, given) in enumerate(zip(questions, [*answers, *missing], strict=True))
    )


def score(questions: Sequence[Question], answers: Sequence[Answer], given: dict[str, Given]) -> Score:
    """By key, and by the teacher's points, which stand above it."""
    whole = fit_answers(questions, answers)
    marks = tuple(
        _mark(each, answer, given.get(str(number)))
        for number, (each, answer) in enumerate(zip(questions, whole, strict=True))
    )
    is_graded = all(each.points is not None for each in marks)
    return Score(
        state="graded" if is_graded else "submitted",
        points=sum((each.points or 0.0 for each in marks), 0.0),
        of_points=sum((each.points for each in questions), 0.0),
        marks=marks,
    )


def _mark(each: Question, answer: Answer, given: Given | None) -> ExerciseMark:
    if given is None or given.points is None:
        return question.mark(each, answer, HAS_HALF_POINTS)
    return ExerciseMark(is_right=given.points >= each.points, points=given.points)


def check_given(questions: Sequence[Question], given: dict[str, Given]) -> None:
    """Raises Refused(BAD_FIELD) for a question that is not, or more points than it is worth."""
    for number, each in given.items():
        if int(number) >= len(questions) or (each.points or 0.0) > questions[int(number)].points:
            raise border.bad_field(f"marks.{number}", "no question, or more than it is worth")


def may_see_points(assessment: Assessment, now: datetime) -> bool:
    """A quiz tells its points at once, an exam when nobody takes it any more."""
    return assessment.kind != "exam" or may_see_keys(assessment, now)


def may_see_keys(assessment: Assessment, now: datetime) -> bool:
    """I9: keys, and which answers were right, are for nobody who or whose neighbour may still answer."""
    return now >= assessment.due_at + GRACE


def hidden(questions: Sequence[Question]) -> list[Question]:
    """As they are asked: without keys."""
    return [question.hide(each) for each in questions]
