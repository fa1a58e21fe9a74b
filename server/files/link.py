"""Signed links: `/files/{id}?account=…&until=…&signature=…` opens in a browser without the app's token (R115).

A link is bound to the file, to the account it was made for and to a time. Whether the account may still read the file
is asked again when the link is used, so a link dies with the membership.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from protocol.errors import Code, Refused
from protocol.ids import AccountId, FileId, Millis
from server.core.moment import instant, millis
from server.environment import Secret

# A link lives between one and two of these: those made within one are the same, so that browsers keep what they have.
STEP = timedelta(seconds=150)


def make_link(secret: Secret, file: FileId, account: AccountId, now: datetime) -> tuple[str, datetime]:
    """The path with its query, and when it ends: in at most five minutes."""
    step_ms = STEP // timedelta(milliseconds=1)
    until = millis(now) // step_ms * step_ms + 2 * step_ms
    signature = _signature(secret, file, account, str(until))
    query = urlencode({"account": account, "until": until, "signature": signature})
    return f"/files/{file}?{query}", instant(Millis(until))


def check_link(secret: Secret, file: FileId, query: Mapping[str, str], now: datetime) -> AccountId:
    """Whose link it is. Raises Refused(NOT_FOUND) for a wrong or old one: the answer is as for a file that is not."""
    account, until = query.get("account", ""), query.get("until", "")
    expected = _signature(secret, file, AccountId(account), until)
    # The signature first: only what we wrote ourselves is read as a number.
    if not hmac.compare_digest(query.get("signature", "").encode(), expected.encode()) or int(until) < millis(now):
        raise Refused(Code.NOT_FOUND)
    return AccountId(account)


def _signature(secret: Secret, file: FileId, account: AccountId, until: str) -> str:
    meant = "\0".join(("file link", file, account, until))
    made = hmac.digest(secret.reveal().encode(), meant.encode("utf-8", "surrogatepass"), hashlib.sha256)
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()
