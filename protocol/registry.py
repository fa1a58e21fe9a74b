"""The one list of what travels: the name of a command, event, gauge or snapshot -> its declaration."""

from __future__ import annotations

import msgspec

from protocol import account, activity, classroom, inbox

Declaration = type[msgspec.Struct]

COMMANDS: dict[str, Declaration] = {
    # on the account's own stream
    "account.rename": account.RenameAccount,
    "classroom.create": account.CreateClassroom,
    "classroom.join": account.JoinClassroom,
    "inbox.read": inbox.ReadItems,
    "inbox.read_all": inbox.ReadAllItems,
    # on a classroom's stream
    "classroom.rename": classroom.RenameClassroom,
    "classroom.link": classroom.LinkClassroom,
    "classroom.reset_code": classroom.ResetCode,
    "classroom.open_code": classroom.OpenCode,
    "classroom.close_code": classroom.CloseCode,
    "classroom.leave": classroom.LeaveClassroom,
    "member.kick": classroom.KickMember,
    "member.set_role": classroom.SetRole,
    "member.rename": classroom.RenameMember,
    "member.show": classroom.ShowMember,
    "session.start": classroom.StartSession,
    "session.end": classroom.EndSession,
    "activity.draft": activity.DraftActivity,
    "activity.discard": activity.DiscardActivity,
    "activity.publish": activity.PublishActivity,
    "activity.extend": activity.ExtendActivity,
    "activity.close": activity.CloseActivity,
    "activity.act": activity.ActOnActivity,
    "activity.post": activity.AddPost,
    "activity.remove_post": activity.RemovePost,
    "response.save": activity.SaveResponse,
    "response.submit": activity.SubmitResponse,
    "response.correct": activity.CorrectResponse,
}

EVENTS: dict[str, Declaration] = {
    "account.renamed": account.AccountRenamed,
    "membership.begun": account.MembershipBegun,
    "membership.changed": account.MembershipChanged,
    "membership.ended": account.MembershipEnded,
    "inbox.added": inbox.InboxAdded,
    "inbox.read": inbox.InboxRead,
    "inbox.all_read": inbox.InboxAllRead,
    "classroom.renamed": classroom.ClassroomRenamed,
    "classroom.linked": classroom.ClassroomLinked,
    "classroom.code_changed": classroom.CodeChanged,
    "member.joined": classroom.MemberJoined,
    "member.changed": classroom.MemberChanged,
    "member.left": classroom.MemberLeft,
    "member.shown": classroom.MemberShown,
    "session.started": classroom.SessionStarted,
    "session.ended": classroom.SessionEnded,
    "activity.drafted": activity.ActivityDrafted,
    "activity.discarded": activity.ActivityDiscarded,
    "activity.published": activity.ActivityPublished,
    "activity.extended": activity.ActivityExtended,
    "activity.changed": activity.ActivityChanged,
    "activity.closed": activity.ActivityClosed,
    "activity.posted": activity.PostAdded,
    "activity.post_removed": activity.PostRemoved,
    "response.corrected": activity.ResponseCorrected,
}

# `tally` is the kind's own shape, keyed by activity; so is `result` inside `mine`.
GAUGES: dict[str, Declaration] = {"delivery": classroom.Delivery, "mine": activity.Mine}

SNAPSHOTS: dict[str, Declaration] = {"account": account.AccountState, "classroom": classroom.ClassroomState}

EVENT_TYPES: dict[Declaration, str] = {declaration: name for name, declaration in EVENTS.items()}
COMMAND_OPS: dict[Declaration, str] = {declaration: name for name, declaration in COMMANDS.items()}
