"""The questions of an exercise: what each type holds, when it is complete, what answers it, and how it is marked.

In all of them `key` is what a right answer is and `explanation` says why: both stay hidden from students until the
close.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, assert_never

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from protocol.limits import TEXT_CHARS
from server.core.activities import border

OPTIONS = 10
BLANKS = 10
ACCEPTED = 10  # answers to one blank
BLANK_CHARS = 200

# Quarters are exact in binary, so that points add up.
Points = Annotated[float, Meta(ge=0, le=100, multiple_of=0.25)]
LongText = Annotated[str, Meta(max_length=TEXT_CHARS)]
OptionText = Annotated[str, Meta(max_length=500)]
Options = Annotated[list[OptionText], Meta(max_length=OPTIONS)]
OptionIndex = Annotated[int, Meta(ge=0, lt=OPTIONS)]
BlankText = Annotated[str, Meta(max_length=BLANK_CHARS)]


class SingleQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="single"):
    """One of `options` is right: number `key`, from 0."""

    text: LongText = ""
    options: Options = []
    key: OptionIndex | None = None
    points: Points = 1.0
    explanation: LongText = ""


class MultipleQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="multiple"):
    """Exactly the options of `key` are right."""

    text: LongText = ""
    options: Options = []
    key: Annotated[list[OptionIndex], Meta(max_length=OPTIONS)] | None = None
    points: Points = 1.0
    explanation: LongText = ""


class TrueFalseQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="true_false"):
    text: LongText = ""
    key: bool | None = None
    points: Points = 1.0
    explanation: LongText = ""


class FillInQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="fill_in"):
    """`key` holds the accepted answers of each blank. `n_blanks` is set by the server."""

    text: LongText = ""
    n_blanks: int = 0
    key: Annotated[list[Annotated[list[BlankText], Meta(max_length=ACCEPTED)]], Meta(max_length=BLANKS)] | None = None
    points: Points = 1.0
    explanation: LongText = ""


class ShortTextQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="short_text"):
    """Graded by the teacher. `key` is an answer to compare with, if the teacher likes."""

    text: LongText = ""
    key: LongText | None = None
    points: Points = 1.0
    explanation: LongText = ""


Question = SingleQuestion | MultipleQuestion | TrueFalseQuestion | FillInQuestion | ShortTextQuestion
# By type: an option, options, true or false, a text for each blank, a text. None: not answered.
Answer = (
    bool
    | Annotated[int, Meta(ge=0, lt=OPTIONS)]
    | LongText
    | Annotated[list[OptionIndex | BlankText], Meta(max_length=OPTIONS)]
    | None
)


class ExerciseMark(msgspec.Struct, frozen=True, kw_only=True):
    """Both null: to be graded by the teacher."""

    is_right: bool | None
    points: float | None


WRONG = ExerciseMark(is_right=False, points=0.0)
UNGRADED = ExerciseMark(is_right=None, points=None)


def tidy(question: Question) -> Question:
    """As it is stored in a draft, complete or not."""
    match question:
        case MultipleQuestion():
            return replace(question, key=question.key and sorted(set(question.key)))
        case FillInQuestion():
            return replace(question, n_blanks=len(question.key or ()))
        case _:
            return question


def hide(question: Question) -> Question:
    """Without what gives the answer away."""
    return replace(question, key=None, explanation="")


def check(question: Question, place: str) -> None:
    """Complete enough to be asked. Raises Refused(BAD_FIELD)."""
    if not question.text.strip():
        raise border.bad_field(f"{place}.text", "blank")
    match question:
        case SingleQuestion():
            check_options(question.options, place)
            if question.key is None or question.key >= len(question.options):
                raise border.bad_field(f"{place}.key", "not an option")
        case MultipleQuestion():
            check_options(question.options, place)
            if not question.key or max(question.key) >= len(question.options):
                raise border.bad_field(f"{place}.key", "not an option")
        case TrueFalseQuestion():
            if question.key is None:
                raise border.bad_field(f"{place}.key", "missing")
        case FillInQuestion():
            _check_blanks(question, place)
        case ShortTextQuestion():
            pass
        case _:
            assert_never(question)


def check_options(options: Sequence[str], place: str) -> None:
    """Two or more, none blank, no two alike."""
    texts = [option.strip() for option in options]
    if len(texts) < 2:
        raise border.bad_field(f"{place}.options", "fewer than two")
    for number, text in enumerate(texts):
        if not text or text in texts[:number]:
            raise border.bad_field(f"{place}.options.{number}", "blank or there already")


def _check_blanks(question: FillInQuestion, place: str) -> None:
    if not question.key:
        raise border.bad_field(f"{place}.key", "no blank")
    for number, accepted in enumerate(question.key):
        if not any(normal(text) for text in accepted):
            raise border.bad_field(f"{place}.key.{number}", "no accepted answer")


def fit(question: Question, answer: Answer, place: str) -> Answer:
    """The answer as it is stored; None for an empty one. Raises Refused(BAD_ANSWER)."""
    fitting: Answer
    match question, answer:
        case _, None:
            return None
        case TrueFalseQuestion(), bool():
            fitting = answer
        case SingleQuestion(), int() if not isinstance(answer, bool) and answer < len(question.options):
            fitting = answer
        case MultipleQuestion(), list():
            fitting = _fit_options(question, answer, place) or None
        case FillInQuestion(), list():
            fitting = _fit_blanks(question, answer, place)
        case ShortTextQuestion(), str():
            fitting = answer if answer.strip() else None
        case _:
            raise border.bad_answer(place, "of another type, or no option")
    return fitting


def _fit_options(question: MultipleQuestion, answer: Sequence[int | str], place: str) -> list[int | str]:
    chosen = {each for each in answer if isinstance(each, int)}
    if len(chosen) != len(answer) or any(each >= len(question.options) for each in chosen):
        raise border.bad_answer(place, "not options, or one twice")
    return list(sorted(chosen))


def _fit_blanks(question: FillInQuestion, answer: Sequence[int | str], place: str) -> Answer:
    texts = [each for each in answer if isinstance(each, str)]
    if len(texts) != len(answer) or len(texts) > question.n_blanks:
        raise border.bad_answer(place, "not one text for each blank")
    if not any(text.strip() for text in texts):
        return None
    return [*texts, *[""] * (question.n_blanks - len(texts))]


def mark(question: Question, answer: Answer, has_half_points: bool) -> ExerciseMark:
    """`answer` fits the question. Nothing answered is wrong, also where the teacher grades."""
    if answer is None:
        return WRONG
    match question:
        case SingleQuestion() | TrueFalseQuestion():
            share = 1.0 if answer == question.key else 0.0
        case MultipleQuestion():
            share = _share_of_options(question.key or (), answer if isinstance(answer, list) else (), has_half_points)
        case FillInQuestion():
            share = _share_of_blanks(question.key or (), answer if isinstance(answer, list) else ())
        case ShortTextQuestion():
            return UNGRADED
        case _:
            assert_never(question)
    return ExerciseMark(is_right=share == 1.0, points=share * question.points)


def _share_of_options(key: Sequence[int], chosen: Sequence[int | str], has_half_points: bool) -> float:
    """All for exactly the key; half for a part of it without a wrong option, where the teacher allows that."""
    right, found = set(key), set(chosen)
    if found == right:
        return 1.0
    return 0.5 if has_half_points and found < right else 0.0


def _share_of_blanks(key: Sequence[Sequence[str]], answer: Sequence[int | str]) -> float:
    fits = [
        normal(str(text)) in {normal(each) for each in accepted} for accepted, text in zip(key, answer, strict=True)
    ]
    return 1.0 if all(fits) else 0.0


@lru_cache(maxsize=4096)
def normal(text: str) -> str:
    """What makes two fill-ins the same: full and half width, case and spaces do not count."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
