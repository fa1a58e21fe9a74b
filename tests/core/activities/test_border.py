"""Where a body does not fit, the place is named so that a form can point at it."""

from __future__ import annotations

import msgspec
import pytest

from protocol.errors import Code
from server.core.activities import border
from server.core.activities.exercise import ExerciseConfig, ExerciseCorrection, ExerciseValue
from tests.core.making import refuses


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"questions": [{"type": "single"}, {"type": "single", "options": ["x"] * 11}]}, "questions.1.options"),
        ({"questions": [{"type": "fill_in", "key": [["a"], ["b", 3]]}]}, "questions.0.key.1.1"),
        ({"questions": [{"type": "essay"}]}, "questions.0.type"),
        ({"questions": [{"text": "?"}]}, "questions.0.type"),
        ({"questions": {}}, "questions"),
        ({"v": 2}, "v"),
        ({"time_limit_s": True}, "time_limit_s"),
    ],
)
def test_a_config_that_does_not_fit_names_the_place(body: dict[str, object], field: str) -> None:
    with refuses(Code.BAD_FIELD, field=field):
        border.config(body, ExerciseConfig)


def test_a_missing_field_is_named() -> None:
    with refuses(Code.BAD_FIELD, field="points"):
        border.config({}, ExerciseCorrection)


def test_a_body_that_is_no_map_is_refused_as_a_whole() -> None:
    with refuses(Code.BAD_FIELD, field="points"):
        border.config({"points": []}, ExerciseCorrection)


def test_an_answer_that_does_not_fit_names_the_place() -> None:
    with refuses(Code.BAD_ANSWER, field="answers.1"):
        border.answer({"answers": [None, 1.5]}, ExerciseValue)


def test_unknown_fields_are_ignored() -> None:
    assert border.answer({"answers": [1], "later": 1}, ExerciseValue) == ExerciseValue(answers=[1])


def test_a_stored_body_that_does_not_fit_is_a_fault_and_no_refusal() -> None:
    with pytest.raises(msgspec.ValidationError):
        border.stored({"v": 2}, ExerciseConfig)
