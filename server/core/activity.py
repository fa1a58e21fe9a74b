"""The life of an activity, whatever its kind: draft, publish, extend, and the kind's own verbs.

Closing is closing.py's, posts are post.py's, answers are response.py's. Nobody here asks who may: access.py does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from protocol.activity import (
    Activity,
    ActivityChanged,
    ActivityDiscarded,
    ActivityDrafted,
    ActivityExtended,
    ActivityPublished,
    ActOnActivity,
    Draft,
    DraftActivity,
    ExtendActivity,
    Phase,
)
from protocol.envelopes import Body
from protocol.errors import Code, Refused
from protocol.ids import ActivityId, FileId, StreamId
from protocol.limits import SUBMIT_GRACE_MS
from server.core.activities.kind import Kind
from server.core.activities.registry import kind_of
from server.core.fact import Alarm, Decided, New
from server.core.moment import millis
from server.core.state import Classroom, StoredActivity

DRAFTS = 100  # of a classroom
PUBLISHED = 100  # in a session
LONGEST = timedelta(hours=24)  # from publishing to the deadline, extensions included
GRACE = timedelta(milliseconds=SUBMIT_GRACE_MS)
CLOSE_JOB = "close_activity"


def here(classroom: Classroom, activity: StoredActivity | None) -> StoredActivity:
    """The activity, if it is of this classroom: one of another is answered like one that never was."""
    if activity is None or activity.classroom != classroom.id:
        raise Refused(Code.NOT_FOUND)
    return activity


def must_be(activity: StoredActivity, phase: Phase) -> None:
    """Raises ACTIVITY_CLOSED or BAD_PHASE when the activity is in another phase."""
    if activity.phase != phase:
        raise Refused(Code.ACTIVITY_CLOSED if activity.phase == "closed" else Code.BAD_PHASE)


def due_at(activity: StoredActivity) -> datetime | None:
    """When the system closes it: the deadline and the grace that late packets have (D7)."""
    return None if activity.deadline_at is None else activity.deadline_at + GRACE


def draft(
    classroom: Classroom,
    activity: StoredActivity | None,
    command: DraftActivity,
    *,
    now: datetime,
    drawn: ActivityId,
    n_drafts: int,
) -> Decided:
    """Make a draft, of id `drawn`; or change `activity`, the one that `command.activity` names."""
    kind = kind_of(command.kind)
    if command.activity is not None:
        before = here(classroom, activity)
        must_be(before, "draft")
        if before.kind != kind.name:
            raise Refused(Code.BAD_FIELD, "a draft keeps its kind", data={"field": "kind"})
        drawn = before.id
    elif n_drafts >= DRAFTS:
        raise Refused(Code.TOO_MANY_ACTIVITIES)
    _check_time_limit(kind, command.config)
    made = Draft(
        id=drawn,
        kind=kind.name,
        title=command.title.strip(),
        config=kind.check_draft(command.config),
        updated_at=millis(now),
    )
    return Decided(events=(_new(classroom, ActivityDrafted(draft=made)),), result={"activity": drawn})


def discard(classroom: Classroom, activity: StoredActivity | None) -> Decided:
    found = here(classroom, activity)
    must_be(found, "draft")
    return Decided(events=(_new(classroom, ActivityDiscarded(activity=found.id)),))


def files_of(activity: StoredActivity | None) -> tuple[FileId, ...]:
    """The files that publishing this draft has to know about."""
    if activity is None:
        return ()
    return tuple(use.file for use in kind_of(activity.kind).files(activity.config))


def publish(
    classroom: Classroom,
    activity: StoredActivity | None,
    *,
    now: datetime,
    n_published: int,
    files: Mapping[FileId, str],
) -> Decided:
    """Publish a draft in the running session (R71). Result: `{activity}`.

    `n_published` counts the activities of the open session. `files` holds the content types of those of `files_of`
    that are active files of this classroom.
    """
    found = here(classroom, activity)
    must_be(found, "draft")
    if classroom.session is None:
        raise Refused(Code.NOT_IN_SESSION)
    if n_published >= PUBLISHED:
        raise Refused(Code.TOO_MANY_ACTIVITIES)
    kind = kind_of(found.kind)
    _check_complete(kind, found, files)
    deadline = kind.deadline(found.config, now)
    published = Activity(
        id=found.id,
        kind=kind.name,
        title=found.title,
        config=found.config,
        phase="published",
        state=kind.begin(found.config),
        published_at=millis(now),
        deadline_at=None if deadline is None else millis(deadline),
    )
    return Decided(
        events=(_new(classroom, ActivityPublished(activity=published)),),
        result={"activity": found.id},
        alarms=() if deadline is None else (_alarm(found.id, deadline),),
    )


def extend(classroom: Classroom, activity: StoredActivity | None, command: ExtendActivity, *, now: datetime) -> Decided:
    """More time for a timed exercise; not after the deadline, when the last answers are already on their way."""
    found = here(classroom, activity)
    must_be(found, "published")
    if not kind_of(found.kind).may_be_timed:
        raise Refused(Code.TIME_LIMIT_NOT_ALLOWED)
    if found.deadline_at is None or found.published_at is None:
        raise Refused(Code.BAD_PHASE, "has no time limit")
    if now > found.deadline_at:
        raise Refused(Code.TOO_LATE)
    deadline = found.deadline_at + timedelta(seconds=command.extra_s)
    if deadline > found.published_at + LONGEST:
        raise Refused(Code.BAD_FIELD, "too long", data={"field": "extra_s"})
    extended = ActivityExtended(activity=found.id, deadline_at=millis(deadline))
    return Decided(events=(_new(classroom, extended),), alarms=(_alarm(found.id, deadline),))


def act(classroom: Classroom, activity: StoredActivity | None, command: ActOnActivity, *, now: datetime) -> Decided:
    """Apply a verb of the kind. A verb that changes nothing makes no event."""
    found = here(classroom, activity)
    kind = kind_of(found.kind)
    verb = kind.verbs.get(command.verb)
    if verb is None:
        raise Refused(Code.UNKNOWN_COMMAND, command.verb)
    if found.phase not in verb.from_phases:
        raise Refused(Code.BAD_PHASE)
    if verb.is_in_session_only and (classroom.session is None or classroom.session.id != found.session):
        raise Refused(Code.NOT_IN_SESSION)
    phase = verb.to_phase or found.phase
    state = verb.apply(found, command.value, now)
    if phase == found.phase and state == found.state:
        return Decided()
    changed = ActivityChanged(
        activity=found.id, kind=kind.name, verb=command.verb, phase=phase, state=state, tally=found.tally
    )
    return Decided(events=(_new(classroom, changed),))


def _check_complete(kind: Kind, found: StoredActivity, files: Mapping[FileId, str]) -> None:
    _check_time_limit(kind, found.config)
    if kind.needs_title and not found.title:
        raise Refused(Code.BAD_FIELD, "no title", data={"field": "title"})
    kind.check(found.config)
    for use in kind.files(found.config):
        content_type = files.get(use.file)
        if content_type is None:
            raise Refused(Code.BAD_FIELD, "no such file", data={"field": use.field})
        if content_type not in use.content_types:
            raise Refused(Code.FILE_TYPE, content_type, data={"field": use.field})


def _check_time_limit(kind: Kind, config: Body) -> None:
    """R78. Asked before the kind reads its config, which would only ignore a field it does not know."""
    if config.get("time_limit_s") is not None and not kind.may_be_timed:
        raise Refused(Code.TIME_LIMIT_NOT_ALLOWED, data={"field": "time_limit_s"})


def _alarm(activity: ActivityId, deadline: datetime) -> Alarm:
    """Its id names the deadline too: after an extension the earlier alarm must not swallow this one."""
    return Alarm(id=f"close:{activity}:{millis(deadline)}", job=CLOSE_JOB, argument=activity, due=deadline + GRACE)


def _new(classroom: Classroom, body: msgspec.Struct) -> New:
    return New(stream=StreamId(classroom.id), body=body)
