"""What each audience may see: of an event, of a snapshot, of a gauge (I9).

Everything of a classroom that leaves the server passes through here. An event that is not listed is seen by nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from protocol.account import AccountRenamed, MembershipBegun, MembershipChanged, MembershipEnded
from protocol.activity import (
    Activity,
    ActivityChanged,
    ActivityClosed,
    ActivityDiscarded,
    ActivityDrafted,
    ActivityExtended,
    ActivityPublished,
    Draft,
    Mine,
    Phase,
    Post,
    PostAdded,
    PostRemoved,
    ResponseCorrected,
)
from protocol.classroom import (
    ClassroomLinked,
    ClassroomRenamed,
    ClassroomState,
    CodeChanged,
    LinkedRun,
    Member,
    MemberChanged,
    MemberJoined,
    MemberLeft,
    MemberShown,
    Session,
    SessionEnded,
    SessionStarted,
)
from protocol.envelopes import Audience, Body
from protocol.ids import AccountId, ActivityId
from protocol.inbox import InboxAdded, InboxAllRead, InboxRead
from protocol.rest import StaffResponse
from server.core.activities.registry import kind_of
from server.core.moment import millis
from server.core.response import is_anonymous
from server.core.state import Answers, Classroom, Response, StoredActivity

Event = msgspec.Struct
E = TypeVar("E", bound=msgspec.Struct)
View = Callable[[Event, Audience], Event | None]


def audiences(body: Event) -> tuple[Audience, ...]:
    """Who reads the stream that such an event is written to."""
    return ("self",) if type(body) in OF_ACCOUNTS else ("staff", "student", "screen")


def view_event(body: Event, audience: Audience) -> Event | None:
    """The event as this audience may see it; None: only that there was one."""
    view = (OF_ACCOUNTS if audience == "self" else OF_CLASSROOMS).get(type(body))
    return None if view is None else view(body, audience)


def view_activity(activity: StoredActivity, posts: Sequence[Post], audience: Audience) -> Activity:
    """A published activity. `posts` are the last ones, oldest first."""
    assert activity.published_at is not None, "a draft is not an activity yet"
    whole = Activity(
        id=activity.id,
        kind=activity.kind,
        title=activity.title,
        config=activity.config,
        phase=activity.phase,
        state=activity.state,
        published_at=millis(activity.published_at),
        deadline_at=None if activity.deadline_at is None else millis(activity.deadline_at),
        closed_at=None if activity.closed_at is None else millis(activity.closed_at),
        n_posts=activity.n_posts,
        posts=list(posts),
        tally=activity.tally,
    )
    return _activity(whole, audience)


def view_classroom(
    classroom: Classroom,
    *,
    members: Sequence[Member],
    activities: Sequence[StoredActivity],
    posts: Mapping[ActivityId, Sequence[Post]],
    drafts: Sequence[StoredActivity],
    linked: LinkedRun | None,
    audience: Audience,
) -> ClassroomState:
    """The snapshot. `activities` are those of the open session, oldest first; `posts` the last of each."""
    is_staff = audience == "staff"
    return ClassroomState(
        id=classroom.id,
        name=classroom.name,
        code=_code(classroom.code, classroom.is_code_open, audience),
        is_code_open=classroom.is_code_open,
        n_members=classroom.n_members,
        members=list(members) if is_staff else [],
        session=_session(classroom),
        activities=[view_activity(each, posts.get(each.id, ()), audience) for each in activities],
        drafts=[view_draft(each) for each in drafts] if is_staff else [],
        linked=linked,
    )


def view_draft(activity: StoredActivity) -> Draft:
    """Staff's alone."""
    return Draft(
        id=activity.id,
        kind=activity.kind,
        title=activity.title,
        config=activity.config,
        updated_at=millis(activity.updated_at),
    )


def view_tally(activity: StoredActivity, tally: Body, audience: Audience) -> Body | None:
    """The gauge `tally`. None: this audience gets none."""
    return kind_of(activity.kind).show_tally(tally, activity.phase, activity.state, audience)


def view_mine(activity: StoredActivity, account: AccountId, response: Response | None) -> Mine | None:
    """The gauge `mine`: one's own response. None: one did nothing, and nothing follows from it."""
    result = kind_of(activity.kind).judge(activity, account, response)
    if response is None:
        if result is None:
            return None
        return Mine(phase="none", value=None, saved_at=None, submitted_at=None, is_auto=False, result=result)
    return Mine(
        phase=response.phase,
        value=response.value,
        saved_at=millis(response.saved_at),
        submitted_at=None if response.submitted_at is None else millis(response.submitted_at),
        is_auto=response.is_auto,
        result=result,
    )


def view_mine_at_close(activity: StoredActivity, answers: Answers) -> dict[AccountId, Mine]:
    """Of whom the close changed `mine`: who was handed in by the server, who is absent. Both as they are after it."""
    found = {each.account: each for each in answers.responses}
    touched = [each.account for each in answers.responses if each.is_auto or each.phase == "none"]
    silent = [each.account for each in answers.students if each.account not in found]
    mine = {account: view_mine(activity, account, found.get(account)) for account in [*touched, *silent]}
    return {account: each for account, each in mine.items() if each is not None}


def view_responses(activity: StoredActivity, answers: Answers) -> list[StaffResponse]:
    """What staff may read of everybody's answers, in the order of `answers.students`, then of those who left since.

    Of an anonymous survey: who took part, once it is closed, and not when; time and content would meet otherwise.
    """
    if is_anonymous(activity) and activity.phase != "closed":
        return []
    found = {each.account: each for each in answers.responses}
    names = {each.account: each.name for each in answers.students}
    return [
        _staff_response(activity, account, names.get(account, ""), found.get(account))
        for account in [*names, *(account for account in found if account not in names)]
    ]


def is_in_record(activity: StoredActivity, audience: Audience) -> bool:
    """Whether 课堂记录 shows it after 下课 (R85)."""
    return audience == "staff" or kind_of(activity.kind).is_in_record(activity)


def _staff_response(
    activity: StoredActivity, account: AccountId, name: str, response: Response | None
) -> StaffResponse:
    mine = view_mine(activity, account, response)
    is_hidden = is_anonymous(activity)
    if mine is None:
        return StaffResponse(
            account=account, name=name, phase="none", value=None, submitted_at=None, is_auto=False, result=None
        )
    return StaffResponse(
        account=account,
        name=name,
        phase=mine.phase,
        value=None if is_hidden else mine.value,
        submitted_at=None if is_hidden else mine.submitted_at,
        is_auto=mine.is_auto,
        result=mine.result,
    )


def _session(classroom: Classroom) -> Session | None:
    opened = classroom.session
    return None if opened is None else Session(id=opened.id, number=opened.number, started_at=millis(opened.started_at))


def _code(code: str | None, is_open: bool, audience: Audience) -> str | None:
    """The screen shows the code to the class (R61); a student cannot hand it on."""
    return code if is_open and audience != "student" else None


def _activity(whole: Activity, audience: Audience) -> Activity:
    return replace(
        whole,
        config=kind_of(whole.kind).view(whole.config, whole.phase, audience),
        tally=_tally(whole, whole.phase, audience),
    )


def _tally(
    said: Activity | ActivityChanged | ActivityClosed | ResponseCorrected, phase: Phase, audience: Audience
) -> Body | None:
    return None if said.tally is None else kind_of(said.kind).show_tally(said.tally, phase, said.state, audience)


def _whole(body: Event, audience: Audience) -> Event:
    return body


def _staff(body: Event, audience: Audience) -> Event | None:
    return body if audience == "staff" else None


def _code_changed(body: CodeChanged, audience: Audience) -> CodeChanged:
    return replace(body, code=_code(body.code, body.is_code_open, audience))


def _joined(body: MemberJoined, audience: Audience) -> MemberJoined:
    return body if audience == "staff" else replace(body, member=None)


def _member_changed(body: MemberChanged, audience: Audience) -> MemberChanged | None:
    if audience == "staff":
        return body
    assert body.member is not None, "the book's own event names the member"
    # Who became an assistant is no student any more: the count that everybody sees is another.
    is_renamed = body.member.role == body.role_before
    return None if is_renamed else replace(body, member=None, role_before=None)


def _left(body: MemberLeft, audience: Audience) -> MemberLeft:
    return body if audience == "staff" else replace(body, account=None)


def _shown(body: MemberShown, audience: Audience) -> MemberShown | None:
    return body if audience == "staff" or body.has_posts else None


def _published(body: ActivityPublished, audience: Audience) -> ActivityPublished:
    return replace(body, activity=_activity(body.activity, audience))


def _changed(body: ActivityChanged, audience: Audience) -> ActivityChanged:
    return replace(body, tally=_tally(body, body.phase, audience))


def _closed(body: ActivityClosed, audience: Audience) -> ActivityClosed:
    return replace(
        body, config=kind_of(body.kind).view(body.config, "closed", audience), tally=_tally(body, "closed", audience)
    )


def _corrected(body: ResponseCorrected, audience: Audience) -> ResponseCorrected | None:
    if audience == "staff":
        return body
    tally = _tally(body, "closed", audience)
    if tally is None:
        return None
    return replace(body, account=None, correction=None, reason="", by=None, tally=tally)


def _to(event: type[E], view: Callable[[E, Audience], Event | None]) -> tuple[type[Event], View]:
    def checked(body: Event, audience: Audience) -> Event | None:
        assert isinstance(body, event), "the table is keyed by the body's type"
        return view(body, audience)

    return event, checked


OF_ACCOUNTS: Mapping[type[Event], View] = dict(
    [
        _to(AccountRenamed, _whole),
        _to(MembershipBegun, _whole),
        _to(MembershipChanged, _whole),
        _to(MembershipEnded, _whole),
        _to(InboxAdded, _whole),
        _to(InboxRead, _whole),
        _to(InboxAllRead, _whole),
    ]
)
OF_CLASSROOMS: Mapping[type[Event], View] = dict(
    [
        _to(ClassroomRenamed, _whole),
        _to(ClassroomLinked, _whole),
        _to(CodeChanged, _code_changed),
        _to(MemberJoined, _joined),
        _to(MemberChanged, _member_changed),
        _to(MemberLeft, _left),
        _to(MemberShown, _shown),
        _to(SessionStarted, _whole),
        _to(SessionEnded, _whole),
        _to(ActivityDrafted, _staff),
        _to(ActivityDiscarded, _staff),
        _to(ActivityPublished, _published),
        _to(ActivityExtended, _whole),
        _to(ActivityChanged, _changed),
        _to(ActivityClosed, _closed),
        _to(PostAdded, _whole),
        _to(PostRemoved, _whole),
        _to(ResponseCorrected, _corrected),
    ]
)
