"""People with devices, and the sockets of the nodes they come to."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

from protocol.account import AccountRenamed
from protocol.classroom import ClassroomRenamed
from protocol.ids import AccountId, ClassroomId, DeviceId, Seq, StreamId
from server.core.fact import Fact
from server.frames import prepare
from server.hub.prepared import Prepared
from server.ids import draw_id
from server.store import devices
from server.store.devices import NewDevice
from server.store.events import append
from server.store.streams import lock_streams
from server.token import draw_token, hash_token
from tests.edge.raw import Raw, open_raw
from tests.harness.inside import InsideNode, inside
from tests.harness.node import Node, Nodes
from tests.harness.phone import Phone, phone
from tests.harness.school import Lesson, School, a_lesson


@dataclass(frozen=True, slots=True, kw_only=True)
class Campus:
    """`nodes` are processes, for tests of signals and crashes; `start` makes nodes in our own."""

    school: School
    nodes: Nodes

    async def start(self, name: str = "a", **settings: str) -> InsideNode:
        node = inside(
            name,
            database_url=self.nodes.database_url,
            redis_url=self.nodes.redis_url,
            folder=self.nodes.folder,
            **settings,
        )
        return await self.nodes.stack.enter_async_context(node)

    async def device(self, account: AccountId) -> tuple[DeviceId, str]:
        """A logged-in device and its token."""
        token, device = draw_token(), DeviceId(draw_id())
        new = NewDevice(
            id=device, account=account, token_hash=hash_token(token), client_kind="web", client_version="1", label=""
        )
        async with self.school.db.transaction() as tx:
            await devices.insert_device(tx, new, datetime.now(UTC))
        return device, token

    @contextlib.asynccontextmanager
    async def phone(self, node: Node | InsideNode, account: AccountId) -> AsyncIterator[Phone]:
        _, token = await self.device(account)
        async with phone(node.socket_url, account=account, token=token) as switched_on:
            yield switched_on

    @contextlib.asynccontextmanager
    async def raw(self, node: Node | InsideNode, account: AccountId, *streams: object) -> AsyncIterator[Raw]:
        """A socket without manners that has said hello."""
        _, token = await self.device(account)
        async with open_raw(node.port) as raw:
            await raw.greet(token, *streams)
            yield raw

    async def lesson(self, n_students: int) -> Lesson:
        return await a_lesson(self.school, n_students)

    async def write(
        self,
        stream: StreamId | ClassroomId | AccountId,
        n: int,
        size: int = 20,
        *,
        of: type[ClassroomRenamed | AccountRenamed] = ClassroomRenamed,
    ) -> list[Prepared]:
        """Commit `n` events of about `size` bytes without ringing; gives what a ring would hold."""
        async with self.school.db.transaction() as tx:
            locked = await lock_streams(tx, [StreamId(stream)])
            head = locked[StreamId(stream)].head
            facts = [
                Fact(
                    stream=StreamId(stream),
                    seq=Seq(head + number),
                    at=datetime.now(UTC),
                    actor=None,
                    body=of(name="课" * (size // 3)),
                )
                for number in range(1, n + 1)
            ]
            await append(tx, locked, facts)
        return [prepare(fact) for fact in facts]

    async def head(self, stream: str) -> int:
        head: int = await self.school.db.fetchval("SELECT head FROM stream WHERE id = $1", stream)
        return head
