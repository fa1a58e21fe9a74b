"""Bodies of the REST layer about schools: roster, imports, certification."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from protocol.account import Name
from protocol.ids import AccountId, CertificationId, Id, ImportId, Millis, RosterEntryId, SchoolId
from protocol.rest import Phone

# As typed; the server takes full-width letters and blanks around off before it counts.
Number = Annotated[str, Meta(min_length=1, max_length=64)]
CertificationCode = Annotated[str, Meta(min_length=1, max_length=64)]

Change = Literal["new", "changed", "removed", "same", "error"]
ImportState = Literal["parsing", "checked", "applying", "applied", "undoing", "undone", "failed"]
RowError = Literal[
    "number_missing", "number_bad", "number_as_figure", "name_missing", "name_bad", "code_bad", "number_twice"
]


class School(msgspec.Struct, frozen=True, kw_only=True):
    """Without a cloud (学校云) nobody is certified there and nobody needs to be (R27)."""

    id: SchoolId
    name: str
    has_cloud: bool


class Schools(msgspec.Struct, frozen=True, kw_only=True):
    schools: list[School]
    next: str | None


# Certification, as the student sees it


class Certify(msgspec.Struct, frozen=True, kw_only=True):
    """School, 学号, real name and 认证码 must all fit one roster entry (R18, R19)."""

    school: Id
    number: Number
    name: Name
    code: CertificationCode


class Certification(msgspec.Struct, frozen=True, kw_only=True):
    """`dissolved_at` null: it holds. `dissolved_by`: the student, the school's admin, or an import of the roster."""

    id: CertificationId
    school: School
    number: str
    name: str
    certified_at: Millis
    dissolved_at: Millis | None
    dissolved_by: Literal["account", "admin", "import"] | None


class MyCertification(msgspec.Struct, frozen=True, kw_only=True):
    """`current` null: 未认证, study yields no school data and no credit (R21). `past`: newest first."""

    current: Certification | None
    past: list[Certification]


# The roster, as the school's admin sees it


class AdministeredSchool(msgspec.Struct, frozen=True, kw_only=True):
    """`certification_code`: for every entry without one of its own; null: those cannot certify."""

    id: SchoolId
    name: str
    has_cloud: bool
    certification_code: str | None
    n_entries: int
    n_certified: int


class AdministeredSchools(msgspec.Struct, frozen=True, kw_only=True):
    schools: list[AdministeredSchool]


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """The account that a number is certified by (R24). The phone number is masked."""

    account: AccountId
    name: str
    phone: str | None
    certified_at: Millis


class RosterEntry(msgspec.Struct, frozen=True, kw_only=True):
    """`code`: its own 认证码; null: the school's."""

    id: RosterEntryId
    number: str
    name: str
    code: str | None
    added_at: Millis
    holder: Holder | None


class Roster(msgspec.Struct, frozen=True, kw_only=True):
    entries: list[RosterEntry]
    next: str | None


class PastHolder(msgspec.Struct, frozen=True, kw_only=True):
    account: AccountId
    account_name: str
    certified_at: Millis
    dissolved_at: Millis | None
    dissolved_by: Literal["account", "admin", "import"] | None


class RosterEntryHistory(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody who ever certified this number, newest first, also before the entry was removed and added again."""

    entry: RosterEntry
    holders: list[PastHolder]


class AddRosterEntry(msgspec.Struct, frozen=True, kw_only=True):
    number: Number
    name: Name
    code: CertificationCode | None = None


class ChangeRosterEntry(msgspec.Struct, frozen=True, kw_only=True):
    """The whole row as it shall be. A certification of it stays."""

    number: Number
    name: Name
    code: CertificationCode | None = None


class IssueCodes(msgspec.Struct, frozen=True, kw_only=True):
    """New 认证码: one for the school, or one for each row (those without one, or all anew)."""

    which: Literal["school", "missing", "all"]


class IssuedCodes(msgspec.Struct, frozen=True, kw_only=True):
    n_issued: int


# Imports


class RosterImport(msgspec.Struct, frozen=True, kw_only=True):
    """One file. `why`: the code of what was wrong with the whole of it. `n_done` of `n_total`: the work under way."""

    id: ImportId
    file_name: str
    is_whole: bool
    state: ImportState
    why: str | None
    n_rows: int
    n_done: int
    n_total: int
    n_new: int
    n_changed: int
    n_removed: int
    n_errors: int
    created_at: Millis
    applied_at: Millis | None


class RosterImports(msgspec.Struct, frozen=True, kw_only=True):
    imports: list[RosterImport]
    next: str | None


class RosterBefore(msgspec.Struct, frozen=True, kw_only=True):
    """What the roster held where the row changes it."""

    name: str
    code: str | None


class RosterImportRow(msgspec.Struct, frozen=True, kw_only=True):
    """`row`: as the file numbers it; those that would be removed are numbered on from its last."""

    row: int
    number: str
    name: str
    code: str | None
    change: Change
    error: RowError | None
    before: RosterBefore | None


class RosterImportRows(msgspec.Struct, frozen=True, kw_only=True):
    rows: list[RosterImportRow]
    next: str | None


# Teachers, as the school's admin keeps them


class AddTeacher(msgspec.Struct, frozen=True, kw_only=True):
    """By the number of an account that is there. `title`: 教授, 讲师, …; who teaches here already gets the new one."""

    phone: Phone
    title: Annotated[str, Meta(max_length=40)] = ""


class KeptTeacher(msgspec.Struct, frozen=True, kw_only=True):
    """The phone number is masked. `n_courses`: of this school, which stay theirs when they are no longer listed."""

    account: AccountId
    name: str
    phone: str | None
    title: str
    n_courses: int
    added_at: Millis


class KeptTeachers(msgspec.Struct, frozen=True, kw_only=True):
    """By name."""

    teachers: list[KeptTeacher]
    next: str | None


# What others see of it


class SchoolAuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    at: Millis
    action: str
    actor: AccountId | None
    actor_name: str | None
    account: AccountId | None
    account_name: str | None
    detail: dict[str, str | int]


class SchoolAudit(msgspec.Struct, frozen=True, kw_only=True):
    entries: list[SchoolAuditEntry]
    next: str | None


class CertifiedMember(msgspec.Struct, frozen=True, kw_only=True):
    """`school_name` null: 未认证 (R25)."""

    account: AccountId
    school_name: str | None


class CertifiedMembers(msgspec.Struct, frozen=True, kw_only=True):
    members: list[CertifiedMember]


# What clients write; everything else here is written by the server.
REQUESTS: tuple[type[msgspec.Struct], ...] = (Certify, AddRosterEntry, ChangeRosterEntry, IssueCodes, AddTeacher)
