"""What the edge asks of the book (I1). Declared here so that delivery can be built and tested against any store.

Every look-up is for many askers at once: a reconnect storm of thousands costs a handful of queries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from protocol.envelopes import Audience, Snapshot
from protocol.ids import AccountId, DeviceId, Seq, StreamId
from server.hub.prepared import Prepared, PreparedGauge


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDevice:
    """Whom a live token belongs to. A closed account and an expired token are not known."""

    id: DeviceId
    account: AccountId
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """That an account may read a stream, as which audience, and the stream's head in the same statement's snapshot."""

    audience: Audience  # `staff` or `student` of a classroom, `self` of the own account stream
    head: Seq


@dataclass(frozen=True, slots=True)
class Asked:
    """One reader of one stream."""

    account: AccountId
    stream: StreamId


class Book(Protocol):
    """The store, as the edge sees it. Nothing here is read from a replica."""

    async def devices_by_token_hashes(self, hashes: Sequence[bytes]) -> Mapping[bytes, KnownDevice]:
        """The devices of these SHA-256 hashes of tokens; who is missing is not logged in."""

    async def touch_devices(self, seen: Sequence[DeviceId]) -> None:
        """These devices are connected, so their tokens live on."""

    async def access(self, asked: Sequence[Asked]) -> Mapping[Asked, Access]:
        """Membership and head in ONE statement, so that a later event is known to be later. Missing: no access."""

    async def heads(self, asked: Sequence[StreamId]) -> Mapping[StreamId, Seq]:
        """The heads of these streams, in one statement."""

    async def events_after(self, stream: StreamId, seq: Seq, limit: int) -> Sequence[Prepared]:
        """The events seq+1, seq+2, … in order, at most `limit`; texts withdrawn since are blank in them (I9)."""

    async def snapshot(self, stream: StreamId, audience: Audience) -> Snapshot:
        """The state and its position, read in one REPEATABLE READ transaction; the same for a whole audience."""

    async def gauges(self, asked: Mapping[Asked, Audience]) -> Mapping[StreamId, Sequence[PreparedGauge]]:
        """The current gauges of these streams: the tallies of open activities, and in `private` each asker's `mine`."""
