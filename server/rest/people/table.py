"""The endpoints of profiles, login methods, closing and restoring: rows of the one table in `server.rest.routes`."""

from __future__ import annotations

from protocol.people import (
    BeginBinding,
    BeginOAuth,
    BindAddress,
    ChangePassword,
    ChangePhone,
    CloseAccount,
    ClosedAccounts,
    FindAccount,
    FinishBinding,
    FinishOAuth,
    Identities,
    OAuthBegun,
    OAuthFinished,
    OAuthProviders,
    PersonalPage,
    PlatformRoles,
    Profile,
    RequestBindCode,
    RequestConfirmCode,
    RestoreAccount,
    SaveProfile,
    SupportAccount,
    Unbind,
)
from server.rest.endpoint import Endpoint, Who, endpoint, endpoint_with
from server.rest.people.closing import close_account, find_account, list_closed_accounts, restore_account
from server.rest.people.identities import (
    bind_address,
    change_password,
    change_phone,
    list_identities,
    request_bind_code,
    request_confirm_code,
    unbind,
)
from server.rest.people.oauth import begin_binding, begin_log_in, finish_binding, finish_log_in, list_providers
from server.rest.people.profile import save_profile, show_page, show_profile
from server.rest.people.roles import list_roles

OWN = Who.ACCOUNT

ENDPOINTS: tuple[Endpoint, ...] = (
    endpoint("GET", "/api/me/profile", OWN, show_profile, gives=Profile),
    endpoint_with(SaveProfile, "PUT", "/api/me/profile", OWN, save_profile, gives=Profile),
    endpoint("GET", "/api/people/{id}", OWN, show_page, gives=PersonalPage),
    endpoint("GET", "/api/me/identities", OWN, list_identities, gives=Identities),
    endpoint_with(RequestConfirmCode, "POST", "/api/me/confirm-codes", OWN, request_confirm_code),
    endpoint_with(RequestBindCode, "POST", "/api/me/bind-codes", OWN, request_bind_code),
    endpoint_with(BindAddress, "POST", "/api/me/identities", OWN, bind_address, gives=Identities),
    endpoint_with(Unbind, "POST", "/api/me/unbinding", OWN, unbind, gives=Identities),
    endpoint_with(ChangePhone, "PUT", "/api/me/phone", OWN, change_phone, gives=Identities, takes_key=True),
    endpoint_with(ChangePassword, "PUT", "/api/me/password", OWN, change_password, takes_key=True),
    endpoint_with(CloseAccount, "POST", "/api/me/closing", OWN, close_account),
    endpoint("GET", "/api/oauth/providers", Who.ANYONE, list_providers, gives=OAuthProviders),
    endpoint_with(BeginOAuth, "POST", "/api/oauth/attempts", Who.ANYONE, begin_log_in, gives=OAuthBegun),
    endpoint_with(FinishOAuth, "POST", "/api/oauth/answers", Who.ANYONE, finish_log_in, gives=OAuthFinished),
    endpoint_with(BeginBinding, "POST", "/api/me/oauth/attempts", OWN, begin_binding, gives=OAuthBegun),
    endpoint_with(FinishBinding, "POST", "/api/me/oauth/answers", OWN, finish_binding, gives=Identities),
    endpoint("GET", "/api/me/roles", OWN, list_roles, gives=PlatformRoles),
    endpoint("GET", "/api/support/accounts", Who.SUPPORT, list_closed_accounts, gives=ClosedAccounts, query=("after",)),
    endpoint_with(FindAccount, "POST", "/api/support/lookups", Who.SUPPORT, find_account, gives=SupportAccount),
    endpoint_with(
        RestoreAccount,
        "POST",
        "/api/support/accounts/{id}/restoring",
        Who.SUPPORT,
        restore_account,
        gives=SupportAccount,
    ),
)
