"""Which way each command takes. Answers (`response.save`, `response.submit`) and posts
(`activity.post`) are not here: they gather into batches, in answering.py and posting.py.
"""

from __future__ import annotations

from collections.abc import Mapping

from protocol.account import CreateClassroom, JoinClassroom, RenameAccount
from protocol.activity import (
    ActOnActivity,
    CloseActivity,
    CorrectResponse,
    DiscardActivity,
    DraftActivity,
    ExtendActivity,
    PublishActivity,
    RemovePost,
)
from protocol.classroom import (
    CloseCode,
    EndSession,
    KickMember,
    LeaveClassroom,
    LinkClassroom,
    OpenCode,
    RenameClassroom,
    RenameMember,
    ResetCode,
    SetRole,
    ShowMember,
    StartSession,
)
from protocol.inbox import ReadAllItems, ReadItems
from server.ways import accounts, activities, classrooms, inbox
from server.ways.step import Way, way

WAYS: Mapping[str, Way] = {
    "account.rename": way(RenameAccount, accounts.rename),
    "classroom.create": way(CreateClassroom, accounts.create),
    "classroom.join": way(JoinClassroom, accounts.join),
    "inbox.read": way(ReadItems, inbox.read),
    "inbox.read_all": way(ReadAllItems, inbox.read_all),
    "classroom.rename": way(RenameClassroom, classrooms.rename),
    "classroom.link": way(LinkClassroom, classrooms.link),
    "classroom.reset_code": way(ResetCode, classrooms.reset_code),
    "classroom.open_code": way(OpenCode, classrooms.open_code),
    "classroom.close_code": way(CloseCode, classrooms.close_code),
    "classroom.leave": way(LeaveClassroom, classrooms.leave),
    "member.kick": way(KickMember, classrooms.kick),
    "member.set_role": way(SetRole, classrooms.set_role),
    "member.rename": way(RenameMember, classrooms.rename_member),
    "member.show": way(ShowMember, classrooms.show_member),
    "session.start": way(StartSession, classrooms.start),
    "session.end": way(EndSession, classrooms.end),
    "activity.draft": way(DraftActivity, activities.draft),
    "activity.discard": way(DiscardActivity, activities.discard),
    "activity.publish": way(PublishActivity, activities.publish),
    "activity.extend": way(ExtendActivity, activities.extend),
    "activity.close": way(CloseActivity, activities.close),
    "activity.act": way(ActOnActivity, activities.act),
    "activity.remove_post": way(RemovePost, activities.remove_post),
    "response.correct": way(CorrectResponse, activities.correct),
}
