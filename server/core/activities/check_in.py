"""Check-in (签到): students sign while it is open; late after a while, absent at the close; the teacher corrects."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from protocol.activity import Phase
from protocol.envelopes import Audience, Body
from protocol.ids import AccountId
from server.core.activities import border
from server.core.activities.kind import Kind
from server.core.state import Answers, Response, StoredActivity

Status = Literal["present", "late", "excused", "absent"]


class CheckInConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Who signs later than `late_after_s` after the opening is late; without it nobody is."""

    v: Literal[1] = 1
    late_after_s: Annotated[int, Meta(ge=1, le=86_400)] | None = None


class CheckInState(msgspec.Struct, frozen=True, kw_only=True):
    v: Literal[1] = 1


class CheckInValue(msgspec.Struct, frozen=True, kw_only=True):
    """Signing says nothing but that one is here."""

    v: Literal[1] = 1


class CheckInResult(msgspec.Struct, frozen=True, kw_only=True):
    v: Literal[1] = 1
    status: Status


class CheckInCorrection(msgspec.Struct, frozen=True, kw_only=True):
    v: Literal[1] = 1
    status: Status


class CheckInLists(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody once. `present` and `late` in the order of signing; `waiting` have not signed yet."""

    present: list[AccountId]
    late: list[AccountId]
    excused: list[AccountId]
    absent: list[AccountId]
    waiting: list[AccountId]


class CheckInTally(msgspec.Struct, frozen=True, kw_only=True):
    """`lists` is for staff; the screen has the counts alone."""

    v: Literal[1] = 1
    n_students: int
    n_present: int
    n_late: int
    n_excused: int
    n_absent: int
    n_waiting: int
    lists: CheckInLists | None


def _check_draft(config: Body) -> Body:
    return border.body(border.config(config, CheckInConfig))


def _begin(config: Body) -> Body:
    return border.body(CheckInState())


def _accept(activity: StoredActivity, value: Body) -> Body:
    return border.body(border.answer(value, CheckInValue))


def _late_from(activity: StoredActivity) -> datetime | None:
    """Who signs after this is late; None: nobody is."""
    assert activity.published_at is not None, "a draft takes no answers"
    late_after_s = border.stored(activity.config, CheckInConfig).late_after_s
    return None if late_after_s is None else activity.published_at + timedelta(seconds=late_after_s)


def _status(response: Response, late_from: datetime | None) -> Status:
    if response.correction is not None:
        return border.stored(response.correction, CheckInCorrection).status
    assert response.submitted_at is not None, "nobody has a response who neither signed nor was corrected"
    return "late" if late_from is not None and response.submitted_at > late_from else "present"


def _final(activity: StoredActivity) -> CheckInLists | None:
    return None if activity.tally is None else border.stored(activity.tally, CheckInTally).lists


def _judge(activity: StoredActivity, account: AccountId, response: Response | None) -> Body | None:
    if response is not None:
        return border.body(CheckInResult(status=_status(response, _late_from(activity))))
    # Nothing is known yet, or nothing was asked of those who joined after the close.
    final = _final(activity)
    if final is None or account not in final.absent:
        return None
    return border.body(CheckInResult(status="absent"))


def _roster(activity: StoredActivity, answers: Answers) -> list[AccountId]:
    """Whoever counts: at a recount those who were counted at the close, since later students missed nothing."""
    final = _final(activity)
    if final is None:
        return [student.account for student in answers.students]
    return [*final.present, *final.late, *final.excused, *final.absent]


def _count(activity: StoredActivity, answers: Answers) -> Body:
    signed = sorted(answers.responses, key=lambda each: (each.submitted_at or each.saved_at, each.account))
    late_from = _late_from(activity)
    statuses = {each.account: _status(each, late_from) for each in signed}
    silent = [account for account in _roster(activity, answers) if account not in statuses]
    of: dict[Status, list[AccountId]] = {"present": [], "late": [], "excused": [], "absent": []}
    for account, status in statuses.items():
        of[status].append(account)
    is_closed = activity.phase == "closed"
    lists = CheckInLists(
        present=of["present"],
        late=of["late"],
        excused=of["excused"],
        absent=of["absent"] + silent if is_closed else of["absent"],
        waiting=[] if is_closed else silent,
    )
    return border.body(
        CheckInTally(
            n_students=len(statuses) + len(silent),
            n_present=len(lists.present),
            n_late=len(lists.late),
            n_excused=len(lists.excused),
            n_absent=len(lists.absent),
            n_waiting=len(lists.waiting),
            lists=lists,
        )
    )


def _show_tally(tally: Body, phase: Phase, state: Body, audience: Audience) -> Body | None:
    if audience == "staff":
        return tally
    return {**tally, "lists": None} if audience == "screen" else None


def _correct(activity: StoredActivity, response: Response | None, correction: Body) -> Body:
    return border.body(border.config(correction, CheckInCorrection))


CHECK_IN = Kind(
    name="check_in",
    config=CheckInConfig,
    state=CheckInState,
    value=CheckInValue,
    tally=CheckInTally,
    result=CheckInResult,
    correction=CheckInCorrection,
    needs_title=False,
    correction_needs_reason=True,
    check_draft=_check_draft,
    begin=_begin,
    accept=_accept,
    judge=_judge,
    count=_count,
    show_tally=_show_tally,
    correct=_correct,
)
