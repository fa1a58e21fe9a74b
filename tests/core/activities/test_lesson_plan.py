"""R84, R85: a plan that students see in session, and later only if it was sent to them in session."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocol.activity import ActivityChanged, ActOnActivity
from protocol.envelopes import Body
from protocol.errors import Code
from protocol.ids import FileId, SessionId
from server.core.activities.kind import FileUse
from server.core.activities.lesson_plan import LESSON_PLAN, PDF
from server.core.activity import act
from server.core.closing import closes_with_session
from server.core.view import is_in_record
from tests.core.making import ACTIVITY, FILE, NOW, a_classroom, an_activity, refuses, the_event

SEND = ActOnActivity(activity=ACTIVITY, verb="send")


def test_a_plan_is_a_text_or_a_file() -> None:
    LESSON_PLAN.check(LESSON_PLAN.check_draft({"markdown": "# 素数"}))
    LESSON_PLAN.check(LESSON_PLAN.check_draft({"file": FILE}))
    with refuses(Code.BAD_FIELD, field="markdown"):
        LESSON_PLAN.check(LESSON_PLAN.check_draft({"markdown": " "}))
    with refuses(Code.BAD_FIELD, field="file"):
        LESSON_PLAN.check(LESSON_PLAN.check_draft({"markdown": "# 素数", "file": FILE}))


def test_it_names_the_file_it_needs() -> None:
    use = FileUse(field="file", file=FileId(FILE), content_types=PDF)
    assert LESSON_PLAN.files(LESSON_PLAN.check_draft({"file": FILE})) == (use,)
    assert LESSON_PLAN.files(LESSON_PLAN.check_draft({})) == ()


@pytest.mark.parametrize(("config", "field"), [({"markdown": "x" * 20_001}, "markdown"), ({"file": "x"}, "file")])
def test_a_draft_is_bounded(config: Body, field: str) -> None:
    with refuses(Code.BAD_FIELD, field=field):
        LESSON_PLAN.check_draft(config)


def test_sending_in_session_makes_it_sent() -> None:
    event = the_event(act(a_classroom(), an_activity("lesson_plan"), SEND, now=NOW), ActivityChanged)
    assert event == ActivityChanged(activity=ACTIVITY, kind="lesson_plan", verb="send", phase="sent", state={"v": 1})


def test_sending_after_the_session_is_refused_and_so_is_sending_twice() -> None:
    published = an_activity("lesson_plan")
    with refuses(Code.NOT_IN_SESSION):
        act(a_classroom(in_session=False), published, SEND, now=NOW)
    # 上课 again: the plan is of the session before.
    with refuses(Code.NOT_IN_SESSION):
        act(a_classroom(), replace(published, session=SessionId("t" * 16)), SEND, now=NOW)
    with refuses(Code.BAD_PHASE):
        act(a_classroom(), an_activity("lesson_plan", phase="sent"), SEND, now=NOW)


def test_students_find_only_a_sent_plan_in_the_record() -> None:
    published, sent = an_activity("lesson_plan"), an_activity("lesson_plan", phase="sent")
    assert not is_in_record(published, "student")
    assert is_in_record(sent, "student")
    assert is_in_record(published, "staff")


def test_a_plan_stays_as_it_is_after_the_session() -> None:
    assert not closes_with_session(an_activity("lesson_plan"))
