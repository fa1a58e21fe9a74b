"""The lesson: 上课 and 下课 (R68–R69, D10). It belongs to the classroom, not to who started it (D14)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from protocol.classroom import Session, SessionEnded, SessionStarted
from protocol.errors import Code, Refused
from protocol.ids import SessionId, StreamId
from server.core.closing import close_now
from server.core.fact import Decided, New
from server.core.moment import millis
from server.core.state import Answers, Classroom, StoredActivity


def start(classroom: Classroom, *, now: datetime, drawn: SessionId) -> Decided:
    """Result: `{session}`."""
    if classroom.session is not None:
        raise Refused(Code.ALREADY_IN_SESSION)
    session = Session(id=drawn, number=classroom.n_sessions + 1, started_at=millis(now))
    event = New(stream=StreamId(classroom.id), body=SessionStarted(session=session))
    return Decided(events=(event,), result={"session": drawn})


def end(classroom: Classroom, running: Sequence[tuple[StoredActivity, Answers]], *, now: datetime) -> Decided:
    """Close what `closes_with_session`, with the answers it has under the lock, then the session."""
    if classroom.session is None:
        raise Refused(Code.NOT_IN_SESSION)
    closed = [close_now(classroom, activity, now=now, answers=answers) for activity, answers in running]
    ended = New(stream=StreamId(classroom.id), body=SessionEnded(session=classroom.session.id))
    return Decided(events=(*closed, ended))
