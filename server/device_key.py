"""The key of a device that once logged in to an account: shown at the next log-in, it is not taken for a stranger.

It opens nothing by itself. It is what lets guesses from strangers be slowed down without locking the owner out.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from protocol.ids import AccountId, DeviceId
from server.environment import Secret


def device_key(secret: Secret, account: AccountId, device: DeviceId) -> str:
    return f"{device}.{_signature(secret, account, device)}"


def known_device(secret: Secret, account: AccountId, key: str | None) -> DeviceId | None:
    """The device that `key` was given to, if it was given for `account`."""
    device, _, signature = (key or "").partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(secret, account, DeviceId(device)).encode()):
        return None
    return DeviceId(device)


def _signature(secret: Secret, account: AccountId, device: DeviceId) -> str:
    meant = "\0".join(("device key", account, device))
    made = hmac.digest(secret.reveal().encode(), meant.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(made[:18]).decode()
