"""R74-R76: opening, signing, being late, being absent, being excused, and correcting."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from protocol.activity import ActivityClosed, CorrectResponse, Mine, Phase, ResponseCorrected
from protocol.envelopes import Body
from protocol.errors import Code
from server.core.activities.check_in import CHECK_IN
from server.core.closing import close, tally
from server.core.moment import millis
from server.core.response import correct, submit
from server.core.state import Answers, Response, StoredActivity
from server.core.view import view_mine, view_tally
from tests.core.making import (
    ACTIVITY,
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

CLASS = [a_student(number) for number in range(1, 5)]


def counted(activity: StoredActivity, *responses: Response) -> Body:
    found = tally(activity, Answers(responses=responses, students=CLASS))
    assert found is not None
    return found


def a_tally(waiting: str = "", **numbers: str) -> Body:
    """`present="21"`: students 2 and 1, in this order."""
    lists = {
        name: [account(int(number)) for number in numbers.get(name, "")]
        for name in ("present", "late", "excused", "absent")
    } | {"waiting": [account(int(number)) for number in waiting]}
    counts = {f"n_{name}": len(each) for name, each in lists.items()}
    return {"v": 1, "n_students": sum(counts.values()), **counts, "lists": lists}


def corrected(response: Response, status: str) -> Response:
    return structs.replace(response, correction={"v": 1, "status": status})


def unsigned(number: int, status: str) -> Response:
    return corrected(
        structs.replace(a_response(an_activity("check_in"), number), phase="none", value=None, submitted_at=None),
        status,
    )


def closed(activity: StoredActivity, *responses: Response) -> StoredActivity:
    """With the final tally of these answers."""
    answers = Answers(responses=responses, students=CLASS)
    event = the_event(close(a_classroom(), activity, now=NOW + 600 * SECOND, answers=answers), ActivityClosed)
    return replace(activity, phase="closed", closed_at=NOW + 600 * SECOND, tally=event.tally)


def test_a_draft_takes_only_a_sensible_limit() -> None:
    assert CHECK_IN.check_draft({}) == {"v": 1, "late_after_s": None}
    assert CHECK_IN.check_draft({"late_after_s": 300}) == {"v": 1, "late_after_s": 300}
    with refuses(Code.BAD_FIELD, field="late_after_s"):
        CHECK_IN.check_draft({"late_after_s": 0})


def test_staff_see_who_signed_in_order_and_who_did_not_yet() -> None:
    activity = an_activity("check_in")
    signed = [a_response(activity, 3, after_s=9), a_response(activity, 1, after_s=4)]
    assert counted(activity, *signed) == a_tally(present="13", waiting="24")


def test_who_signs_after_the_limit_is_late_and_nobody_is_without_one() -> None:
    timed = an_activity("check_in", {"late_after_s": 60})
    responses = [a_response(timed, 1, after_s=60), a_response(timed, 2, after_s=60.001)]
    assert counted(timed, *responses) == a_tally(present="1", late="2", waiting="34")
    untimed = an_activity("check_in")
    assert counted(untimed, a_response(untimed, 1, after_s=86_000)) == a_tally(present="1", waiting="234")


def test_the_close_makes_absent_of_who_did_not_sign() -> None:
    activity = an_activity("check_in")
    responses = (a_response(activity, 2), unsigned(3, "excused"))
    assert closed(activity, *responses).tally == a_tally(present="2", excused="3", absent="14")


def test_the_screen_sees_counts_and_students_see_nothing_of_the_others() -> None:
    activity = an_activity("check_in")
    whole = counted(activity, a_response(activity, 1))
    assert view_tally(activity, whole, "staff") == whole
    assert view_tally(activity, whole, "screen") == {**whole, "lists": None}
    assert view_tally(activity, whole, "student") is None


def test_students_see_their_own_status_at_once() -> None:
    activity = an_activity("check_in", {"late_after_s": 5})
    response = a_response(activity, 1, after_s=6)
    assert view_mine(activity, account(1), response) == Mine(
        phase="submitted",
        value={"v": 1},
        saved_at=millis(response.saved_at),
        submitted_at=millis(response.saved_at),
        is_auto=False,
        result={"v": 1, "status": "late"},
    )
    assert view_mine(activity, account(2), None) is None


def test_who_is_absent_sees_it_after_the_close_and_who_joined_later_does_not() -> None:
    activity = closed(an_activity("check_in"))
    absent = Mine(
        phase="none", value=None, saved_at=None, submitted_at=None, is_auto=False, result={"v": 1, "status": "absent"}
    )
    assert view_mine(activity, account(1), None) == absent
    assert view_mine(activity, account(9), None) is None


def test_signing_is_refused_after_the_close_and_says_nothing_else() -> None:
    activity = an_activity("check_in")
    assert submit(activity, {"extra": "x"}, now=NOW, before=None) == {"v": 1}
    with refuses(Code.ACTIVITY_CLOSED):
        submit(an_activity("check_in", phase="closed"), {}, now=NOW, before=None)
    with refuses(Code.BAD_ANSWER, field="v"):
        submit(activity, {"v": 2}, now=NOW, before=None)


def test_a_correction_is_an_audit_entry_with_the_new_final_tally() -> None:
    activity = closed(an_activity("check_in"), a_response(an_activity("check_in"), 2))
    # Student 9 joined later, student 4 has left: whoever was counted at the close is counted.
    answers = Answers(responses=[a_response(activity, 2)], students=[a_student(number) for number in (1, 2, 3, 9)])
    command = CorrectResponse(activity=ACTIVITY, account=account(1), correction={"status": "excused"}, reason=" Ill ")
    decided = correct(a_classroom(), activity, command, actor=an_actor(), now=NOW, answers=answers)
    assert the_event(decided, ResponseCorrected) == ResponseCorrected(
        activity=ACTIVITY,
        kind="check_in",
        state={"v": 1},
        account=account(1),
        correction={"v": 1, "status": "excused"},
        reason="Ill",
        by=account(99),
        tally=a_tally(present="2", excused="1", absent="34"),
    )


@pytest.mark.parametrize("phase", ["published", "closed"])
def test_a_correction_stands_above_what_was_signed(phase: Phase) -> None:
    activity = an_activity("check_in", phase=phase)
    response = corrected(a_response(activity, 1), "absent")
    mine = view_mine(activity, account(1), response)
    assert mine is not None
    assert mine.result == {"v": 1, "status": "absent"}
    answers = Answers(responses=[response], students=[a_student(1)])
    assert tally(activity, answers) == a_tally(absent="1")


def test_a_correction_without_a_reason_or_of_an_unknown_status_is_refused() -> None:
    answers = Answers(students=CLASS)
    wrong: list[tuple[Body, str, str]] = [({"status": "late"}, " ", "reason"), ({"status": "gone"}, "Ill", "status")]
    for correction, reason, field in wrong:
        command = CorrectResponse(activity=ACTIVITY, account=account(1), correction=correction, reason=reason)
        with refuses(Code.BAD_FIELD, field=field):
            correct(a_classroom(), an_activity("check_in"), command, actor=an_actor(), now=NOW, answers=answers)


def test_a_correction_while_it_runs_leaves_the_tally_to_the_gauge() -> None:
    command = CorrectResponse(activity=ACTIVITY, account=account(1), correction={"status": "excused"}, reason="Ill")
    answers = Answers(students=CLASS)
    decided = correct(a_classroom(), an_activity("check_in"), command, actor=an_actor(), now=NOW, answers=answers)
    assert the_event(decided, ResponseCorrected).tally is None


def test_who_was_excused_may_still_sign_and_stays_excused() -> None:
    activity = an_activity("check_in")
    assert submit(activity, {}, now=NOW, before=unsigned(1, "excused")) == {"v": 1}
    assert counted(activity, corrected(a_response(activity, 1), "excused")) == a_tally(excused="1", waiting="234")
