"""Draft, discard, publish, extend and the kinds' verbs: R71, R72, R77, R78, D7."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from protocol.activity import (
    Activity,
    ActivityDiscarded,
    ActivityDrafted,
    ActivityExtended,
    ActivityPublished,
    ActOnActivity,
    Draft,
    DraftActivity,
    ExtendActivity,
)
from protocol.envelopes import Body
from protocol.errors import Code
from protocol.ids import ActivityId, ClassroomId, FileId
from server.core.activities.registry import KINDS
from server.core.activity import DRAFTS, PUBLISHED, act, discard, draft, due_at, extend, files_of, publish
from server.core.fact import Alarm, Decided
from server.core.moment import millis
from server.core.state import StoredActivity
from tests.core.making import (
    ACTIVITY,
    COMPLETE,
    FILE,
    MILLISECOND,
    NOW,
    SECOND,
    a_classroom,
    a_draft,
    an_activity,
    refuses,
    the_event,
)

UNTIMED = sorted(set(COMPLETE) - {"exercise"})
ELSEWHERE = ClassroomId("d" * 16)


def drafting(kind: str = "exercise", title: str = " Title ", config: Body | None = None) -> DraftActivity:
    return DraftActivity(kind=kind, title=title, config=COMPLETE[kind] if config is None else config)


def drafted(command: DraftActivity, before: StoredActivity | None = None, n_drafts: int = 0) -> Decided:
    return draft(a_classroom(), before, command, now=NOW, drawn=ACTIVITY, n_drafts=n_drafts)


def published(found: StoredActivity | None, **files: str) -> Decided:
    types = {FileId(file): content_type for file, content_type in files.items()}
    return publish(a_classroom(), found, now=NOW, n_published=0, files=types)


@pytest.mark.parametrize("kind", sorted(COMPLETE))
def test_every_kind_is_drafted_published_and_told_whole(kind: str) -> None:
    made = drafted(drafting(kind))
    config = KINDS[kind].check_draft(COMPLETE[kind])
    expected = Draft(id=ACTIVITY, kind=kind, title="Title", config=config, updated_at=millis(NOW))
    assert the_event(made, ActivityDrafted) == ActivityDrafted(draft=expected)
    assert made.result == {"activity": ACTIVITY}
    done = published(a_draft(kind))
    activity = Activity(
        id=ACTIVITY,
        kind=kind,
        title="Title",
        config=config,
        phase="published",
        state=KINDS[kind].begin(config),
        published_at=millis(NOW),
    )
    assert the_event(done, ActivityPublished) == ActivityPublished(activity=activity)
    assert (done.result, done.alarms) == ({"activity": ACTIVITY}, ())


def test_a_draft_is_changed_in_and_out_of_session() -> None:
    command = DraftActivity(kind="exercise", title="New", config={}, activity=ACTIVITY)
    for classroom in (a_classroom(), a_classroom(in_session=False)):
        decided = draft(classroom, a_draft(), command, now=NOW, drawn=ActivityId("z" * 16), n_drafts=DRAFTS)
        assert the_event(decided, ActivityDrafted).draft.id == ACTIVITY
        assert the_event(decided, ActivityDrafted).draft.title == "New"


def test_a_draft_keeps_its_kind() -> None:
    command = DraftActivity(kind="survey", title="", config={}, activity=ACTIVITY)
    with refuses(Code.BAD_FIELD, field="kind"):
        drafted(command, a_draft("exercise"))


def test_an_unknown_kind_is_refused() -> None:
    with refuses(Code.UNKNOWN_KIND):
        drafted(DraftActivity(kind="quiz", title="", config={}))


def test_a_classroom_has_so_many_drafts_and_a_session_so_many_activities() -> None:
    drafted(drafting(), n_drafts=DRAFTS - 1)
    with refuses(Code.TOO_MANY_ACTIVITIES):
        drafted(drafting(), n_drafts=DRAFTS)
    publish(a_classroom(), a_draft(), now=NOW, n_published=PUBLISHED - 1, files={})
    with refuses(Code.TOO_MANY_ACTIVITIES):
        publish(a_classroom(), a_draft(), now=NOW, n_published=PUBLISHED, files={})


def test_a_draft_is_discarded() -> None:
    decided = discard(a_classroom(), a_draft())
    assert the_event(decided, ActivityDiscarded) == ActivityDiscarded(activity=ACTIVITY)


def test_publishing_needs_a_running_session() -> None:
    with refuses(Code.NOT_IN_SESSION):
        publish(a_classroom(in_session=False), a_draft(), now=NOW, n_published=0, files={})


def test_publishing_needs_a_title_but_for_a_check_in() -> None:
    with refuses(Code.BAD_FIELD, field="title"):
        published(a_draft("survey", title=""))
    assert the_event(published(a_draft("check_in", title="")), ActivityPublished).activity.title == ""


def test_publishing_needs_a_complete_config() -> None:
    with refuses(Code.BAD_FIELD, field="questions"):
        published(a_draft("exercise", config={}))


@pytest.mark.parametrize("kind", UNTIMED)
def test_only_an_exercise_may_be_timed(kind: str) -> None:
    with refuses(Code.TIME_LIMIT_NOT_ALLOWED, field="time_limit_s"):
        drafted(drafting(kind, config={**COMPLETE[kind], "time_limit_s": 60}))
    with refuses(Code.TIME_LIMIT_NOT_ALLOWED, field="time_limit_s"):
        published(replace(a_draft(kind), config={**COMPLETE[kind], "time_limit_s": 60}))
    with refuses(Code.TIME_LIMIT_NOT_ALLOWED):
        extend(a_classroom(), an_activity(kind), ExtendActivity(activity=ACTIVITY, extra_s=60), now=NOW)
    drafted(drafting(kind, config={**COMPLETE[kind], "time_limit_s": None}))


def test_a_timed_exercise_gets_its_deadline_and_an_alarm_after_the_grace() -> None:
    done = published(a_draft(config={**COMPLETE["exercise"], "time_limit_s": 60}))
    deadline = NOW + timedelta(seconds=60)
    assert the_event(done, ActivityPublished).activity.deadline_at == millis(deadline)
    assert done.alarms == (
        Alarm(
            id=f"close:{ACTIVITY}:{millis(deadline)}",
            job="close_activity",
            argument=ACTIVITY,
            due=deadline + timedelta(seconds=2),
        ),
    )


def test_it_is_due_when_the_grace_is_over() -> None:
    timed = an_activity("exercise", {**COMPLETE["exercise"], "time_limit_s": 60})
    assert due_at(timed) == NOW + 62 * SECOND
    assert due_at(an_activity("exercise")) is None


def test_files_must_be_the_classrooms_and_of_a_type_that_the_kind_shows() -> None:
    found = a_draft("announcement", {"image": FILE})
    assert files_of(found) == (FILE,)
    assert files_of(a_draft("exercise")) == files_of(None) == ()
    published(found, **{FILE: "image/png"})
    with refuses(Code.BAD_FIELD, field="image"):
        published(found)
    with refuses(Code.FILE_TYPE, field="image"):
        published(found, **{FILE: "application/pdf"})
    plan = a_draft("lesson_plan", {"file": FILE})
    published(plan, **{FILE: "application/pdf"})
    with refuses(Code.FILE_TYPE, field="file"):
        published(plan, **{FILE: "image/png"})


def test_more_time_moves_the_deadline_and_rings_another_alarm() -> None:
    timed = an_activity("exercise", {**COMPLETE["exercise"], "time_limit_s": 60})
    command = ExtendActivity(activity=ACTIVITY, extra_s=30)
    decided = extend(a_classroom(), timed, command, now=NOW + 60 * SECOND)
    deadline = millis(NOW + 90 * SECOND)
    assert the_event(decided, ActivityExtended) == ActivityExtended(activity=ACTIVITY, deadline_at=deadline)
    assert [alarm.id for alarm in decided.alarms] == [f"close:{ACTIVITY}:{deadline}"]
    assert [alarm.due for alarm in decided.alarms] == [NOW + 92 * SECOND]


def test_no_more_time_after_the_deadline_beyond_a_day_or_where_there_is_no_limit() -> None:
    timed = an_activity("exercise", {**COMPLETE["exercise"], "time_limit_s": 86_000})
    command = ExtendActivity(activity=ACTIVITY, extra_s=401)
    with refuses(Code.BAD_FIELD, field="extra_s"):
        extend(a_classroom(), timed, command, now=NOW)
    with refuses(Code.TOO_LATE):
        extend(a_classroom(), timed, command, now=NOW + 86_000 * SECOND + MILLISECOND)
    with refuses(Code.BAD_PHASE):
        extend(a_classroom(), an_activity("exercise"), command, now=NOW)


def test_an_unknown_verb_is_refused() -> None:
    with refuses(Code.UNKNOWN_COMMAND):
        act(a_classroom(), an_activity("survey"), ActOnActivity(activity=ACTIVITY, verb="send"), now=NOW)
