"""What a caller does last in somebody else's transaction: what they answer is kept with its effect, or neither is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias, TypeVar

from server.store.pool import Tx

Kept = TypeVar("Kept")
# Gives what the caller wants back after the commit.
Finish: TypeAlias = Callable[[Tx], Awaitable[Kept]]
