"""`shangke serve` with one promise switched off: `python -m tests.harness.broken WHICH serve`.

The twins of the storm run against these, so that the storm is known to notice.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence

from msgspec import structs

from protocol.envelopes import Command, Done
from protocol.errors import Refused
from protocol.ids import AccountId, DeviceId, Seq, StreamId
from server import cli, posting, road
from server.core.fact import Fact
from server.edge.supply import Supply
from server.hub.stream import LiveStream
from server.store import commands, events, posts
from server.store.commands import Answered
from server.store.pool import Reader, Single, Tx
from server.store.posts import Draft, Ground, Wish, Written
from server.store.situations import Situation, select_situation
from server.store.streams import LockedStream

# Long enough that whatever a node was told to forget, it had said yes to something.
LATE_S = 2.0


def no_gap_repair() -> None:
    """What the bell lost stays lost while the node lives."""

    async def sweep_heads(self: Supply) -> None:
        return None

    async def fetch(self: Supply, stream: LiveStream) -> None:
        return None

    Supply.sweep_heads = sweep_heads  # type: ignore[method-assign]  # breaking it is the purpose
    Supply._fetch = fetch  # type: ignore[method-assign]


def no_deduplication() -> None:
    """A command that comes again is carried out again."""

    async def situation(tx: Tx, account: AccountId | None, command: str, stream: StreamId) -> Situation:
        return structs.replace(await select_situation(tx, account, command, stream), answered=None)

    async def grounds(db: Reader, stream: StreamId, wishes: Sequence[Wish]) -> list[Ground]:
        found = await posts.select_grounds(db, stream, wishes)
        return [structs.replace(each, situation=structs.replace(each.situation, answered=None)) for each in found]

    async def append_posts(db: Single, stream: StreamId, head: Seq, drafts: Sequence[Draft]) -> Written | None:
        # What was answered before must be forgotten first, or its row would be in the way.
        for each in drafts:
            await db.fetch("DELETE FROM command WHERE account_id = $1 AND command_id = $2", each.account, each.command)
        return await posts.append_posts(db, stream, head, drafts)

    append = events.append

    async def forget(
        tx: Tx, locked: Mapping[StreamId, LockedStream], facts: Sequence[Fact], answered: Sequence[Answered] = ()
    ) -> None:
        await append(tx, locked, facts)

    async def nothing(db: Reader, account: AccountId, command: str) -> Answered | None:
        return None

    road.select_situation = situation  # type: ignore[attr-defined]
    road.append = forget  # type: ignore[attr-defined]
    posting.select_grounds = grounds  # type: ignore[attr-defined]
    posting.append_posts = append_posts  # type: ignore[attr-defined]
    commands.select_answered = nothing


def ack_before_commit() -> None:
    """The sender is told first, the book a little later."""
    travel = road.Road.travel
    late: set[asyncio.Task[Done]] = set()

    async def travel_late(
        self: road.Road, account: AccountId | None, device: DeviceId | None, command: Command
    ) -> Done:
        async def later() -> Done:
            await asyncio.sleep(LATE_S)
            return await travel(self, account, device, command)

        task = asyncio.get_running_loop().create_task(later())
        late.add(task)
        task.add_done_callback(late.discard)
        return Done(id=command.id)

    def nothing_soon(
        self: road.Road, account: AccountId, command: Command, told: Callable[[Done | Refused], None]
    ) -> bool:
        return False

    road.Road.travel = travel_late  # type: ignore[method-assign]
    road.Road.travel_soon = nothing_soon  # type: ignore[method-assign]


BREAKS = {each.__name__: each for each in (no_gap_repair, no_deduplication, ack_before_commit)}

if __name__ == "__main__":
    BREAKS[sys.argv.pop(1)]()
    cli.main()
