"""Bodies of the REST layer: accounts, devices, records, files."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from protocol.account import Name
from protocol.activity import Activity, Mine, Post
from protocol.classroom import LinkedRun, Session
from protocol.envelopes import Body, ClientKind, ShortText
from protocol.ids import AccountId, ActivityId, ClassroomId, DeviceId, FileId, Millis, SessionId

Phone = Annotated[str, Meta(min_length=5, max_length=32)]
DeviceKey = Annotated[str, Meta(max_length=64)]
OneTimeCode = Annotated[str, Meta(min_length=4, max_length=8)]
# Longer is refused before hashing; 72-byte truncation is not a trap argon2 has.
Password = Annotated[str, Meta(min_length=1, max_length=256)]


Email = Annotated[str, Meta(min_length=5, max_length=254)]
# Drawn by a client once, and kept: a code that was asked for with it is good only with it.
Nonce = Annotated[str, Meta(min_length=16, max_length=64)]
Ticket = Annotated[str, Meta(min_length=16, max_length=64)]


class RequestCode(msgspec.Struct, frozen=True, kw_only=True):
    """To a phone number or to an e-mail address, never both; registering takes a phone number."""

    purpose: Literal["register", "login", "reset"]
    phone: Phone | None = None
    email: Email | None = None
    nonce: Nonce | None = None


class Register(msgspec.Struct, frozen=True, kw_only=True):
    """`ticket`: from a log-in at another's page that led to no account yet; it is bound to the new one (R2)."""

    phone: Phone
    code: OneTimeCode
    password: Password
    name: Name | None = None
    ticket: Ticket | None = None
    nonce: Nonce | None = None
    client_kind: ClientKind = "web"
    client_version: ShortText = ""
    label: ShortText = ""


class LogIn(msgspec.Struct, frozen=True, kw_only=True):
    """By phone number or e-mail address, with a password or with a code.

    `device_key`: what `LoggedIn` gave this client the last time; guesses by strangers do not slow its owner down.
    """

    phone: Phone | None = None
    email: Email | None = None
    password: Password | None = None
    code: OneTimeCode | None = None
    device_key: DeviceKey | None = None
    nonce: Nonce | None = None
    client_kind: ClientKind = "web"
    client_version: ShortText = ""
    label: ShortText = ""


class ResetPassword(msgspec.Struct, frozen=True, kw_only=True):
    """A new password for a code sent for `reset`. Logs every other device out; answered with `LoggedIn`."""

    code: OneTimeCode
    password: Password
    phone: Phone | None = None
    email: Email | None = None
    nonce: Nonce | None = None
    client_kind: ClientKind = "web"
    client_version: ShortText = ""
    label: ShortText = ""


class ChangeMe(msgspec.Struct, frozen=True, kw_only=True):
    """A new name; classrooms that knew the account by the old one follow."""

    name: Name


class Me(msgspec.Struct, frozen=True, kw_only=True):
    id: AccountId
    name: str
    phone: str  # masked: 138****0001; empty when it was unbound


class LoggedIn(msgspec.Struct, frozen=True, kw_only=True):
    """`token` is shown this once; the server keeps only its hash. `device_key` outlives it, for the next log-in."""

    token: str
    expires_at: Millis
    device: DeviceId
    device_key: str
    account: Me


class Device(msgspec.Struct, frozen=True, kw_only=True):
    id: DeviceId
    client_kind: ClientKind
    client_version: str
    label: str
    created_at: Millis
    seen_at: Millis
    is_current: bool


class Devices(msgspec.Struct, frozen=True, kw_only=True):
    devices: list[Device]


class RestCommand(msgspec.Struct, frozen=True, kw_only=True):
    """A command over REST: the same road, the same idempotency. Answered with `Done` as a map, or a problem."""

    id: Annotated[str, Meta(pattern="^[0-9A-Za-z_-]{8,64}$")]
    op: ShortText
    stream: Annotated[str, Meta(pattern="^[0-9A-Za-z]{16}$")]
    body: Body = {}


class CommandDone(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    result: Body | None
    seq: int | None


class RecordSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A past session in the list of 课堂记录 (R92)."""

    session: SessionId
    number: int
    started_at: Millis
    ended_at: Millis
    n_activities: int


class Records(msgspec.Struct, frozen=True, kw_only=True):
    records: list[RecordSummary]
    next: str | None


class RecordedActivity(msgspec.Struct, frozen=True, kw_only=True):
    """An activity of a past session and, for students, what they did in it."""

    activity: Activity
    mine: Mine | None


class Record(msgspec.Struct, frozen=True, kw_only=True):
    classroom: ClassroomId
    classroom_name: str
    session: Session
    ended_at: Millis
    activities: list[RecordedActivity]


class StaffResponse(msgspec.Struct, frozen=True, kw_only=True):
    """One student's response as staff may see it. `value` is null for an anonymous survey."""

    account: AccountId
    name: str
    phase: Literal["none", "saved", "submitted"]
    value: Body | None
    submitted_at: Millis | None
    is_auto: bool
    result: Body | None


class Responses(msgspec.Struct, frozen=True, kw_only=True):
    activity: ActivityId
    responses: list[StaffResponse]


class Posts(msgspec.Struct, frozen=True, kw_only=True):
    """Earlier contributions to a discussion, oldest first; `has_more`: there are still earlier ones."""

    activity: ActivityId
    posts: list[Post]
    has_more: bool


class UploadedFile(msgspec.Struct, frozen=True, kw_only=True):
    id: FileId
    name: str
    content_type: str
    size_bytes: int
    sha256: str


class FileLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link that works without the app's token until `expires_at`."""

    url: str
    expires_at: Millis


class ServerInfo(msgspec.Struct, frozen=True, kw_only=True):
    """`public_url`: where browsers reach the server; a machine's own address where the operator named none."""

    name: str
    version: str
    server_time: Millis
    public_url: str


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """application/problem+json with our code, both languages and whether to try again."""

    type: str
    title: str
    status: int
    code: str
    zh: str
    en: str
    retry: bool
    request_id: str
    retry_after_s: int | None = None
    data: dict[str, str | int] | None = None


# What clients write; everything else here is written by the server.
REQUESTS: tuple[type[msgspec.Struct], ...] = (RequestCode, Register, LogIn, ResetPassword, ChangeMe, RestCommand)


class OnlinePart(msgspec.Struct, frozen=True, kw_only=True):
    """What one did in the run that the classroom belongs to. Units and time: see `LearnerReport`."""

    is_enrolled: bool
    n_completed: int
    studied_ms: int


class StudentOverview(msgspec.Struct, frozen=True, kw_only=True):
    """One student over all sessions, in class and online (R60).

    `n_answers`: activities answered; `online` is null where the classroom belongs to no run, and for staff who do not
    teach the run's course.
    """

    account: AccountId
    name: str
    n_answers: int
    n_posts: int
    online: OnlinePart | None


class ClassOverview(msgspec.Struct, frozen=True, kw_only=True):
    """The records of a classroom and of its run in one. A student finds only their own row. `n_answerable`: published
    activities that take answers; `n_units`: published units of the run.
    """

    linked: LinkedRun | None
    n_sessions: int
    n_answerable: int
    n_units: int
    students: list[StudentOverview]
    next: str | None


class RunClassroom(msgspec.Struct, frozen=True, kw_only=True):
    """A classroom that belongs to a run. `is_mine`: the caller is of its staff, and may open its records."""

    classroom: ClassroomId
    name: str
    n_members: int
    n_sessions: int
    is_mine: bool


class RunClassrooms(msgspec.Struct, frozen=True, kw_only=True):
    classrooms: list[RunClassroom]
