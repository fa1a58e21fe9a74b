"""How an activity closes: by hand, at its deadline, or with 下课. Drafts of answers count as submitted then (D7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import msgspec

from protocol.activity import ActivityClosed
from protocol.envelopes import Body
from protocol.errors import Code, Refused
from protocol.ids import StreamId
from server.core.activities.registry import kind_of
from server.core.activity import due_at, here, must_be
from server.core.fact import Decided, New
from server.core.moment import millis
from server.core.state import Answers, Classroom, Response, StoredActivity


def close(classroom: Classroom, activity: StoredActivity | None, *, now: datetime, answers: Answers) -> Decided:
    """Close by hand. `answers` as they stand under the lock."""
    found = here(classroom, activity)
    must_be(found, "published")
    if not kind_of(found.kind).may_close:
        raise Refused(Code.BAD_PHASE)
    return Decided(events=(close_now(classroom, found, now=now, answers=answers),))


def close_due(classroom: Classroom, activity: StoredActivity | None, *, now: datetime, answers: Answers) -> Decided:
    """Close as the system, at the deadline. No event when it is not due (any more): an alarm may ring twice."""
    due = None if activity is None or activity.phase != "published" else due_at(activity)
    if activity is None or due is None or now < due:
        return Decided()
    return Decided(events=(close_now(classroom, activity, now=now, answers=answers),))


def closes_with_session(activity: StoredActivity) -> bool:
    """Whether 下课 closes it (D10)."""
    return activity.phase == "published" and kind_of(activity.kind).may_close


def close_now(classroom: Classroom, activity: StoredActivity, *, now: datetime, answers: Answers) -> New:
    """The close of a published activity. 下课 asks for it where `closes_with_session`, before its own event."""
    closed = replace(activity, phase="closed", closed_at=now)
    handed_in = replace(answers, responses=[hand_in(each, now) for each in answers.responses])
    event = ActivityClosed(
        activity=activity.id,
        kind=activity.kind,
        state=activity.state,
        closed_at=millis(now),
        tally=tally(closed, handed_in),
        config=activity.config,
    )
    return New(stream=StreamId(classroom.id), body=event)


def hand_in(response: Response, at: datetime) -> Response:
    """What the close makes of a response: a saved one is submitted by the server (D7), the others stay."""
    if response.phase != "saved":
        return response
    return msgspec.structs.replace(response, phase="submitted", submitted_at=at, is_auto=True)


def has_tally(activity: StoredActivity) -> bool:
    return kind_of(activity.kind).count is not None


def tally(activity: StoredActivity, answers: Answers) -> Body | None:
    """Staff's tally of these answers; None where the kind has none."""
    count = kind_of(activity.kind).count
    return None if count is None else count(activity, answers)
