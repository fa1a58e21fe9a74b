"""R77-R80: questions with keys, a time limit, one's own result after submitting, statistics for staff."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs

from protocol.activity import ActivityClosed, CorrectResponse, Mine, Phase, ResponseCorrected
from protocol.codec import Format, decode_client, encode
from protocol.envelopes import Body, Command
from protocol.errors import Code
from server.core.activities.exercise import EXERCISE
from server.core.closing import close, tally
from server.core.moment import millis
from server.core.response import correct, submit
from server.core.state import Answers, Response, StoredActivity
from server.core.view import view_mine, view_tally
from tests.core.making import (
    ACTIVITY,
    CLASSROOM,
    NOW,
    SECOND,
    a_classroom,
    a_response,
    a_student,
    account,
    an_activity,
    an_actor,
    refuses,
    the_event,
)

SINGLE: Body = {"type": "single", "text": "2 + 2?", "options": ["3", "4"], "key": 1, "points": 2}
MULTIPLE: Body = {"type": "multiple", "text": "Even?", "options": ["1", "2", "4"], "key": [1, 2], "points": 3}
TRUE_FALSE: Body = {"type": "true_false", "text": "1 < 2", "key": True, "explanation": "Count."}
FILL_IN: Body = {"type": "fill_in", "text": "The capital is _.", "key": [["Rome"]], "points": 2}
SHORT: Body = {"type": "short_text", "text": "Why?", "key": "So.", "points": 4}
CONFIG: Body = {"questions": [SINGLE, MULTIPLE, TRUE_FALSE, FILL_IN, SHORT]}
WIRES: tuple[Format, ...] = ("msgpack", "json")
CLASS = [a_student(number) for number in (1, 2, 3)]


def an_exercise(**config: object) -> StoredActivity:
    return an_activity("exercise", {**CONFIG, **config})


def answered(activity: StoredActivity, number: int, *answers: object, saved: bool = False) -> Response:
    return a_response(activity, number, {"answers": list(answers)}, saved=saved)


def counted(activity: StoredActivity, *responses: Response) -> Body:
    found = tally(activity, Answers(responses=responses, students=CLASS))
    assert found is not None
    return found


def result_of(activity: StoredActivity, response: Response) -> Body | None:
    mine = view_mine(activity, response.account, response)
    return None if mine is None else mine.result


def grading(number: int = 1, **points: float) -> CorrectResponse:
    """`q4=3.0`: three points for question 4, from 0."""
    given: Body = {"points": {question.removeprefix("q"): each for question, each in points.items()}}
    return CorrectResponse(activity=ACTIVITY, account=account(number), correction=given)


def test_a_draft_may_be_empty_and_is_tidied() -> None:
    assert EXERCISE.check_draft({}) == {
        "v": 1,
        "questions": [],
        "time_limit_s": None,
        "half_points": True,
        "reveal_key": True,
    }
    drafted = EXERCISE.check_draft({"questions": [{"type": "fill_in", "key": [["a"], ["b"]]}], "time_limit_s": 60})
    assert drafted["questions"] == [
        {"type": "fill_in", "text": "", "n_blanks": 2, "key": [["a"], ["b"]], "points": 1.0, "explanation": ""}
    ]


def test_an_exercise_without_questions_or_with_an_unfinished_one_is_not_complete() -> None:
    EXERCISE.check(EXERCISE.check_draft(CONFIG))
    with refuses(Code.BAD_FIELD, field="questions"):
        EXERCISE.check(EXERCISE.check_draft({}))
    with refuses(Code.BAD_FIELD, field="questions.1.key"):
        EXERCISE.check(EXERCISE.check_draft({"questions": [SINGLE, {**MULTIPLE, "key": []}]}))


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"questions": [TRUE_FALSE] * 51}, "questions"),
        ({"questions": [{**SINGLE, "points": 101}]}, "questions.0.points"),
        ({"questions": [{**SINGLE, "points": 0.1}]}, "questions.0.points"),
        ({"questions": [{**SINGLE, "text": "x" * 2_001}]}, "questions.0.text"),
        ({"time_limit_s": 0}, "time_limit_s"),
        ({"time_limit_s": 86_401}, "time_limit_s"),
    ],
)
def test_a_draft_is_bounded(config: Body, field: str) -> None:
    with refuses(Code.BAD_FIELD, field=field):
        EXERCISE.check_draft(config)


def test_a_time_limit_sets_the_deadline() -> None:
    assert an_exercise(time_limit_s=90).deadline_at == NOW + timedelta(seconds=90)
    assert an_exercise().deadline_at is None


def test_answers_are_padded_to_the_questions() -> None:
    stored = submit(an_exercise(), {"answers": [1, [2, 1]]}, now=NOW, before=None)
    assert stored == {"v": 1, "answers": [1, [1, 2], None, None, None]}


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ([None] * 6, "answers"),
        ([1, [1], 1], "answers.2"),
        ([99], "answers.0"),
        (["x" * 2_001], "answers.0"),
        ([{}], "answers.0"),
    ],
)
def test_answers_that_do_not_fit_are_refused_at_their_place(answers: list[object], field: str) -> None:
    with refuses(Code.BAD_ANSWER, field=field):
        submit(an_exercise(), {"answers": answers}, now=NOW, before=None)


def test_the_own_result_is_seen_after_submitting_and_not_before() -> None:
    activity = an_exercise()
    assert result_of(activity, answered(activity, 1, 1, saved=True)) is None
    assert view_mine(activity, account(1), None) is None
    response = answered(activity, 1, 1, [1], False, ["ＲＯＭＥ"], "Because")
    assert view_mine(activity, account(1), response) == Mine(
        phase="submitted",
        value={"v": 1, "answers": [1, [1], False, ["ＲＯＭＥ"], "Because"]},
        saved_at=millis(response.saved_at),
        submitted_at=millis(response.saved_at),
        is_auto=False,
        result={
            "v": 1,
            "points": 5.5,
            "max_points": 12.0,
            "n_ungraded": 1,
            "marks": [
                {"is_right": True, "points": 2.0},
                {"is_right": False, "points": 1.5},
                {"is_right": False, "points": 0.0},
                {"is_right": True, "points": 2.0},
                {"is_right": None, "points": None},
            ],
        },
    )


def test_staff_see_statistics_of_every_question() -> None:
    activity = an_exercise()
    responses = [
        answered(activity, 1, 1, [1, 2], True, [" Rome "], "So"),
        answered(activity, 2, 0, [1], False, ["rome"]),
        answered(activity, 3, 0, saved=True),
    ]
    assert counted(activity, *responses) == {
        "v": 1,
        "n_students": 3,
        "n_saved": 1,
        "n_submitted": 2,
        "points": 5.75,
        "max_points": 12.0,
        "questions": [
            {"n_answered": 2, "n_right": 1, "n_ungraded": 0, "points": 1.0, "options": [1, 1], "top": None},
            {"n_answered": 2, "n_right": 1, "n_ungraded": 0, "points": 2.25, "options": [0, 2, 1], "top": None},
            {"n_answered": 2, "n_right": 1, "n_ungraded": 0, "points": 0.5, "options": [1, 1], "top": None},
            {
                "n_answered": 2,
                "n_right": 2,
                "n_ungraded": 0,
                "points": 2.0,
                "options": None,
                "top": [[{"text": "Rome", "n": 2}]],
            },
            {"n_answered": 1, "n_right": 0, "n_ungraded": 1, "points": 0.0, "options": None, "top": None},
        ],
    }


def test_the_most_frequent_fill_ins_come_first_and_blanks_are_not_counted() -> None:
    activity = an_activity("exercise", {"questions": [{**FILL_IN, "key": [["a"], ["b"]]}]})
    spoken = ["x", "X ", "ｘ", "y", "z", "y", "w", "v", "u"]
    responses = [answered(activity, number, [text, "" if number else "b"]) for number, text in enumerate(spoken)]
    [question] = [each for each in as_list(counted(activity, *responses)["questions"])]
    assert question["top"] == [
        [
            {"text": "X", "n": 3},
            {"text": "y", "n": 2},
            {"text": "u", "n": 1},
            {"text": "v", "n": 1},
            {"text": "w", "n": 1},
        ],
        [{"text": "b", "n": 1}],
    ]


def test_an_empty_class_has_a_tally_too() -> None:
    assert counted(an_exercise())["points"] is None
    assert counted(an_exercise())["n_submitted"] == 0


def test_students_see_no_statistics_and_the_screen_those_of_a_closed_exercise() -> None:
    activity = an_exercise()
    whole = counted(activity, answered(activity, 1, 1, [1], True, ["a secret"], "text"))
    closed = replace(activity, phase="closed")
    assert view_tally(activity, whole, "student") is None
    assert view_tally(closed, whole, "student") is None
    assert view_tally(activity, whole, "staff") == whole
    assert view_tally(activity, whole, "screen") == {**whole, "points": None, "questions": []}
    seen = view_tally(closed, whole, "screen")
    assert seen == {**whole, "questions": [{**each, "top": None} for each in as_list(whole["questions"])]}


def test_keys_are_shown_to_students_after_the_close_unless_the_teacher_keeps_them() -> None:
    shown, kept = an_exercise(), an_exercise(reveal_key=False)
    hidden: list[tuple[StoredActivity, Phase]] = [(shown, "published"), (kept, "published"), (kept, "closed")]
    for audience in ("student", "screen"):
        assert EXERCISE.view(shown.config, "closed", audience) == shown.config
        for activity, phase in hidden:
            seen = EXERCISE.view(activity.config, phase, audience)
            questions = as_list(seen["questions"])
            assert [each["key"] for each in questions] == [None] * 5
            assert [each["explanation"] for each in questions] == [""] * 5
            assert [each["points"] for each in questions] == [2.0, 3.0, 1.0, 2.0, 4.0]
    assert EXERCISE.view(kept.config, "published", "staff") == kept.config


def test_the_teacher_grades_question_by_question() -> None:
    activity = an_exercise()
    response = answered(activity, 1, 0, None, None, None, "Because")
    answers = Answers(responses=[response], students=CLASS)
    first = the_event(
        correct(a_classroom(), activity, grading(q4=3), actor=an_actor(), now=NOW, answers=answers), ResponseCorrected
    )
    assert first.correction == {"v": 1, "points": {"4": 3.0}}
    graded = structs.replace(response, correction=first.correction)
    again = the_event(
        correct(
            a_classroom(),
            activity,
            grading(q0=2),
            actor=an_actor(),
            now=NOW,
            answers=Answers(responses=[graded], students=CLASS),
        ),
        ResponseCorrected,
    )
    assert again.correction == {"v": 1, "points": {"4": 3.0, "0": 2.0}}
    result = result_of(activity, structs.replace(response, correction=again.correction))
    assert result == {
        "v": 1,
        "points": 5.0,
        "max_points": 12.0,
        "n_ungraded": 0,
        "marks": [
            {"is_right": True, "points": 2.0},
            {"is_right": False, "points": 0.0},
            {"is_right": False, "points": 0.0},
            {"is_right": False, "points": 0.0},
            {"is_right": False, "points": 3.0},
        ],
    }


def test_grading_after_the_close_makes_a_new_final_tally_of_the_same_class() -> None:
    activity = an_exercise()
    responses = (answered(activity, 1, 1), answered(activity, 2, None, None, None, None, "So", saved=True))
    answers = Answers(responses=responses, students=CLASS)
    event = the_event(close(a_classroom(), activity, now=NOW + 60 * SECOND, answers=answers), ActivityClosed)
    assert event.tally is not None
    assert (event.tally["n_submitted"], event.tally["points"], event.tally["n_saved"]) == (2, 1.0, 0)
    closed = replace(activity, phase="closed", closed_at=NOW + 60 * SECOND, tally=event.tally)
    handed_in = structs.replace(responses[1], phase="submitted", submitted_at=NOW + 60 * SECOND, is_auto=True)
    later = Answers(responses=[responses[0], handed_in], students=CLASS[:1])
    graded = correct(a_classroom(), closed, grading(2, q4=4), actor=an_actor(), now=NOW, answers=later)
    final = the_event(graded, ResponseCorrected).tally
    assert final is not None
    assert (final["n_students"], final["n_submitted"], final["points"]) == (3, 2, 3.0)


@pytest.mark.parametrize("points", [{"q5": 1.0}, {"q0": 2.25}, {"qx": 1.0}])
def test_points_beyond_the_question_are_refused(points: dict[str, float]) -> None:
    activity = an_exercise()
    [number] = [each.removeprefix("q") for each in points]
    answers = Answers(responses=[answered(activity, 1, 1)])
    with refuses(Code.BAD_FIELD, field=f"points.{number}"):
        correct(a_classroom(), activity, grading(1, **points), actor=an_actor(), now=NOW, answers=answers)


def test_nothing_is_graded_that_was_not_submitted() -> None:
    activity = an_exercise()
    for responses in ([], [answered(activity, 1, 1, saved=True)]):
        with refuses(Code.BAD_PHASE):
            correct(
                a_classroom(),
                activity,
                grading(q0=1),
                actor=an_actor(),
                now=NOW,
                answers=Answers(responses=responses, students=CLASS),
            )


def as_list(value: object) -> list[Body]:
    assert isinstance(value, list)
    return value


def test_the_deepest_draft_and_answer_fit_the_bounds_of_the_wire() -> None:
    questions = [{**FILL_IN, "key": [["Rome", "Roma"]]}]
    body: Body = {"kind": "exercise", "title": "Title", "config": {"questions": questions}}
    draft = Command(id="command1", op="activity.draft", stream=CLASSROOM, body=body)
    answer = Command(
        id="command2",
        op="response.submit",
        stream=CLASSROOM,
        body={"activity": ACTIVITY, "value": {"answers": [["Rome"], [0, 1]]}},
    )
    for command in (draft, answer):
        for wire in WIRES:
            assert decode_client(encode(command, wire), wire) == [command]
