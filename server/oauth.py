"""Logging in and binding through WeChat, QQ and Weibo.

A way there is an attempt: its state travels through the browser, a nonce stays in the browser's cookie, and for
binding the account and the device that began it are written down. What comes back counts only where all of them fit.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from protocol.errors import Code, Refused
from protocol.ids import AccountId, DeviceId
from server.codes import utc_now
from server.confirmation import Confirmation, Proof
from server.entrance import Client, Entered, Entrance
from server.finish import Finish, Kept
from server.gateways.oauth import OAuthDriver, OAuthRefused, draw_verifier
from server.gateways.settings import OAuthApps
from server.login_methods import LoginMethods
from server.notices import Notices
from server.store import identities, oauth_attempts, oauth_tickets
from server.store.oauth_attempts import Attempt
from server.store.oauth_tickets import OAuthProvider
from server.store.pool import Database, Tx
from server.token import draw_token, hash_token


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """`nonce` goes into the browser's cookie."""

    url: str = field(repr=False)
    nonce: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """Who came back: logged in, or with a ticket to register."""

    provider: OAuthProvider
    entered: Entered | None
    ticket: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth:
    database: Database
    apps: OAuthApps
    return_url: str
    confirmation: Confirmation
    methods: LoginMethods
    notices: Notices
    entrance: Entrance
    now: Callable[[], datetime] = utc_now

    @property
    def driver(self) -> OAuthDriver:
        return OAuthDriver(apps=self.apps, return_url=self.return_url)

    @property
    def providers(self) -> tuple[OAuthProvider, ...]:
        return self.driver.providers

    async def begin_log_in(self, provider: OAuthProvider) -> Begun:
        """Raises Refused(NOT_FOUND): this deployment has no app there."""
        return await self._begin(self.database, provider, "login", None, None)

    async def begin_binding(self, account: AccountId, device: DeviceId, provider: OAuthProvider, proof: Proof) -> Begun:
        """Raises Refused: NOT_FOUND, CONFIRM_NEEDED, BAD_CODE."""
        confirmed = await self.confirmation.check(account, device, proof)
        async with self.database.transaction() as tx:
            await confirmed.use(tx)
            return await self._begin(tx, provider, "bind", account, device)

    async def _begin(
        self,
        db: Database | Tx,
        provider: OAuthProvider,
        purpose: Literal["login", "bind"],
        account: AccountId | None,
        device: DeviceId | None,
    ) -> Begun:
        if provider not in self.providers:
            raise Refused(Code.NOT_FOUND, provider)
        state, nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(32), draw_verifier()
        attempt = Attempt(
            provider=provider,
            purpose=purpose,
            account=account,
            device=device,
            browser_hash=hash_token(nonce),
            code_verifier=verifier,
        )
        await oauth_attempts.insert_attempt(db, hash_token(state), attempt, self.now())
        return Begun(url=self.driver.page_url(provider, state, verifier), nonce=nonce)

    async def finish_log_in(self, code: str, state: str, nonce: str | None, client: Client) -> Returned:
        """Raises Refused: OAUTH_FAILED, ACCOUNT_CLOSED, OVERLOADED."""
        attempt = await self._take(state, nonce, "login")
        subject = await self._subject(attempt, code)
        found = await identities.select_identified(self.database, attempt.provider, subject)
        if found is None:
            ticket = draw_token()
            await oauth_tickets.insert_ticket(self.database, hash_token(ticket), attempt.provider, subject, self.now())
            return Returned(provider=attempt.provider, entered=None, ticket=ticket)
        if found.is_closed:
            raise Refused(Code.ACCOUNT_CLOSED)
        entered = await self.entrance.enter(found, client)
        return Returned(provider=attempt.provider, entered=entered, ticket=None)

    async def finish_binding(
        self,
        account: AccountId,
        device: DeviceId,
        code: str,
        state: str,
        nonce: str | None,
        finish: Finish[Kept],
    ) -> Kept:
        """`finish` is done last in the transaction.

        Raises Refused: OAUTH_FAILED, ALREADY_BOUND, IDENTITY_TAKEN (无法绑定).
        """
        attempt = await self._take(state, nonce, "bind")
        if (attempt.account, attempt.device) != (account, device):
            raise Refused(Code.OAUTH_FAILED, "another account's attempt")
        subject = await self._subject(attempt, code)
        async with self.database.transaction() as tx:
            before = await self.methods.bind(tx, account, attempt.provider, subject)
            kept = await finish(tx)
        await self.notices.tell(before, "bound")
        return kept

    async def _take(self, state: str, nonce: str | None, purpose: Literal["login", "bind"]) -> Attempt:
        """Used up before anybody is asked about the code: a second answer finds nothing."""
        if nonce is None:
            raise Refused(Code.OAUTH_FAILED, "no cookie")
        attempt = await oauth_attempts.delete_attempt(self.database, hash_token(state), hash_token(nonce), self.now())
        if attempt is None or attempt.purpose != purpose:
            raise Refused(Code.OAUTH_FAILED, "state")
        return attempt

    async def _subject(self, attempt: Attempt, code: str) -> str:
        try:
            return await self.driver.subject(attempt.provider, code, attempt.code_verifier)
        except OAuthRefused as refused:
            raise Refused(Code.OAUTH_FAILED, str(refused)) from refused
