"""Bodies of the REST layer about people: profiles, login methods, closing and restoring accounts."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from protocol.account import Name
from protocol.envelopes import ClientKind, ShortText
from protocol.ids import AccountId, Id, Millis
from protocol.rest import LoggedIn, OneTimeCode, Password, Phone

Provider = Literal["phone", "email", "wechat", "qq", "weibo"]
AddressKind = Literal["phone", "email"]
OAuthProvider = Literal["wechat", "qq", "weibo"]
Occupation = Literal["student", "teacher", "other"]
PlatformRole = Literal["support", "operator", "ops"]
Gender = Literal["female", "male"]
Address = Annotated[str, Meta(min_length=5, max_length=254)]
Region = Annotated[str, Meta(max_length=40)]
SchoolText = Annotated[str, Meta(max_length=60)]
Introduction = Annotated[str, Meta(max_length=1000)]
Opaque = Annotated[str, Meta(min_length=1, max_length=512)]


# The personal page


class SaveProfile(msgspec.Struct, frozen=True, kw_only=True):
    """What is marked red in the form is required here; saving publishes the personal page (R6)."""

    real_name: Name
    occupation: Occupation
    gender: Gender | None = None
    region: Region = ""
    school_text: SchoolText = ""
    introduction: Introduction = ""


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """The owner's own view. Nothing was saved yet: `published_at` is null, required fields are empty."""

    real_name: str
    occupation: Occupation | None
    gender: Gender | None
    region: str
    school_text: str
    introduction: str
    published_at: Millis | None


class PersonalPage(msgspec.Struct, frozen=True, kw_only=True):
    """`real_name` is for the owner and for staff of a classroom the person is in; null to everybody else."""

    id: AccountId
    name: str
    real_name: str | None
    occupation: Occupation
    gender: Gender | None
    region: str
    school_text: str
    introduction: str
    published_at: Millis


# Login methods


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """That it is still the owner: the password, or a code sent for `confirm` to one of their own addresses.

    Only an account without password and address needs neither, for ten minutes after a log-in.
    """

    password: Password | None = None
    code: OneTimeCode | None = None
    code_to: AddressKind = "phone"


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """One login method. `shown`: the masked address; empty for another's service."""

    provider: Provider
    shown: str
    bound_at: Millis


class Identities(msgspec.Struct, frozen=True, kw_only=True):
    """`needs_second`: with one method alone a lost number is a lost account (R17).

    `providers`: what this deployment can bind.
    """

    identities: list[Identity]
    needs_second: bool
    has_password: bool
    providers: list[Provider]


class RequestConfirmCode(msgspec.Struct, frozen=True, kw_only=True):
    """A code for `confirm` to the account's own phone or e-mail."""

    to: AddressKind = "phone"


class RequestBindCode(msgspec.Struct, frozen=True, kw_only=True):
    """A code for `bind` to the address that is to be bound."""

    provider: AddressKind
    address: Address


class BindAddress(msgspec.Struct, frozen=True, kw_only=True):
    provider: AddressKind
    address: Address
    code: OneTimeCode
    proof: Proof


class Unbind(msgspec.Struct, frozen=True, kw_only=True):
    """Takes a login method off; the other devices are logged out. The last one stays (R13)."""

    provider: Provider
    proof: Proof


class ChangePhone(msgspec.Struct, frozen=True, kw_only=True):
    """A new number in the place of the old; `code` was sent to it for `bind`. The other devices are logged out."""

    phone: Phone
    code: OneTimeCode
    proof: Proof


class ChangePassword(msgspec.Struct, frozen=True, kw_only=True):
    """The other devices are logged out."""

    password: Password
    proof: Proof


class CloseAccount(msgspec.Struct, frozen=True, kw_only=True):
    """注销: no log-in any more; what was learnt and the login methods stay as they are (R36, R37)."""

    proof: Proof


# Other services


class OAuthProviders(msgspec.Struct, frozen=True, kw_only=True):
    providers: list[OAuthProvider]


class BeginOAuth(msgspec.Struct, frozen=True, kw_only=True):
    provider: OAuthProvider


class BeginBinding(msgspec.Struct, frozen=True, kw_only=True):
    provider: OAuthProvider
    proof: Proof


class OAuthBegun(msgspec.Struct, frozen=True, kw_only=True):
    """Where to send the browser. The answer sets a cookie without which what comes back is refused."""

    url: str


class FinishOAuth(msgspec.Struct, frozen=True, kw_only=True):
    """What the other service sent the browser back with."""

    code: Opaque
    state: Opaque
    client_kind: ClientKind = "web"
    client_version: ShortText = ""
    label: ShortText = ""


class OAuthFinished(msgspec.Struct, frozen=True, kw_only=True):
    """Logged in, or, when no account has this identity yet, a `ticket` to register with."""

    provider: OAuthProvider
    logged_in: LoggedIn | None
    ticket: str | None


class FinishBinding(msgspec.Struct, frozen=True, kw_only=True):
    code: Opaque
    state: Opaque


# The platform's own people


class PlatformRoles(msgspec.Struct, frozen=True, kw_only=True):
    """What the caller may do for the platform as a whole; for the menu, since the server asks itself each time."""

    roles: list[PlatformRole]


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    at: Millis
    actor: AccountId | None
    action: str


class SupportAccount(msgspec.Struct, frozen=True, kw_only=True):
    """What support sees of an account; looking is itself written down."""

    id: AccountId
    name: str
    state: Literal["active", "closed"]
    closed_at: Millis | None
    identities: list[Identity]
    audit: list[AuditEntry]


class FindAccount(msgspec.Struct, frozen=True, kw_only=True):
    """By phone number, or one of the list of closed accounts. Not a query: numbers do not belong into URLs."""

    phone: Phone | None = None
    account: Id | None = None


class ClosedAccount(msgspec.Struct, frozen=True, kw_only=True):
    """The phone number is masked; null: it was unbound before."""

    id: AccountId
    name: str
    phone: str | None
    closed_at: Millis


class ClosedAccounts(msgspec.Struct, frozen=True, kw_only=True):
    """Closed last first (R36)."""

    accounts: list[ClosedAccount]
    next: str | None


class RestoreAccount(msgspec.Struct, frozen=True, kw_only=True):
    """`reason`: the number of the support case; it goes into the audit log."""

    reason: Annotated[str, Meta(pattern="^[0-9A-Za-z_-]{2,40}$")]


# What clients write; everything else here is written by the server.
REQUESTS: tuple[type[msgspec.Struct], ...] = (
    SaveProfile,
    Proof,
    RequestConfirmCode,
    RequestBindCode,
    BindAddress,
    Unbind,
    ChangePhone,
    ChangePassword,
    CloseAccount,
    BeginOAuth,
    BeginBinding,
    FinishOAuth,
    FinishBinding,
    FindAccount,
    RestoreAccount,
)
