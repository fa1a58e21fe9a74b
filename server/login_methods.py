"""Login methods: bound, unbound, exchanged; the password. Everything here was confirmed by the owner just before.

Whatever takes a way in away logs the account's other devices out, and its addresses are told. `finish` is done last in
the transaction of a change: whoever asked keeps there what they will answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from protocol.errors import Code, Refused
from protocol.ids import AccountId, DeviceId
from server.bus import Bus
from server.codes import Codes, use_code, utc_now
from server.confirmation import Confirmation, Proof, has_address
from server.core.address import Address
from server.core.login_method import check_bind, check_unbind
from server.finish import Finish, Kept
from server.gateways.words import Change
from server.notices import Notices
from server.password import Passwords
from server.store import audit, devices, identities
from server.store.identities import OwnIdentity, Provider
from server.store.pool import Database, Tx
from server.strength import check_password


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginMethods:
    database: Database
    passwords: Passwords
    codes: Codes
    confirmation: Confirmation
    notices: Notices
    bus: Bus
    now: Callable[[], datetime] = utc_now

    async def bind_address(
        self,
        account: AccountId,
        device: DeviceId,
        address: Address,
        code: str,
        proof: Proof,
        finish: Finish[Kept],
    ) -> Kept:
        """R8, R15. `code` was sent to `address` for `bind`.

        Raises Refused: CONFIRM_NEEDED, BAD_CODE, ALREADY_BOUND, IDENTITY_TAKEN (无法绑定, R11, R16).
        """
        confirmed = await self.confirmation.check(account, device, proof)
        hashed_code = await self.codes.check(address, "bind", code, device)
        async with self.database.transaction() as tx:
            await confirmed.use(tx)
            await use_code(tx, address, "bind", hashed_code)
            before = await self.bind(tx, account, address.provider, address.subject)
            kept = await finish(tx)
        await self.notices.tell(before, "bound")
        return kept

    async def bind(self, tx: Tx, account: AccountId, provider: Provider, subject: str) -> Sequence[OwnIdentity]:
        """Bind what was shown to be theirs; gives the login methods from before.

        Raises Refused: ALREADY_BOUND, IDENTITY_TAKEN.
        """
        await identities.lock_account(tx, account)
        before = await identities.select_of_account(tx, account)
        check_bind([each.provider for each in before], provider)
        if not await identities.bind_identity(tx, provider, subject, account, self.now()):
            raise Refused(Code.IDENTITY_TAKEN)
        await audit.insert(tx, account, "identity.bound", account=account, detail={"provider": provider})
        return before

    async def unbind(
        self,
        account: AccountId,
        device: DeviceId,
        provider: Provider,
        proof: Proof,
        finish: Finish[Kept],
    ) -> Kept:
        """R13, R15. Raises Refused: CONFIRM_NEEDED, BAD_CODE, NOT_BOUND, LAST_METHOD."""
        confirmed = await self.confirmation.check(account, device, proof)
        async with self.database.transaction() as tx:
            await confirmed.use(tx)
            await identities.lock_account(tx, account)
            before = await identities.select_of_account(tx, account)
            check_unbind([each.provider for each in before], provider)
            await identities.delete_identity(tx, provider, account)
            await audit.insert(tx, account, "identity.unbound", account=account, detail={"provider": provider})
            out = await devices.delete_others(tx, account, device)
            kept = await finish(tx)
        await self._tell(account, out, before, "unbound")
        return kept

    async def change_phone(
        self,
        account: AccountId,
        device: DeviceId,
        address: Address,
        code: str,
        proof: Proof,
        finish: Finish[Kept],
    ) -> Kept:
        """The new number takes the old one's place in one step (R15).

        Raises Refused: CONFIRM_NEEDED, BAD_CODE, IDENTITY_TAKEN (R16).
        """
        confirmed = await self.confirmation.check(account, device, proof)
        hashed_code = await self.codes.check(address, "bind", code, device)
        async with self.database.transaction() as tx:
            await confirmed.use(tx)
            await use_code(tx, address, "bind", hashed_code)
            await identities.lock_account(tx, account)
            before = await identities.select_of_account(tx, account)
            await identities.delete_identity(tx, "phone", account)
            if not await identities.bind_identity(tx, "phone", address.subject, account, self.now()):
                raise Refused(Code.IDENTITY_TAKEN)
            await audit.insert(tx, account, "identity.phone_changed", account=account)
            out = await devices.delete_others(tx, account, device)
            kept = await finish(tx)
        await self._tell(account, out, before, "phone_changed")
        return kept

    async def change_password(
        self,
        account: AccountId,
        device: DeviceId,
        password: str,
        proof: Proof,
        finish: Finish[Kept],
    ) -> Kept:
        """Raises Refused: WEAK_PASSWORD, CONFIRM_NEEDED, BAD_CODE."""
        before = await identities.select_of_account(self.database, account)
        await check_password(self.database, password, [each.subject for each in before if has_address(each)])
        confirmed = await self.confirmation.check(account, device, proof)
        password_hash = await self.passwords.hash(password)
        async with self.database.transaction() as tx:
            await confirmed.use(tx)
            await identities.lock_account(tx, account)
            await identities.update_password(tx, account, password_hash)
            await audit.insert(tx, account, "password.changed", account=account)
            out = await devices.delete_others(tx, account, device)
            kept = await finish(tx)
        await self._tell(account, out, before, "password_changed")
        return kept

    async def tell_reset(self, account: AccountId) -> None:
        """Who reset the password held one of the addresses; the others hear of it, too."""
        await self.notices.tell(await identities.select_of_account(self.database, account), "password_changed")

    async def _tell(
        self, account: AccountId, out: Sequence[DeviceId], before: Sequence[OwnIdentity], change: Change
    ) -> None:
        # An empty list would mean all of them.
        if out:
            self.bus.publish_logged_out(account, out)
        await self.notices.tell(before, change)
