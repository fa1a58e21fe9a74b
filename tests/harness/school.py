"""A small school on a real database and Redis: roads (one per node), people, and a teacher who runs a classroom.

The bell is the one double: it keeps what is rung, in order, for the test to read. Where there are hubs too, they must
hear it: this is one process more that closes what is due, and who closes tells what everybody got.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from redis.asyncio import Redis

from protocol.codec import decode_server
from protocol.envelopes import Audience, Body, Command, Done, Event, Gauge
from protocol.ids import AccountId, ActivityId, ClassroomId, DeviceId, StreamId
from server.book import StoreBook
from server.bus import Bus, open_bus
from server.hub.prepared import Prepared, PreparedGauge
from server.ids import draw_id
from server.open_road import open_road
from server.redis_pool import open_redis
from server.road import Road
from server.store import accounts
from server.store.pool import Database, connect

EXERCISE: Body = {
    "questions": [{"type": "single", "text": "1 + 1", "options": ["1", "2"], "key": 1}],
}
SURVEY: Body = {"questions": [{"type": "single", "text": "?", "options": ["yes", "no"]}]}


@dataclass(slots=True)
class Heard:
    """What was rung on one node."""

    events: list[tuple[StreamId, Prepared]] = field(default_factory=list)
    gauges: list[tuple[StreamId, PreparedGauge]] = field(default_factory=list)
    bus: Bus | None = None

    def publish_events(self, stream: StreamId, events: Sequence[Prepared]) -> None:
        self.events.extend((stream, each) for each in events)
        if self.bus is not None:
            self.bus.publish_events(stream, events)

    def publish_gauge(self, stream: StreamId, gauge: PreparedGauge) -> None:
        self.gauges.append((stream, gauge))
        if self.bus is not None:
            self.bus.publish_gauge(stream, gauge)

    def events_of(self, stream: str, audience: Audience) -> list[Event]:
        frames = [event.frames[audience] for heard, event in self.events if heard == stream]
        return [each for frame in frames for each in decode_server(frame) if isinstance(each, Event)]

    def mine_of(self, account: AccountId, activity: ActivityId) -> list[Gauge]:
        frames = [gauge.private[account] for _, gauge in self.gauges if account in gauge.private]
        found = [each for frame in frames for each in decode_server(frame) if isinstance(each, Gauge)]
        return [each for each in found if each.key == activity]

    def tallies(self, activity: ActivityId, audience: Audience = "staff") -> list[Gauge]:
        frames = [
            gauge.frames[audience] for _, gauge in self.gauges if gauge.name == "tally" and audience in gauge.frames
        ]
        found = [each for frame in frames for each in decode_server(frame) if isinstance(each, Gauge)]
        return [each for each in found if each.key == activity]


@dataclass(slots=True, kw_only=True)
class School:
    """`roads[0]` is where commands go unless a test says otherwise."""

    db: Database
    redis: Redis
    redis_url: str
    heard: Heard
    roads: list[Road]
    book: StoreBook
    running: list[contextlib.AsyncExitStack]

    async def stop(self, node: int) -> None:
        """As its app would."""
        await self.running[node].aclose()

    async def person(self, name: str) -> AccountId:
        account = AccountId(draw_id())
        async with self.db.transaction() as tx:
            await accounts.insert_account(tx, account, name, None)
        return account

    async def people(self, n: int) -> list[AccountId]:
        return [await self.person(f"同学{number}") for number in range(1, n + 1)]

    async def wish(
        self,
        account: AccountId | None,
        op: str,
        stream: str,
        body: Body | None = None,
        *,
        id: str | None = None,
        node: int = 0,
    ) -> Done:
        """`account` None: the system."""
        command = Command(id=id or draw_id(), op=op, stream=stream, body=body or {})
        return await self.roads[node].travel(account, DeviceId(account) if account else None, command)

    async def classroom(self, teacher: AccountId, name: str = "高等数学") -> ClassroomId:
        done = await self.wish(teacher, "classroom.create", teacher, {"name": name})
        assert done.result is not None
        return ClassroomId(str(done.result["classroom"]))

    async def code(self, classroom: ClassroomId) -> str:
        code: str = await self.db.fetchval("SELECT code FROM classroom WHERE id = $1", classroom)
        return code

    async def join(self, account: AccountId, classroom: ClassroomId) -> Done:
        return await self.wish(account, "classroom.join", account, {"code": await self.code(classroom)})

    async def session(self, teacher: AccountId, classroom: ClassroomId) -> str:
        done = await self.wish(teacher, "session.start", classroom)
        assert done.result is not None
        return str(done.result["session"])

    async def draft(
        self, teacher: AccountId, classroom: ClassroomId, kind: str, config: Body | None = None
    ) -> ActivityId:
        body: Body = {"kind": kind, "title": kind, "config": config or {}}
        done = await self.wish(teacher, "activity.draft", classroom, body)
        assert done.result is not None
        return ActivityId(str(done.result["activity"]))

    async def publish(
        self, teacher: AccountId, classroom: ClassroomId, kind: str, config: Body | None = None
    ) -> ActivityId:
        activity = await self.draft(teacher, classroom, kind, config)
        await self.wish(teacher, "activity.publish", classroom, {"activity": activity})
        return activity


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A classroom in session."""

    teacher: AccountId
    students: list[AccountId]
    classroom: ClassroomId


async def a_taught_run(school: School, teacher: AccountId) -> str:
    """A run of a course that the teacher teaches, straight in the book."""
    run, course, place = draw_id(), draw_id(), draw_id()
    await school.db.execute("INSERT INTO school (id, name) VALUES ($1, $2)", place, f"School {place}")
    await school.db.execute(
        "INSERT INTO course (id, school_id, kind, title, state) VALUES ($1, $2, 'mooc', '线性代数', 'published')",
        course,
        place,
    )
    await school.db.execute(
        "INSERT INTO course_teacher (course_id, account_id, role) VALUES ($1, $2, 'owner')", course, teacher
    )
    await school.db.execute(
        "INSERT INTO run (id, course_id, number, starts_at, ends_at) VALUES ($1, $2, 1, now(), now() + interval '9d')",
        run,
        course,
    )
    return run


@contextlib.asynccontextmanager
async def a_school(
    database: str, redis_url: str, *, nodes: int = 1, is_heard_by_hubs: bool = False
) -> AsyncIterator[School]:
    async with contextlib.AsyncExitStack() as stack:
        heard = Heard(bus=await stack.enter_async_context(open_bus(redis_url)) if is_heard_by_hubs else None)
        db = await stack.enter_async_context(connect(database, most=12))
        redis = await stack.enter_async_context(open_redis(redis_url))
        running = [await stack.enter_async_context(contextlib.AsyncExitStack()) for _ in range(nodes)]
        roads = [await each.enter_async_context(open_road(db, heard, redis, redis_url)) for each in running]
        yield School(
            db=db, redis=redis, redis_url=redis_url, heard=heard, roads=roads, book=StoreBook(db), running=running
        )


async def a_lesson(school: School, n_students: int) -> Lesson:
    teacher = await school.person("王老师")
    classroom = await school.classroom(teacher)
    students = await school.people(n_students)
    for student in students:
        await school.join(student, classroom)
    await school.session(teacher, classroom)
    return Lesson(teacher=teacher, students=students, classroom=classroom)
