"""上课 and 下课: R68, R69, D10."""

from __future__ import annotations

from protocol.activity import ActivityClosed
from protocol.classroom import Session, SessionEnded, SessionStarted
from protocol.errors import Code
from protocol.ids import SessionId
from server.core.moment import millis
from server.core.session import end, start
from server.core.state import Answers
from tests.core.making import NOW, SESSION, a_classroom, an_activity, refuses, the_event

NEXT = SessionId("n" * 16)


def test_a_session_starts_with_the_next_number() -> None:
    room = a_classroom(in_session=False)
    decided = start(room, now=NOW, drawn=NEXT)
    expected = Session(id=NEXT, number=room.n_sessions + 1, started_at=millis(NOW))
    assert the_event(decided, SessionStarted) == SessionStarted(session=expected)
    assert decided.result == {"session": NEXT}


def test_one_session_at_a_time() -> None:
    with refuses(Code.ALREADY_IN_SESSION):
        start(a_classroom(), now=NOW, drawn=NEXT)
    with refuses(Code.NOT_IN_SESSION):
        end(a_classroom(in_session=False), [], now=NOW)


def test_the_end_closes_what_runs_before_it_ends() -> None:
    running = [(an_activity("check_in"), Answers()), (an_activity("survey"), Answers())]
    decided = end(a_classroom(), running, now=NOW)
    assert [type(each.body) for each in decided.events] == [ActivityClosed, ActivityClosed, SessionEnded]
    assert decided.events[-1].body == SessionEnded(session=SESSION)


def test_a_session_without_activities_just_ends() -> None:
    assert the_event(end(a_classroom(), [], now=NOW), SessionEnded) == SessionEnded(session=SESSION)
