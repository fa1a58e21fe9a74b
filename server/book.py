"""The book as the edge reads it (`server.edge.book.Book`): many askers at once, one query each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from protocol.account import AccountState
from protocol.activity import Mine
from protocol.classroom import ClassroomState
from protocol.codec import to_body
from protocol.envelopes import Audience, Snapshot
from protocol.errors import Code, Refused
from protocol.ids import AccountId, ActivityId, DeviceId, Seq, StreamId
from protocol.limits import ITEMS_IN_SNAPSHOT
from server.core.closing import has_tally
from server.core.inbox import view_inbox
from server.core.state import StoredActivity
from server.core.view import view_classroom, view_mine
from server.echo import count
from server.edge.book import Access, Asked, KnownDevice
from server.frames import prepare, prepare_mine
from server.hub.prepared import Prepared, PreparedGauge
from server.store import (
    accounts,
    activities,
    classrooms,
    devices,
    events,
    gauges,
    inbox,
    memberships,
    posts,
    responses,
    streams,
)
from server.store.pool import Database
from server.store.pool import Snapshot as Moment

STAFF_ROLES = ("teacher", "assistant")


class StoreBook:
    """One per process. Tallies are kept until their rev moves on."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._tallies: dict[ActivityId, PreparedGauge] = {}

    async def devices_by_token_hashes(self, hashes: Sequence[bytes]) -> Mapping[bytes, KnownDevice]:
        found = await devices.select_by_tokens(self._db, hashes)
        return {
            each: KnownDevice(id=device.id, account=device.account, expires_at=device.expires_at)
            for each, device in found.items()
        }

    async def touch_devices(self, seen: Sequence[DeviceId]) -> None:
        await devices.touch_devices(self._db, seen)

    async def access(self, asked: Sequence[Asked]) -> Mapping[Asked, Access]:
        places = await memberships.select_places(
            self._db, [each.account for each in asked], [each.stream for each in asked]
        )
        return {
            Asked(account=place.account, stream=place.stream): Access(audience=audience(place.role), head=place.head)
            for place in places
        }

    async def heads(self, asked: Sequence[StreamId]) -> Mapping[StreamId, Seq]:
        return await streams.select_heads(self._db, asked)

    async def events_after(self, stream: StreamId, seq: Seq, limit: int) -> Sequence[Prepared]:
        return [prepare(fact) for fact in await events.select_after(self._db, stream, seq, limit)]

    async def snapshot(self, stream: StreamId, audience: Audience) -> Snapshot:
        """Raises Refused(NOT_FOUND) when there is no such stream."""
        async with self._db.snapshot() as db:
            head = (await streams.select_heads(db, [stream])).get(stream)
            if head is None:
                raise Refused(Code.NOT_FOUND)
            if audience == "self":
                account = await read_account(db, AccountId(stream))
                return Snapshot(stream=stream, seq=head, kind="account", audience=audience, state=to_body(account))
            classroom = await read_classroom(db, stream, audience)
            return Snapshot(stream=stream, seq=head, kind="classroom", audience=audience, state=to_body(classroom))

    async def gauges(self, asked: Mapping[Asked, Audience]) -> Mapping[StreamId, Sequence[PreparedGauge]]:
        current = await activities.select_current(self._db, sorted({each.stream for each in asked}))
        if not current:
            return {}
        found: dict[StreamId, list[PreparedGauge]] = {}
        for tally in await self._current_tallies(current):
            found.setdefault(tally[0], []).append(tally[1])
        for stream, gauge in await self._own_responses(current, asked):
            found.setdefault(stream, []).append(gauge)
        return found

    async def _current_tallies(self, current: Sequence[StoredActivity]) -> list[tuple[StreamId, PreparedGauge]]:
        published = [each for each in current if each.phase == "published" and has_tally(each)]
        revs = await gauges.select_revs(self._db, [each.id for each in published])
        for gone in self._tallies.keys() - revs.keys():
            # Only what is asked for again and again is worth keeping.
            if len(self._tallies) > 1_000:
                del self._tallies[gone]
        tallies: list[tuple[StreamId, PreparedGauge]] = []
        for activity in published:
            kept = self._tallies.get(activity.id)
            if kept is None or kept.rev < revs.get(activity.id, 0):
                kept, _ = await count(self._db, activity.id)
            if kept is not None:
                self._tallies[activity.id] = kept
                tallies.append((StreamId(activity.classroom), kept))
        return tallies

    async def _own_responses(
        self, current: Sequence[StoredActivity], asked: Mapping[Asked, Audience]
    ) -> list[tuple[StreamId, PreparedGauge]]:
        students: dict[StreamId, list[AccountId]] = {}
        for each, seen_as in asked.items():
            if seen_as == "student":
                students.setdefault(each.stream, []).append(each.account)
        everybody = sorted({account for accounts in students.values() for account in accounts})
        if not everybody:
            return []
        rows = await responses.select_of_accounts(self._db, [each.id for each in current], everybody)
        by_key = {(row.activity, row.account): row for row in rows}
        own: list[tuple[StreamId, PreparedGauge]] = []
        for activity in current:
            stream = StreamId(activity.classroom)
            by_rev: dict[int, dict[AccountId, Mine]] = {}
            for account in students.get(stream, ()):
                row = by_key.get((activity.id, account))
                mine = view_mine(activity, account, row)
                if mine is not None:
                    by_rev.setdefault(0 if row is None else row.rev, {})[account] = mine
            own.extend((stream, prepare_mine(stream, activity.id, rev, each)) for rev, each in by_rev.items())
        return own


def audience(role: str | None) -> Audience:
    if role is None:
        return "self"
    return "staff" if role in STAFF_ROLES else "student"


async def read_account(db: Moment, account: AccountId) -> AccountState:
    name = await accounts.select_name(db, account)
    if name is None:
        raise Refused(Code.NOT_FOUND)
    return AccountState(
        id=account,
        name=name,
        memberships=await memberships.select_of_account(db, account),
        inbox=view_inbox(
            await inbox.select_unread(db, account),
            [item for _, item in await inbox.select_items(db, account, None, None, ITEMS_IN_SNAPSHOT)],
        ),
    )


async def read_classroom(db: Moment, stream: StreamId, audience: Audience) -> ClassroomState:
    classroom = await classrooms.select_classroom(db, stream)
    if classroom is None:
        raise Refused(Code.NOT_FOUND)
    is_staff = audience == "staff"
    current = [] if classroom.session is None else await activities.select_of_session(db, classroom.session.id)
    return view_classroom(
        classroom,
        members=await memberships.select_members(db, stream) if is_staff else [],
        activities=current,
        posts=await posts.select_last(db, [each.id for each in current]),
        drafts=await activities.select_drafts(db, stream) if is_staff else [],
        linked=await classrooms.select_linked(db, stream) if classroom.run is not None else None,
        audience=audience,
    )
