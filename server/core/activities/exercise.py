"""Exercise (练习): questions with keys, marked at once, timed if the teacher likes (R77-R80)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from protocol.activity import Phase
from protocol.envelopes import Audience, Body
from protocol.errors import Code, Refused
from protocol.ids import AccountId
from server.core.activities import border, question
from server.core.activities.kind import Kind
from server.core.activities.question import (
    Answer,
    ExerciseMark,
    FillInQuestion,
    MultipleQuestion,
    Points,
    Question,
    SingleQuestion,
    TrueFalseQuestion,
)
from server.core.state import Answers, Response, StoredActivity

QUESTIONS = 50
TOP = 5  # most frequent answers to a blank


class ExerciseConfig(msgspec.Struct, frozen=True, kw_only=True):
    """`half_points`: part of a multiple choice without a wrong option is worth half. `reveal_key`: after the close
    students see keys and explanations; before it they never do.
    """

    v: Literal[1] = 1
    questions: Annotated[list[Question], Meta(max_length=QUESTIONS)] = []
    time_limit_s: Annotated[int, Meta(ge=1, le=86_400)] | None = None
    half_points: bool = True
    reveal_key: bool = True


class ExerciseState(msgspec.Struct, frozen=True, kw_only=True):
    v: Literal[1] = 1


class ExerciseValue(msgspec.Struct, frozen=True, kw_only=True):
    """In the order of the questions; null, or missing at the end, is not answered."""

    v: Literal[1] = 1
    answers: Annotated[list[Answer], Meta(max_length=QUESTIONS)] = []


class ExerciseResult(msgspec.Struct, frozen=True, kw_only=True):
    """One's own, after submitting. `n_ungraded` questions wait for the teacher; `points` counts what is marked."""

    v: Literal[1] = 1
    points: float
    max_points: float
    n_ungraded: int
    marks: list[ExerciseMark]


class ExerciseCorrection(msgspec.Struct, frozen=True, kw_only=True):
    """Points given by the teacher, by number of the question from "0". Those given before stay."""

    v: Literal[1] = 1
    points: Annotated[dict[str, Points], Meta(max_length=QUESTIONS)]


class FillInCount(msgspec.Struct, frozen=True, kw_only=True):
    text: str
    n: int


class ExerciseQuestionTally(msgspec.Struct, frozen=True, kw_only=True):
    """Of those who submitted. `options`: how often each was chosen (for true or false: true, then false).

    `top`: the most frequent answers to each blank, staff only.
    """

    n_answered: int
    n_right: int
    n_ungraded: int
    points: float
    options: list[int] | None
    top: list[list[FillInCount]] | None


class ExerciseTally(msgspec.Struct, frozen=True, kw_only=True):
    """`points` is the average of those who submitted. The screen sees it and `questions` only after the close."""

    v: Literal[1] = 1
    n_students: int
    n_saved: int
    n_submitted: int
    points: float | None
    max_points: float
    questions: list[ExerciseQuestionTally]


def _check_draft(config: Body) -> Body:
    draft = border.config(config, ExerciseConfig)
    return border.body(replace(draft, questions=[question.tidy(each) for each in draft.questions]))


def _check(config: Body) -> None:
    questions = border.stored(config, ExerciseConfig).questions
    if not questions:
        raise border.bad_field("questions", "none")
    for number, each in enumerate(questions):
        question.check(each, f"questions.{number}")


def _begin(config: Body) -> Body:
    return border.body(ExerciseState())


def _deadline(config: Body, now: datetime) -> datetime | None:
    limit_s = border.stored(config, ExerciseConfig).time_limit_s
    return None if limit_s is None else now + timedelta(seconds=limit_s)


def _view(config: Body, phase: Phase, audience: Audience) -> Body:
    whole = border.stored(config, ExerciseConfig)
    if audience == "staff" or (phase == "closed" and whole.reveal_key):
        return config
    return border.body(replace(whole, questions=[question.hide(each) for each in whole.questions]))


def _accept(activity: StoredActivity, value: Body) -> Body:
    questions = border.stored(activity.config, ExerciseConfig).questions
    answers = border.answer(value, ExerciseValue).answers
    if len(answers) > len(questions):
        raise border.bad_answer("answers", "more than questions")
    missing: list[Answer] = [None] * (len(questions) - len(answers))
    fitting = [
        question.fit(each, given, f"answers.{number}")
        for number, (each, given) in enumerate(zip(questions, [*answers, *missing], strict=True))
    ]
    return border.body(ExerciseValue(answers=fitting))


def _answers(response: Response) -> list[Answer]:
    assert response.value is not None, "what is submitted has a value"
    return border.stored(response.value, ExerciseValue).answers


def _given(response: Response) -> dict[str, Points]:
    return {} if response.correction is None else border.stored(response.correction, ExerciseCorrection).points


def _marks(config: ExerciseConfig, response: Response) -> list[ExerciseMark]:
    """The teacher's points stand above ours."""
    given = _given(response)
    return [
        _given_mark(each, given[str(number)])
        if str(number) in given
        else question.mark(each, answer, config.half_points)
        for number, (each, answer) in enumerate(zip(config.questions, _answers(response), strict=True))
    ]


def _given_mark(each: Question, points: float) -> ExerciseMark:
    return ExerciseMark(is_right=points >= each.points, points=points)


def _judge(activity: StoredActivity, account: AccountId, response: Response | None) -> Body | None:
    """R79: after submitting, not before."""
    if response is None or response.phase != "submitted":
        return None
    config = border.stored(activity.config, ExerciseConfig)
    marks = _marks(config, response)
    return border.body(
        ExerciseResult(
            points=_sum(marks),
            max_points=_max_points(config),
            n_ungraded=sum(each.points is None for each in marks),
            marks=marks,
        )
    )


def _sum(marks: Sequence[ExerciseMark]) -> float:
    return sum((each.points or 0.0 for each in marks), 0.0)


def _max_points(config: ExerciseConfig) -> float:
    return sum((each.points for each in config.questions), 0.0)


def _count(activity: StoredActivity, answers: Answers) -> Body:
    config = border.stored(activity.config, ExerciseConfig)
    submitted = [each for each in answers.responses if each.phase == "submitted"]
    rows = [_answers(each) for each in submitted]
    given = [_given(each) for each in submitted]
    questions = [
        _count_question(
            each, [row[number] for row in rows], [row.get(str(number)) for row in given], config.half_points
        )
        for number, each in enumerate(config.questions)
    ]
    final = None if activity.tally is None else border.stored(activity.tally, ExerciseTally)
    return border.body(
        ExerciseTally(
            n_students=len(answers.students) if final is None else final.n_students,
            n_saved=sum(each.phase == "saved" for each in answers.responses),
            n_submitted=len(submitted),
            points=_average(sum(total for total, _ in questions), len(submitted)) if submitted else None,
            max_points=_max_points(config),
            questions=[each for _, each in questions],
        )
    )


def _average(total: float, n: int) -> float:
    return round(total / n, 2) if n else 0.0


def _count_question(
    each: Question, answers: Sequence[Answer], given: Sequence[float | None], has_half_points: bool
) -> tuple[float, ExerciseQuestionTally]:
    """All points that were made, and the rest. A class gives few different answers: each is marked once."""
    known: dict[object, ExerciseMark] = {}
    marks: list[ExerciseMark] = []
    for answer, points in zip(answers, given, strict=True):
        if points is not None:
            marks.append(_given_mark(each, points))
            continue
        key = tuple(answer) if isinstance(answer, list) else answer
        if key not in known:
            known[key] = question.mark(each, answer, has_half_points)
        marks.append(known[key])
    graded = [mark.points for mark in marks if mark.points is not None]
    return sum(graded), ExerciseQuestionTally(
        n_answered=sum(answer is not None for answer in answers),
        n_right=sum(mark.is_right is True for mark in marks),
        n_ungraded=len(marks) - len(graded),
        points=_average(sum(graded), len(graded)),
        options=_count_options(each, answers),
        top=_count_blanks(each, answers) if isinstance(each, FillInQuestion) else None,
    )


def _count_options(each: Question, answers: Sequence[Answer]) -> list[int] | None:
    chosen: Counter[object]
    match each:
        case TrueFalseQuestion():
            return [sum(answer is truth for answer in answers) for truth in (True, False)]
        case SingleQuestion():
            chosen = Counter(answer for answer in answers if isinstance(answer, int))
        case MultipleQuestion():
            chosen = Counter(option for answer in answers if isinstance(answer, list) for option in answer)
        case _:
            return None
    return [chosen[number] for number in range(len(each.options))]


def _count_blanks(each: FillInQuestion, answers: Sequence[Answer]) -> list[list[FillInCount]]:
    rows = [answer for answer in answers if isinstance(answer, list)]
    return [_top([str(row[number]).strip() for row in rows]) for number in range(each.n_blanks)]


def _top(texts: Sequence[str]) -> list[FillInCount]:
    """Spellings that count as the same are counted together, under the one most used."""
    spellings: dict[str, Counter[str]] = {}
    for text in texts:
        if text:
            spellings.setdefault(question.normal(text), Counter())[text] += 1
    counts = [
        FillInCount(text=min(each, key=lambda text: (-each[text], text)), n=each.total()) for each in spellings.values()
    ]
    return sorted(counts, key=lambda each: (-each.n, each.text))[:TOP]


def _show_tally(tally: Body, phase: Phase, state: Body, audience: Audience) -> Body | None:
    """The projector is seen by those who still answer; what others wrote is never on it."""
    if audience == "staff":
        return tally
    if audience != "screen":
        return None
    whole = border.stored(tally, ExerciseTally)
    if phase != "closed":
        return border.body(replace(whole, points=None, questions=[]))
    return border.body(replace(whole, questions=[replace(each, top=None) for each in whole.questions]))


def _correct(activity: StoredActivity, response: Response | None, correction: Body) -> Body:
    given = border.config(correction, ExerciseCorrection).points
    if response is None or response.phase != "submitted":
        raise Refused(Code.BAD_PHASE, "nothing was submitted")
    questions = border.stored(activity.config, ExerciseConfig).questions
    most = {str(number): each.points for number, each in enumerate(questions)}
    for number, points in given.items():
        if number not in most or points > most[number]:
            raise border.bad_field(f"points.{number}", "no question, or more than it is worth")
    return border.body(ExerciseCorrection(points={**_given(response), **given}))


EXERCISE = Kind(
    name="exercise",
    config=ExerciseConfig,
    state=ExerciseState,
    value=ExerciseValue,
    tally=ExerciseTally,
    result=ExerciseResult,
    correction=ExerciseCorrection,
    may_be_timed=True,
    check_draft=_check_draft,
    check=_check,
    begin=_begin,
    deadline=_deadline,
    view=_view,
    accept=_accept,
    keep=_accept,
    judge=_judge,
    count=_count,
    show_tally=_show_tally,
    correct=_correct,
)
