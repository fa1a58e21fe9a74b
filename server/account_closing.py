"""Closing an account (注销) and restoring one that was closed by mistake. `finish` is done last in the transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from protocol.errors import Code, Refused
from protocol.ids import AccountId, DeviceId
from server.bus import Bus
from server.codes import utc_now
from server.confirmation import Confirmation, Proof
from server.finish import Finish, Kept
from server.notices import Notices
from server.store import audit, closed_accounts, devices, identities
from server.store.pool import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountClosing:
    database: Database
    confirmation: Confirmation
    notices: Notices
    bus: Bus
    now: Callable[[], datetime] = utc_now

    async def close(self, account: AccountId, device: DeviceId, proof: Proof, finish: Finish[Kept]) -> Kept:
        """R34–R37: nobody can log in any more; what was learnt stays, and so do the login methods.

        Raises Refused: CONFIRM_NEEDED, BAD_CODE, STILL_CERTIFIED (R35), ACCOUNT_CLOSED.
        """
        confirmed = await self.confirmation.check(account, device, proof)
        async with self.database.transaction() as tx:
            await confirmed.use(tx)
            await closed_accounts.lock_whole(tx, account)
            if await closed_accounts.is_certified(tx, account):
                raise Refused(Code.STILL_CERTIFIED)
            if not await closed_accounts.update_closed(tx, account, self.now()):
                raise Refused(Code.ACCOUNT_CLOSED)
            await devices.delete_all(tx, account)
            await audit.insert(tx, account, "account.closed", account=account)
            methods = await identities.select_of_account(tx, account)
            kept = await finish(tx)
        self.bus.publish_logged_out(account)
        await self.notices.tell(methods, "closed")
        return kept

    async def restore(self, support: AccountId, account: AccountId, reason: str, finish: Finish[Kept]) -> Kept:
        """R38. `reason`: the number of the support case. Raises Refused(NOT_FOUND) when it is not a closed account."""
        async with self.database.transaction() as tx:
            if not await closed_accounts.update_restored(tx, account):
                raise Refused(Code.NOT_FOUND)
            await audit.insert(tx, support, "account.restored", account=account, detail={"reason": reason})
            methods = await identities.select_of_account(tx, account)
            kept = await finish(tx)
        await self.notices.tell(methods, "restored")
        return kept
