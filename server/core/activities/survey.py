"""Survey (问卷): opinions, named or anonymous (R81). If anonymous, nothing leads from an answer to a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, assert_never

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from protocol.activity import Phase
from protocol.envelopes import Audience, Body
from server.core.activities import border
from server.core.activities.kind import Kind, Verb
from server.core.activities.question import OPTIONS, LongText, OptionIndex, Options, check_options
from server.core.state import Answers, StoredActivity

QUESTIONS = 50
TEXT_ANSWER_CHARS = 500
TALLY_CHARS = 20_000  # of texts in one tally, shared by its questions
FEWEST = 5  # answers below which an anonymous tally is withheld


class SurveySingle(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="single"):
    text: LongText = ""
    options: Options = []
    is_required: bool = True


class SurveyMultiple(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="multiple"):
    text: LongText = ""
    options: Options = []
    is_required: bool = True


class SurveyRating(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="rating"):
    """From 1 to `most`."""

    text: LongText = ""
    most: Literal[5, 10] = 5
    is_required: bool = True


class SurveyText(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="text"):
    text: LongText = ""
    is_required: bool = False


SurveyQuestion = SurveySingle | SurveyMultiple | SurveyRating | SurveyText
TextAnswer = Annotated[str, Meta(max_length=TEXT_ANSWER_CHARS)]
# By type: an option, options, a rating, a text. None: not answered.
SurveyAnswer = (
    Annotated[int, Meta(ge=0, le=OPTIONS)] | Annotated[list[OptionIndex], Meta(max_length=OPTIONS)] | TextAnswer | None
)


class SurveyConfig(msgspec.Struct, frozen=True, kw_only=True):
    v: Literal[1] = 1
    questions: Annotated[list[SurveyQuestion], Meta(max_length=QUESTIONS)] = []
    is_anonymous: bool = False


class SurveyState(msgspec.Struct, frozen=True, kw_only=True):
    """`is_shown`: students and the screen see the results (verbs `show_results`, `hide_results`)."""

    v: Literal[1] = 1
    is_shown: bool = False


class SurveyValue(msgspec.Struct, frozen=True, kw_only=True):
    """In the order of the questions; null, or missing at the end, is not answered."""

    v: Literal[1] = 1
    answers: Annotated[list[SurveyAnswer], Meta(max_length=QUESTIONS)] = []


class SurveyQuestionTally(msgspec.Struct, frozen=True, kw_only=True):
    """`options`: how often each was chosen; of a rating, from 1 on. `average`: of a rating. `texts`: staff only,
    sorted, and only the first of very many; `n_answered` counts them all.
    """

    n_answered: int
    options: list[int] | None
    average: float | None
    texts: list[str] | None


class SurveyTally(msgspec.Struct, frozen=True, kw_only=True):
    """`is_withheld`: too few answered an anonymous survey to say what they said; `questions` is empty then."""

    v: Literal[1] = 1
    n_students: int
    n_answers: int
    is_withheld: bool
    questions: list[SurveyQuestionTally]


def _check_draft(config: Body) -> Body:
    return border.body(border.config(config, SurveyConfig))


def _check(config: Body) -> None:
    questions = border.stored(config, SurveyConfig).questions
    if not questions:
        raise border.bad_field("questions", "none")
    for number, each in enumerate(questions):
        place = f"questions.{number}"
        if not each.text.strip():
            raise border.bad_field(f"{place}.text", "blank")
        if isinstance(each, SurveySingle | SurveyMultiple):
            check_options(each.options, place)


def _begin(config: Body) -> Body:
    return border.body(SurveyState())


def _is_anonymous(config: Body) -> bool:
    return border.stored(config, SurveyConfig).is_anonymous


def _accept(activity: StoredActivity, value: Body) -> Body:
    questions = border.stored(activity.config, SurveyConfig).questions
    answers = border.answer(value, SurveyValue).answers
    if len(answers) > len(questions):
        raise border.bad_answer("answers", "more than questions")
    missing: list[SurveyAnswer] = [None] * (len(questions) - len(answers))
    fitting: list[SurveyAnswer] = []
    for number, (each, given) in enumerate(zip(questions, [*answers, *missing], strict=True)):
        fits = _fit(each, given, f"answers.{number}")
        if fits is None and each.is_required:
            raise border.bad_answer(f"answers.{number}", "required")
        fitting.append(fits)
    return border.body(SurveyValue(answers=fitting))


def _fit(question: SurveyQuestion, answer: SurveyAnswer, place: str) -> SurveyAnswer:
    match question, answer:
        case _, None:
            return None
        case SurveySingle(), int() if answer < len(question.options):
            return answer
        case SurveyRating(), int() if 1 <= answer <= question.most:
            return answer
        case SurveyMultiple(), list() if len(set(answer)) == len(answer) and all(
            option < len(question.options) for option in answer
        ):
            return sorted(answer) or None
        case SurveyText(), str():
            return answer.strip() or None
        case _:
            raise border.bad_answer(place, "of another type, or no option")


def _count(activity: StoredActivity, answers: Answers) -> Body:
    config = border.stored(activity.config, SurveyConfig)
    submitted = [each for each in answers.responses if each.phase == "submitted"]
    values = answers.values if config.is_anonymous else [each.value for each in submitted if each.value is not None]
    given = [border.stored(value, SurveyValue).answers for value in values]
    is_withheld = config.is_anonymous and len(given) < FEWEST
    return border.body(
        SurveyTally(
            n_students=len(answers.students),
            n_answers=len(given),
            is_withheld=is_withheld,
            questions=[] if is_withheld else _count_questions(config, given),
        )
    )


def _count_questions(config: SurveyConfig, given: Sequence[Sequence[SurveyAnswer]]) -> list[SurveyQuestionTally]:
    n_texts = sum(isinstance(each, SurveyText) for each in config.questions)
    chars = TALLY_CHARS // max(n_texts, 1)
    return [
        _count_question(each, [row[number] for row in given if row[number] is not None], chars)
        for number, each in enumerate(config.questions)
    ]


def _count_question(question: SurveyQuestion, given: Sequence[SurveyAnswer], chars: int) -> SurveyQuestionTally:
    options: list[int] | None = None
    average: float | None = None
    texts: list[str] | None = None
    match question:
        case SurveySingle():
            options = [given.count(number) for number in range(len(question.options))]
        case SurveyMultiple():
            chosen = [option for each in given if isinstance(each, list) for option in each]
            options = [chosen.count(number) for number in range(len(question.options))]
        case SurveyRating():
            ratings = [each for each in given if isinstance(each, int)]
            options = [ratings.count(number + 1) for number in range(question.most)]
            average = round(sum(ratings) / len(ratings), 2) if ratings else None
        case SurveyText():
            texts = _first(sorted(each for each in given if isinstance(each, str)), chars)
        case _:
            assert_never(question)
    return SurveyQuestionTally(n_answered=len(given), options=options, average=average, texts=texts)


def _first(texts: Sequence[str], chars: int) -> list[str]:
    """As many as fit. Sorted by content they tell nothing of who wrote when."""
    kept: list[str] = []
    for text in texts:
        chars -= len(text)
        if chars < 0:
            break
        kept.append(text)
    return kept


def _show_tally(tally: Body, phase: Phase, state: Body, audience: Audience) -> Body | None:
    """The screen is seen by students: until the results are shown it has the numbers alone. Texts are staff's."""
    if audience == "staff":
        return tally
    whole = border.stored(tally, SurveyTally)
    if border.stored(state, SurveyState).is_shown:
        return border.body(replace(whole, questions=[replace(each, texts=None) for each in whole.questions]))
    return border.body(replace(whole, questions=[])) if audience == "screen" else None


def _show(activity: StoredActivity, value: Body, now: datetime) -> Body:
    return border.body(SurveyState(is_shown=True))


def _hide(activity: StoredActivity, value: Body, now: datetime) -> Body:
    return border.body(SurveyState(is_shown=False))


RUNNING_OR_CLOSED: frozenset[Phase] = frozenset({"published", "closed"})

SURVEY = Kind(
    name="survey",
    config=SurveyConfig,
    state=SurveyState,
    value=SurveyValue,
    tally=SurveyTally,
    verbs={
        "show_results": Verb(from_phases=RUNNING_OR_CLOSED, is_in_session_only=False, apply=_show),
        "hide_results": Verb(from_phases=RUNNING_OR_CLOSED, is_in_session_only=False, apply=_hide),
    },
    check_draft=_check_draft,
    check=_check,
    begin=_begin,
    is_anonymous=_is_anonymous,
    accept=_accept,
    count=_count,
    show_tally=_show_tally,
)
