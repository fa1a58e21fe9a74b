"""R80: what completes a question, which answers fit it, and how they are marked."""

from __future__ import annotations

import pytest

from protocol.errors import Code
from server.core.activities.question import (
    Answer,
    ExerciseMark,
    FillInQuestion,
    MultipleQuestion,
    Question,
    ShortTextQuestion,
    SingleQuestion,
    TrueFalseQuestion,
    check,
    fit,
    hide,
    mark,
    normal,
    tidy,
)
from tests.core.making import refuses

SINGLE = SingleQuestion(text="Capital?", options=["Paris", "Rome", "Oslo"], key=1, points=2.0, explanation="Why")
MULTIPLE = MultipleQuestion(text="Primes?", options=["2", "3", "4", "5"], key=[0, 1, 3], points=3.0)
TRUE_FALSE = TrueFalseQuestion(text="1 > 2", key=False)
FILL_IN = FillInQuestion(text="_ and _", n_blanks=2, key=[["New York", "NYC"], ["1+1"]], points=4.0)
SHORT = ShortTextQuestion(text="Why?", key="Because.", points=5.0)


@pytest.mark.parametrize("question", [SINGLE, MULTIPLE, TRUE_FALSE, FILL_IN, SHORT, ShortTextQuestion(text="Why?")])
def test_a_complete_question_may_be_asked(question: Question) -> None:
    check(question, "questions.0")


@pytest.mark.parametrize(
    ("question", "field"),
    [
        (SingleQuestion(text=" ", options=["a", "b"], key=0), "questions.7.text"),
        (SingleQuestion(text="?", options=["a"], key=0), "questions.7.options"),
        (SingleQuestion(text="?", options=["a", " "], key=0), "questions.7.options.1"),
        (SingleQuestion(text="?", options=["a", "b", "a "], key=0), "questions.7.options.2"),
        (SingleQuestion(text="?", options=["a", "b"]), "questions.7.key"),
        (SingleQuestion(text="?", options=["a", "b"], key=2), "questions.7.key"),
        (MultipleQuestion(text="?", options=["a", "b"]), "questions.7.key"),
        (MultipleQuestion(text="?", options=["a", "b"], key=[]), "questions.7.key"),
        (MultipleQuestion(text="?", options=["a", "b"], key=[1, 2]), "questions.7.key"),
        (TrueFalseQuestion(text="?"), "questions.7.key"),
        (FillInQuestion(text="?"), "questions.7.key"),
        (FillInQuestion(text="?", key=[["a"], [" ", ""]]), "questions.7.key.1"),
    ],
)
def test_an_incomplete_question_may_not_be_asked(question: Question, field: str) -> None:
    with refuses(Code.BAD_FIELD, field=field):
        check(question, "questions.7")


def test_a_draft_is_tidied() -> None:
    assert tidy(MultipleQuestion(key=[3, 1, 3])) == MultipleQuestion(key=[1, 3])
    assert tidy(MultipleQuestion()) == MultipleQuestion()
    assert tidy(FillInQuestion(n_blanks=9, key=[["a"], ["b"]])) == FillInQuestion(n_blanks=2, key=[["a"], ["b"]])
    assert tidy(FillInQuestion(n_blanks=9)) == FillInQuestion(n_blanks=0)
    assert tidy(SINGLE) == SINGLE


def test_a_hidden_question_keeps_only_what_is_asked() -> None:
    assert hide(SINGLE) == SingleQuestion(text="Capital?", options=["Paris", "Rome", "Oslo"], points=2.0)
    assert hide(FILL_IN) == FillInQuestion(text="_ and _", n_blanks=2, points=4.0)
    assert hide(SHORT) == ShortTextQuestion(text="Why?", points=5.0)


@pytest.mark.parametrize(
    ("question", "answer", "stored"),
    [
        (SINGLE, 2, 2),
        (MULTIPLE, [3, 0], [0, 3]),
        (MULTIPLE, [], None),
        (TRUE_FALSE, False, False),
        (FILL_IN, ["x"], ["x", ""]),
        (FILL_IN, [" ", ""], None),
        (FILL_IN, [], None),
        (SHORT, "So.", "So."),
        (SHORT, "  ", None),
        (SINGLE, None, None),
    ],
)
def test_a_fitting_answer_is_stored(question: Question, answer: Answer, stored: Answer) -> None:
    assert fit(question, answer, "answers.4") == stored


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (SINGLE, 3),
        (SINGLE, True),
        (SINGLE, [1]),
        (SINGLE, "1"),
        (MULTIPLE, 1),
        (MULTIPLE, [0, 0]),
        (MULTIPLE, [4]),
        (MULTIPLE, ["0"]),
        (TRUE_FALSE, 1),
        (TRUE_FALSE, "true"),
        (FILL_IN, "x"),
        (FILL_IN, ["a", "b", "c"]),
        (FILL_IN, ["a", 1]),
        (SHORT, 7),
        (SHORT, ["x"]),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(question: Question, answer: Answer) -> None:
    with refuses(Code.BAD_ANSWER, field="answers.4"):
        fit(question, answer, "answers.4")


@pytest.mark.parametrize(
    ("question", "answer", "is_right", "points"),
    [
        (SINGLE, 1, True, 2.0),
        (SINGLE, 0, False, 0.0),
        (MULTIPLE, [0, 1, 3], True, 3.0),
        (MULTIPLE, [0, 3], False, 1.5),
        (MULTIPLE, [0, 2], False, 0.0),
        (MULTIPLE, [0, 1, 2, 3], False, 0.0),
        (TRUE_FALSE, False, True, 1.0),
        (TRUE_FALSE, True, False, 0.0),
        (FILL_IN, ["  new  york", "１＋１"], True, 4.0),
        (FILL_IN, ["nyc", "1 + 1"], True, 4.0),
        (FILL_IN, ["NYC", "2"], False, 0.0),
        (SHORT, "So.", None, None),
        (SHORT, None, False, 0.0),
        (SINGLE, None, False, 0.0),
    ],
)
def test_an_answer_is_marked(question: Question, answer: Answer, is_right: bool | None, points: float | None) -> None:
    assert mark(question, answer, True) == ExerciseMark(is_right=is_right, points=points)


def test_a_part_of_the_right_options_is_worth_nothing_where_the_teacher_says_so() -> None:
    assert mark(MULTIPLE, [0, 1], False) == ExerciseMark(is_right=False, points=0.0)
    assert mark(MULTIPLE, [0, 1, 3], False) == ExerciseMark(is_right=True, points=3.0)


def test_width_case_and_spaces_do_not_count() -> None:
    assert normal("ＡＢＣ　１２ ") == normal("abc12") == normal("Ab C 12")
    assert normal("Straße") == normal("STRASSE")
    assert normal("é") != normal("e")
