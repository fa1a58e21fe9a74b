"""Three classrooms at work while nodes, Redis and PostgreSQL's connections are killed at random; then the count.

The scene returns a `Count` and judges nothing: the tests do.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import asyncpg

from protocol.client.held import Held, take_snapshot
from protocol.envelopes import Audience, Body, Done
from protocol.errors import Refused
from protocol.ids import Seq, StreamId
from server import embedded
from server.core.fact import Fact
from server.frames import prepare
from server.store.events import select_after
from server.store.pool import Database
from tests.edge.campus import Campus
from tests.harness.node import Node, Nodes, node_factory
from tests.harness.school import Lesson, a_school
from tests.harness.witness import Witness

SETTLE_S = 90.0
AUDIENCES: tuple[Audience, ...] = ("staff", "student")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    n_classrooms: int = 3
    n_students: int = 99  # in each
    seconds: float = 60.0
    wish_every_s: float = 0.12
    blow_every_s: float = 4.0
    settle_s: float = 60.0  # how long everybody has, once it is quiet
    seed: int = 1
    program: str = "server.cli"


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    lesson: Lesson
    topic: str
    people: list[Witness]  # the teacher first


@dataclass(slots=True, kw_only=True)
class Count:
    """What came of it. The first five are what must not be."""

    behind: list[str] = field(default_factory=list)  # (account, stream) that never reached the head
    wrong_events: list[str] = field(default_factory=list)  # applied other than the book has it, or not in order
    wrong_states: list[str] = field(default_factory=list)  # state differs from a fresh snapshot
    lost: list[str] = field(default_factory=list)  # acknowledged, and not in the book
    twice: list[str] = field(default_factory=list)  # in the book more than once
    unanswered: int = 0
    n_clients: int = 0
    n_connections: int = 0
    n_acknowledged: int = 0
    n_refused: int = 0
    n_events: int = 0
    n_applied: int = 0
    n_snapshots: int = 0
    n_again: int = 0
    blows: Counter[str] = field(default_factory=Counter)

    def faults(self) -> dict[str, int]:
        """Empty when every promise was kept."""
        found = {
            "behind": len(self.behind),
            "wrong_events": len(self.wrong_events),
            "wrong_states": len(self.wrong_states),
            "lost": len(self.lost),
            "twice": len(self.twice),
            "unanswered": self.unanswered,
        }
        return {name: n for name, n in found.items() if n}

    def __str__(self) -> str:
        blows = ", ".join(f"{name} {n}" for name, n in sorted(self.blows.items()))
        return (
            f"{self.n_clients} clients, {self.n_connections} connections; blows: {blows}; "
            f"{self.n_acknowledged} commands acknowledged, {self.n_refused} refused, {self.unanswered} unanswered, "
            f"{len(self.lost)} lost, {len(self.twice)} twice; {self.n_events} events in the book, "
            f"{self.n_applied} applied, {self.n_snapshots} snapshots, {self.n_again} told again; "
            f"{len(self.behind)} behind, {len(self.wrong_events)} wrong events, {len(self.wrong_states)} wrong states"
        )


class Storm:
    def __init__(self, plan: Plan, nodes: Nodes, database: str, folder: Path) -> None:
        self.plan = plan
        self.nodes = nodes
        self.database = database
        self.folder = folder
        self.draw = Random(plan.seed)
        self.count = Count()
        self.running: dict[str, Node] = {}
        self.redis = contextlib.AsyncExitStack()
        self.posts: dict[str, asyncio.Future[Done]] = {}  # by text, which nobody else writes
        self.n_posts = 0

    # The blows

    async def blow(self) -> None:
        name = self.draw.choice(["kill_node", "kill_redis", "cut_postgres", "freeze_node"])
        self.count.blows[name] += 1
        await {
            "kill_node": self.kill_node,
            "kill_redis": self.kill_redis,
            "cut_postgres": self.cut_postgres,
            "freeze_node": self.freeze_node,
        }[name]()

    async def kill_node(self) -> None:
        node = self.running[self.draw.choice(sorted(self.running))]
        await node.kill()
        await self.start_node(node.name, node.port)

    async def freeze_node(self) -> None:
        """As a machine that swaps: everything stands still, nothing breaks."""
        node = self.running[self.draw.choice(sorted(self.running))]
        node.send(signal.SIGSTOP)
        await asyncio.sleep(self.draw.uniform(0.2, 2.0))
        node.send(signal.SIGCONT)

    async def kill_redis(self) -> None:
        await self.redis.aclose()
        await asyncio.sleep(self.draw.uniform(0.0, 1.5))
        await self.start_redis()

    async def cut_postgres(self) -> None:
        connection = await asyncpg.connect(self.database)
        try:
            await connection.execute(
                """
                SELECT pg_terminate_backend(pid)
                  FROM pg_stat_activity
                 WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
                """
            )
        finally:
            await connection.close()

    async def start_redis(self) -> None:
        await self.redis.enter_async_context(embedded.run_redis(self.folder / "redis"))

    async def start_node(self, name: str, port: int | None = None) -> None:
        self.running[name] = await self.nodes.start(name, port=port, program=self.plan.program)

    # The people

    async def run(self) -> Count:
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(self.redis.aclose)
            for name in ("a", "b"):
                await self.start_node(name)
            async with a_school(self.database, self.nodes.redis_url) as school:
                campus = Campus(school=school, nodes=self.nodes)
                classes = [await self.open_class(campus, stack) for _ in range(self.plan.n_classrooms)]
            await self.live(classes)
            await self.settle(classes)
        return self.count

    async def open_class(self, campus: Campus, stack: contextlib.AsyncExitStack) -> Class:
        lesson = await campus.lesson(self.plan.n_students)
        topic = await campus.school.publish(lesson.teacher, lesson.classroom, "discussion", {"text": "?"})
        urls = [node.socket_url for node in self.running.values()]
        people = []
        for account in (lesson.teacher, *lesson.students):
            _, token = await campus.device(account)
            witness = Witness(urls, account, token, Random(self.draw.random()))
            witness.start()
            stack.push_async_callback(witness.close)
            people.append(witness)
        for witness in people:
            await witness.until_live(lesson.classroom)
        return Class(lesson=lesson, topic=topic, people=people)

    async def live(self, classes: Sequence[Class]) -> None:
        """Everybody writes now and then, some through a network that breaks just after; the blows fall meanwhile."""
        async with asyncio.timeout(self.plan.seconds + 120), asyncio.TaskGroup() as tasks:
            stop = asyncio.Event()
            tasks.create_task(self.strike(stop))
            for each in classes:
                tasks.create_task(self.converse(each, stop))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.Event().wait(), self.plan.seconds)
            stop.set()
        # Everybody looks at their phone now, and never again: from here on it catches up by itself.
        for witness in (witness for each in classes for witness in each.people):
            witness.find_network()
        # The last word of each class is said while the bell is down, so nothing that follows can show the hole.
        await self.redis.aclose()
        for each in classes:
            self.write(each, each.people[0])
        await self.answered()
        await self.start_redis()

    async def strike(self, stop: asyncio.Event) -> None:
        while not await passed(stop, self.draw.uniform(0.5, 1.5) * self.plan.blow_every_s):
            await self.blow()

    async def converse(self, each: Class, stop: asyncio.Event) -> None:
        while not await passed(stop, self.draw.uniform(0.5, 1.5) * self.plan.wish_every_s * self.plan.n_classrooms):
            witness = self.draw.choice(each.people)
            self.write(each, witness)
            if self.draw.random() < 0.1:
                witness.lose_network()
                asyncio.get_running_loop().call_later(self.draw.uniform(0.1, 3.0), witness.find_network)

    def write(self, each: Class, witness: Witness) -> None:
        self.n_posts += 1
        text = f"{witness.account} {self.n_posts}"
        body: Body = {"activity": each.topic, "text": text}
        self.posts[text] = witness.wish("activity.post", each.lesson.classroom, body)

    async def answered(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_S):
                await asyncio.gather(*self.posts.values(), return_exceptions=True)

    # The count

    async def settle(self, classes: Sequence[Class]) -> None:
        await self.answered()
        async with a_school(self.database, self.nodes.redis_url) as school:
            written = Counter(text for (text,) in await school.db.fetch("SELECT text FROM post"))
            self.count_posts(written)
            streams = [StreamId(each.lesson.classroom) for each in classes]
            heads = [
                Seq(await school.db.fetchval("SELECT head FROM stream WHERE id = $1", stream)) for stream in streams
            ]
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.plan.settle_s):
                    for each, head in zip(classes, heads, strict=True):
                        await self.arrived(each, head)
            for each, stream, head in zip(classes, streams, heads, strict=True):
                book = await self.read(school.db, stream, head)
                fresh: dict[Audience, Held] = {
                    audience: take_snapshot(None, await school.book.snapshot(stream, audience))
                    for audience in AUDIENCES
                }
                for witness in each.people:
                    self.count_events(witness, stream, head, book)
                    self.count_state(witness, stream, fresh)

    async def arrived(self, each: Class, head: Seq) -> None:
        stream = each.lesson.classroom
        for witness in each.people:
            await witness.until(lambda phone: phone.held(stream).seq >= head, limit_s=SETTLE_S)

    async def read(self, db: Database, stream: StreamId, head: Seq) -> dict[Audience, list[bytes]]:
        """Every event of the stream as each audience should have got it; shows too that no seq is missing."""
        facts: list[Fact] = []
        while len(facts) < head:
            page = await select_after(db, stream, Seq(len(facts)), 300)
            assert [fact.seq for fact in page] == list(range(len(facts) + 1, len(facts) + len(page) + 1)), "a hole"
            assert page, "the head names an event that is not in the book"
            facts.extend(page)
        self.count.n_events += len(facts)
        prepared = [prepare(fact) for fact in facts]
        return {audience: [each.frames[audience] for each in prepared] for audience in AUDIENCES}

    def count_posts(self, written: Counter[str]) -> None:
        for text, answer in self.posts.items():
            if not answer.done():
                self.count.unanswered += 1
            elif isinstance(answer.exception(), Refused):
                self.count.n_refused += 1
                if written[text]:
                    self.count.twice.append(text)
                continue
            else:
                self.count.n_acknowledged += 1
                if not written[text]:
                    self.count.lost.append(text)
            if written[text] > 1:
                self.count.twice.append(text)

    def count_events(self, witness: Witness, stream: StreamId, head: Seq, book: dict[Audience, list[bytes]]) -> None:
        journal, held = witness.journals[stream], witness.held(stream)
        frames = book[held.audience]
        self.count.n_clients += 1
        self.count.n_connections += witness.n_connections
        self.count.n_applied += len(journal.taken)
        self.count.n_snapshots += journal.n_snapshots
        self.count.n_again += journal.n_again
        if held.seq != head or journal.at != head:
            self.count.behind.append(f"{witness.account} {held.seq} of {head}")
        seqs = [seq for seq, _ in journal.taken]
        if seqs != sorted(set(seqs)) or any([frame] != frames[seq - 1 : seq] for seq, frame in journal.taken):
            self.count.wrong_events.append(witness.account)

    def count_state(self, witness: Witness, stream: StreamId, fresh: dict[Audience, Held]) -> None:
        held = witness.held(stream)
        if held.state != fresh[held.audience].state:
            self.count.wrong_states.append(witness.account)


async def passed(stop: asyncio.Event, seconds: float) -> bool:
    """Waits that long; whether it was told to stop meanwhile."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
    return stop.is_set()


async def storm(plan: Plan, database: str, folder: Path) -> Count:
    async with embedded.run_redis(folder / "redis") as bell:
        url = bell.url()
    async with node_factory(database, url, folder) as nodes:
        scene = Storm(plan, nodes, database, folder)
        await scene.start_redis()
        return await scene.run()
