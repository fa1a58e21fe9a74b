"""Answers: which count, as what they are stored, and how a teacher corrects them. Nobody here asks who may."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import msgspec

from protocol.activity import CorrectResponse, ResponseCorrected
from protocol.envelopes import Body
from protocol.errors import Code, Refused
from protocol.ids import AccountId, StreamId
from server.core.activities.registry import kind_of
from server.core.activity import GRACE, here
from server.core.closing import tally
from server.core.fact import Decided, New
from server.core.state import Actor, Answers, Classroom, Response, StoredActivity


def accepts_at(activity: StoredActivity, now: datetime, saved_at: datetime | None) -> bool:
    """Whether an answer that arrives now counts, by time alone (R77).

    After the deadline only the grace is left, and only for those whose draft (`saved_at`) arrived in time (D7).
    """
    deadline = activity.deadline_at
    if deadline is None or now <= deadline:
        return True
    return now <= deadline + GRACE and saved_at is not None and saved_at <= deadline


def save(activity: StoredActivity | None, value: Body, *, now: datetime) -> Body:
    """What is typed so far, as it is stored. Raises Refused. The store must not let it replace a submitted answer."""
    found = _open(activity, now, None)
    keep = kind_of(found.kind).keep
    if keep is None:
        raise Refused(Code.BAD_PHASE, "keeps no drafts")
    return keep(found, value)


def submit(activity: StoredActivity | None, value: Body, *, now: datetime, before: Response | None) -> Body:
    """The answer, as it is stored: in the response, or apart from it where `is_anonymous`. Raises Refused.

    `before` is the student's response until now.
    """
    found = _open(activity, now, before.saved_at if before is not None and before.phase == "saved" else None)
    if before is not None and before.phase == "submitted":
        raise Refused(Code.ALREADY_ANSWERED)
    accept = kind_of(found.kind).accept
    if accept is None:
        raise Refused(Code.BAD_PHASE, "takes no answers")
    return accept(found, value)


def is_anonymous(activity: StoredActivity) -> bool:
    """Whether its answers are kept apart from who gave them."""
    return kind_of(activity.kind).is_anonymous(activity.config)


def correct(
    classroom: Classroom,
    activity: StoredActivity | None,
    command: CorrectResponse,
    *,
    actor: Actor,
    now: datetime,
    answers: Answers,
) -> Decided:
    """Correct one student's response, while the activity runs or any time later.

    `answers`: all of them when it is closed, for the new final tally; else at least that student's.
    """
    found = here(classroom, activity)
    kind = kind_of(found.kind)
    if kind.correct is None or found.phase == "draft":
        raise Refused(Code.BAD_PHASE)
    account = AccountId(command.account)
    before = next((each for each in answers.responses if each.account == account), None)
    if before is None and all(each.account != account for each in answers.students):
        raise Refused(Code.NOT_A_MEMBER)
    reason = command.reason.strip()
    if kind.correction_needs_reason and not reason:
        raise Refused(Code.BAD_FIELD, "no reason", data={"field": "reason"})
    correction = kind.correct(found, before, command.correction)
    corrected = _corrected(found, account, before, correction, now)
    event = ResponseCorrected(
        activity=found.id,
        kind=found.kind,
        state=found.state,
        account=account,
        correction=correction,
        reason=reason,
        by=actor.account,
        tally=_retally(found, answers, corrected),
    )
    return Decided(events=(New(stream=StreamId(classroom.id), body=event),))


def _open(activity: StoredActivity | None, now: datetime, saved_at: datetime | None) -> StoredActivity:
    if activity is None or activity.phase == "draft":
        raise Refused(Code.NOT_FOUND)
    if not accepts_at(activity, now, saved_at):
        raise Refused(Code.TOO_LATE)
    if activity.phase == "closed":
        raise Refused(Code.ACTIVITY_CLOSED)
    return activity


def _corrected(
    activity: StoredActivity, account: AccountId, before: Response | None, correction: Body, now: datetime
) -> Response:
    if before is not None:
        return msgspec.structs.replace(before, correction=correction)
    return Response(
        activity=activity.id,
        account=account,
        phase="none",
        value=None,
        saved_at=now,
        submitted_at=None,
        is_auto=False,
        correction=correction,
        rev=1,
    )


def _retally(activity: StoredActivity, answers: Answers, corrected: Response) -> Body | None:
    """The new final tally; while the activity runs there is none: the gauge follows by itself."""
    if activity.phase != "closed":
        return None
    others = [each for each in answers.responses if each.account != corrected.account]
    return tally(activity, replace(answers, responses=[*others, corrected]))
