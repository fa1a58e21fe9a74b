"""R81: opinions, named or anonymous; results that the teacher shows or hides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from msgspec import structs

from protocol.activity import ActivityChanged, ActOnActivity
from protocol.envelopes import Body
from protocol.errors import Code
from server.core.activities.survey import SURVEY, TALLY_CHARS
from server.core.activity import act
from server.core.closing import tally
from server.core.response import is_anonymous, save, submit
from server.core.state import Answers, StoredActivity
from server.core.view import view_event, view_mine, view_responses, view_tally
from tests.core.making import (
    ACTIVITY,
    NOW,
    a_classroom,
    a_response,
    a_student,
    account,
    an_activity,
    refuses,
    the_event,
)

SINGLE: Body = {"type": "single", "text": "Pace?", "options": ["slow", "good", "fast"]}
MULTIPLE: Body = {"type": "multiple", "text": "Topics?", "options": ["a", "b"], "is_required": False}
RATING: Body = {"type": "rating", "text": "How was it?", "most": 10}
TEXT: Body = {"type": "text", "text": "Anything else?"}
CONFIG: Body = {"questions": [SINGLE, MULTIPLE, RATING, TEXT]}
CLASS = [a_student(number) for number in range(1, 8)]


def a_survey(**config: object) -> StoredActivity:
    return an_activity("survey", {**CONFIG, **config})


def told(activity: StoredActivity, *values: Sequence[object]) -> Answers:
    """As the store has them: of an anonymous survey the responses say nothing."""
    responses = [a_response(activity, number, {"answers": list(value)}) for number, value in enumerate(values, start=1)]
    if not is_anonymous(activity):
        return Answers(responses=responses, students=CLASS)
    return Answers(
        responses=[structs.replace(each, value=None) for each in responses],
        values=[each.value for each in responses if each.value is not None],
        students=CLASS,
    )


def counted(activity: StoredActivity, *values: Sequence[object]) -> Body:
    found = tally(activity, told(activity, *values))
    assert found is not None
    return found


def test_a_draft_may_be_empty_and_a_published_survey_asks_something() -> None:
    assert SURVEY.check_draft({}) == {"v": 1, "questions": [], "is_anonymous": False}
    SURVEY.check(SURVEY.check_draft(CONFIG))
    for questions, field in (
        ([], "questions"),
        ([RATING, {**TEXT, "text": ""}], "questions.1.text"),
        ([{**SINGLE, "options": ["a"]}], "questions.0.options"),
        ([{**MULTIPLE, "options": ["a", "a"]}], "questions.0.options.1"),
    ):
        with refuses(Code.BAD_FIELD, field=field):
            SURVEY.check(SURVEY.check_draft({"questions": questions}))


@pytest.mark.parametrize(
    ("questions", "field"),
    [([TEXT] * 51, "questions"), ([{**RATING, "most": 7}], "questions.0.most")],
)
def test_a_draft_is_bounded(questions: list[Body], field: str) -> None:
    with refuses(Code.BAD_FIELD, field=field):
        SURVEY.check_draft({"questions": questions})


def test_a_fitting_answer_is_stored() -> None:
    stored = submit(a_survey(), {"answers": [2, [1, 0], 10, " fine "]}, now=NOW, before=None)
    assert stored == {"v": 1, "answers": [2, [0, 1], 10, "fine"]}
    assert submit(a_survey(), {"answers": [0, [], 1]}, now=NOW, before=None) == {
        "v": 1,
        "answers": [0, None, 1, None],
    }


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ([], "answers.0"),
        ([0, None, None], "answers.2"),
        ([3, None, 1], "answers.0"),
        ([True, None, 1], "answers.0"),
        ([[0], None, 1], "answers.0"),
        ([0, [2], 1], "answers.1"),
        ([0, [0, 0], 1], "answers.1"),
        ([0, None, 0], "answers.2"),
        ([0, None, 11], "answers.2"),
        ([0, None, 1, 5], "answers.3"),
        ([0, None, 1, "x" * 501], "answers.3"),
        ([0, None, 1, None, None], "answers"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_at_its_place(answers: list[object], field: str) -> None:
    with refuses(Code.BAD_ANSWER, field=field):
        submit(a_survey(), {"answers": answers}, now=NOW, before=None)


def test_no_drafts_of_answers_are_kept() -> None:
    with refuses(Code.BAD_PHASE):
        save(a_survey(), {"answers": [0]}, now=NOW)


def test_staff_see_charts_of_every_question() -> None:
    assert counted(a_survey(), [0, [0, 1], 10, "b"], [2, [0], 5, "a"], [2, None, 6, None]) == {
        "v": 1,
        "n_students": 7,
        "n_answers": 3,
        "is_withheld": False,
        "questions": [
            {"n_answered": 3, "options": [1, 0, 2], "average": None, "texts": None},
            {"n_answered": 2, "options": [2, 1], "average": None, "texts": None},
            {"n_answered": 3, "options": [0, 0, 0, 0, 1, 1, 0, 0, 0, 1], "average": 7.0, "texts": None},
            {"n_answered": 2, "options": None, "average": None, "texts": ["a", "b"]},
        ],
    }


def test_a_question_that_nobody_answered_has_a_chart_too() -> None:
    activity = an_activity("survey", {"questions": [RATING, TEXT]})
    assert counted(activity)["questions"] == [
        {"n_answered": 0, "options": [0] * 10, "average": None, "texts": None},
        {"n_answered": 0, "options": None, "average": None, "texts": []},
    ]


def test_the_texts_of_a_tally_are_bounded_and_all_of_them_counted() -> None:
    activity = an_activity("survey", {"questions": [TEXT, TEXT]})
    n_fitting = TALLY_CHARS // 2 // 500
    values: list[list[object]] = [[f"{number:03}".ljust(500, "x")] for number in range(n_fitting + 1)]
    first, second = as_list(counted(activity, *values)["questions"])
    assert first["n_answered"] == n_fitting + 1
    assert first["texts"] == [f"{number:03}".ljust(500, "x") for number in range(n_fitting)]
    assert second["texts"] == []


def test_fewer_than_five_anonymous_answers_are_withheld_from_everybody() -> None:
    activity = a_survey(is_anonymous=True)
    four = counted(activity, *[[0, None, 1]] * 4)
    assert four == {"v": 1, "n_students": 7, "n_answers": 4, "is_withheld": True, "questions": []}
    five = counted(activity, *[[0, None, 1]] * 5)
    assert (five["n_answers"], five["is_withheld"], len(as_list(five["questions"]))) == (5, False, 4)


def test_the_order_of_anonymous_texts_tells_nothing() -> None:
    activity = an_activity("survey", {"questions": [TEXT], "is_anonymous": True})
    forth: list[list[object]] = [["e"], ["d"], ["a"], ["c"], ["b"]]
    assert counted(activity, *forth) == counted(activity, *reversed(forth))


def test_staff_learn_who_took_part_in_an_anonymous_survey_only_after_it_and_never_when_or_how() -> None:
    activity = a_survey(is_anonymous=True)
    answers = replace(told(activity, [0, None, 1]), students=CLASS[:2])
    assert view_responses(activity, answers) == []
    took_part, did_not = view_responses(replace(activity, phase="closed"), answers)
    assert (took_part.account, took_part.phase, took_part.value, took_part.submitted_at) == (
        account(1),
        "submitted",
        None,
        None,
    )
    assert (did_not.account, did_not.phase) == (account(2), "none")


def test_ones_own_answer_to_an_anonymous_survey_is_not_kept_with_ones_name() -> None:
    activity = a_survey(is_anonymous=True)
    [response] = told(activity, [0, None, 1]).responses
    mine = view_mine(activity, account(1), response)
    assert mine is not None
    assert (mine.phase, mine.value, mine.result) == ("submitted", None, None)


def test_students_and_screen_see_results_once_shown_and_never_texts() -> None:
    activity = a_survey()
    whole = counted(activity, [0, [0], 1, "mine"])
    assert view_tally(activity, whole, "staff") == whole
    assert view_tally(activity, whole, "student") is None
    assert view_tally(activity, whole, "screen") == {**whole, "questions": []}
    shown = replace(activity, state={"v": 1, "is_shown": True})
    for audience in ("student", "screen"):
        assert view_tally(shown, whole, audience) == {
            **whole,
            "questions": [{**each, "texts": None} for each in as_list(whole["questions"])],
        }


def test_showing_and_hiding_are_events_and_doing_it_twice_is_not() -> None:
    activity = a_survey()
    show, hide = (ActOnActivity(activity=ACTIVITY, verb=verb) for verb in ("show_results", "hide_results"))
    assert the_event(act(a_classroom(), activity, show, now=NOW), ActivityChanged) == ActivityChanged(
        activity=ACTIVITY,
        kind="survey",
        verb="show_results",
        phase="published",
        state={"v": 1, "is_shown": True},
    )
    assert act(a_classroom(), activity, hide, now=NOW).events == ()


def test_showing_a_closed_survey_carries_the_final_tally_to_those_who_may_now_see_it() -> None:
    closed = replace(an_activity("survey", CONFIG, "closed"), tally=counted(a_survey(), [0, None, 1, "text"]))
    show = ActOnActivity(activity=ACTIVITY, verb="show_results")
    event = the_event(act(a_classroom(in_session=False), closed, show, now=NOW), ActivityChanged)
    assert event.tally == closed.tally
    shown = replace(closed, state=event.state)
    assert closed.tally is not None
    seen = view_event(event, "student")
    assert isinstance(seen, ActivityChanged)
    assert seen.tally == view_tally(shown, closed.tally, "student") is not None
    hidden = the_event(
        act(a_classroom(), shown, ActOnActivity(activity=ACTIVITY, verb="hide_results"), now=NOW), ActivityChanged
    )
    seen = view_event(hidden, "student")
    assert isinstance(seen, ActivityChanged)
    assert seen.tally is None


def as_list(value: object) -> list[Body]:
    assert isinstance(value, list)
    return value
