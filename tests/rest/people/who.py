"""Who may come in at the endpoints of people."""

from __future__ import annotations

from server.rest.endpoint import Who

EXPECTED = {
    ("GET", "/api/me/profile"): Who.ACCOUNT,
    ("PUT", "/api/me/profile"): Who.ACCOUNT,
    ("GET", "/api/people/{id}"): Who.ACCOUNT,
    ("GET", "/api/me/identities"): Who.ACCOUNT,
    ("POST", "/api/me/confirm-codes"): Who.ACCOUNT,
    ("POST", "/api/me/bind-codes"): Who.ACCOUNT,
    ("POST", "/api/me/identities"): Who.ACCOUNT,
    ("POST", "/api/me/unbinding"): Who.ACCOUNT,
    ("PUT", "/api/me/phone"): Who.ACCOUNT,
    ("PUT", "/api/me/password"): Who.ACCOUNT,
    ("POST", "/api/me/closing"): Who.ACCOUNT,
    ("GET", "/api/oauth/providers"): Who.ANYONE,
    ("POST", "/api/oauth/attempts"): Who.ANYONE,
    ("POST", "/api/oauth/answers"): Who.ANYONE,
    ("POST", "/api/me/oauth/attempts"): Who.ACCOUNT,
    ("POST", "/api/me/oauth/answers"): Who.ACCOUNT,
    ("GET", "/api/me/roles"): Who.ACCOUNT,
    ("GET", "/api/support/accounts"): Who.SUPPORT,
    ("POST", "/api/support/lookups"): Who.SUPPORT,
    ("POST", "/api/support/accounts/{id}/restoring"): Who.SUPPORT,
}
