"""The REST layer over a real PostgreSQL and Redis, without a socket in between: requests go straight into the app.

Text messages are kept instead of sent, and the way in has a clock that a test may move; all else is what runs.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from time import monotonic

import httpx
from redis.asyncio import Redis
from starlette.applications import Starlette

from protocol.codec import to_struct
from protocol.envelopes import Body
from protocol.rest import LoggedIn
from server.answering import Answering
from server.bus import Bus, open_bus
from server.census import Census
from server.codes import Codes
from server.config import Config, read, with_secret
from server.core.fact import Alarm
from server.echo import Echo
from server.entrance import Entrance
from server.files.storage import open_storage
from server.gateways.mail import MailMessage
from server.gateways.sms import CodeMessage, Notice, SmsFailed
from server.guesses import Guesses
from server.ids import draw_id
from server.limiter import Limiter
from server.one_time_code import Purpose
from server.password import Passwords
from server.people import open_people
from server.posting import Posting
from server.rest.pace import Pace
from server.rest.routes import rest_routes
from server.rest.services import Services
from server.road import Road
from server.store import pool
from server.turns import Turns

PASSWORD = "correct horse 42"
# The settings of a deployment that sends nothing anywhere.
PRODUCTION = {
    "SHANGKE_MODE": "production",
    "SHANGKE_SECRET": "0123456789abcdefghijklmnopqrstuvwxyz",
    "SHANGKE_SMS": "http",
    "SHANGKE_SMS_URL": "http://127.0.0.1:9/sms",
    "SHANGKE_DEMO": "0",
}
_numbers = count(1)


def a_phone() -> str:
    """A mobile number that no test had before."""
    return f"138{next(_numbers):08d}"


class KeptMail:
    """The double of a mail server."""

    def __init__(self) -> None:
        self.messages: list[MailMessage] = []

    async def send(self, message: MailMessage) -> None:
        self.messages.append(message)


class KeptSms:
    """The double of a provider. `is_down`: it takes nothing."""

    def __init__(self) -> None:
        self.messages: list[CodeMessage] = []
        self.notices: list[Notice] = []
        self.is_down = False

    async def notify(self, notice: Notice) -> None:
        if self.is_down:
            raise SmsFailed("down")
        self.notices.append(notice)

    async def send(self, message: CodeMessage) -> None:
        if self.is_down:
            raise SmsFailed("down")
        self.messages.append(message)

    async def close(self) -> None:
        return None


@dataclass(slots=True)
class MovedClock:
    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def pass_by(self, **time: float) -> None:
        self.ahead += timedelta(**time)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody logged in on one device."""

    phone: str
    logged_in: LoggedIn

    @property
    def account(self) -> str:
        return self.logged_in.account.id

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.logged_in.token}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    client: httpx.AsyncClient
    services: Services
    sms: KeptSms
    mail: KeptMail
    clock: MovedClock
    alarms: list[Alarm] = field(default_factory=list)

    @property
    def database(self) -> pool.Database:
        return self.services.database

    async def code(self, phone: str, purpose: Purpose) -> str:
        """Have a code sent, and read it off the phone."""
        answer = await self.client.post("/api/codes", json={"phone": phone, "purpose": purpose})
        assert answer.status_code == 204, answer.text
        return self.sms.messages[-1].code

    async def register(self, name: str = "Lin", phone: str | None = None) -> Person:
        phone = phone or a_phone()
        code = await self.code(phone, "register")
        body = {"phone": phone, "code": code, "password": PASSWORD, "name": name}
        answer = await self.client.post("/api/accounts", json=body)
        assert answer.status_code == 201, answer.text
        return Person(phone=phone, logged_in=to_struct(answer.json(), LoggedIn))

    async def log_in(self, phone: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        return await self.client.post("/api/devices", json={"phone": phone, "password": password, **more})

    async def another_device(self, person: Person) -> Person:
        answer = await self.log_in(person.phone)
        assert answer.status_code == 201, answer.text
        return Person(phone=person.phone, logged_in=to_struct(answer.json(), LoggedIn))

    async def get(self, path: str, person: Person | None = None, **more: str) -> httpx.Response:
        return await self.client.get(path, headers={**(person.headers if person else {}), **more})

    async def wish(self, person: Person, op: str, stream: str, body: Body | None = None) -> httpx.Response:
        command = {"id": f"test-{draw_id()}", "op": op, "stream": stream, "body": body or {}}
        return await self.client.post("/api/commands", json=command, headers=person.headers)

    async def command(self, person: Person, op: str, stream: str, body: Body | None = None) -> Body:
        """Carry out a command that must not be refused; gives its result."""
        answer = await self.wish(person, op, stream, body)
        assert answer.status_code == 200, answer.text
        result: Body = answer.json()["result"] or {}
        return result

    async def classroom(self, teacher: Person, *students: Person) -> str:
        """A new classroom with these students in it."""
        made = await self.command(teacher, "classroom.create", teacher.account, {"name": "Algebra"})
        classroom = str(made["classroom"])
        code = await self.database.fetchval("SELECT code FROM classroom WHERE id = $1", classroom)
        for student in students:
            await self.command(student, "classroom.join", student.account, {"code": code})
        return classroom

    async def publish(self, teacher: Person, classroom: str, kind: str, config: Body, title: str = "Title") -> str:
        """A new activity in the classroom's running session."""
        draft: Body = {"kind": kind, "title": title, "config": config}
        activity = str((await self.command(teacher, "activity.draft", classroom, draft))["activity"])
        await self.command(teacher, "activity.publish", classroom, {"activity": activity})
        return activity


@contextlib.asynccontextmanager
async def a_site(database_url: str, redis_url: str, folder: Path, **settings: str) -> AsyncIterator[Site]:
    """`settings` are further environment variables."""
    environment = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SHANGKE_DATA": str(folder),
        "SHANGKE_PUBLIC_URL": "https://class.example",
        **settings,
    }
    config = with_secret(read(environment))
    async with (
        pool.connect(database_url) as database,
        Redis.from_url(redis_url) as redis,
        open_bus(redis_url) as bus,
        Passwords() as passwords,
        asyncio.TaskGroup() as tasks,
    ):
        site = assemble(config, database, redis, bus, passwords)
        running = [
            tasks.create_task(site.services.road.answering.run()),
            tasks.create_task(site.services.road.echo.run()),
        ]
        try:
            async with site.client:
                yield site
        finally:
            for task in running:
                task.cancel()


def assemble(config: Config, database: pool.Database, redis: Redis, bus: Bus, passwords: Passwords) -> Site:
    sms, mail, clock, alarms, limiter = KeptSms(), KeptMail(), MovedClock(), list[Alarm](), Limiter(redis)
    echo, turns = Echo(database, bus, redis), Turns()
    road = Road(
        db=database,
        bell=bus,
        answering=Answering(database, bus, echo),
        echo=echo,
        guesses=Guesses(redis),
        posting=Posting(database, turns),
        turns=turns,
        enqueue=alarms.append,
    )
    codes = Codes(database=database, limiter=limiter, sms=sms, mail=mail, secret=config.secret, now=clock.now)
    entrance = Entrance(
        database=database,
        limiter=limiter,
        passwords=passwords,
        codes=codes,
        bus=bus,
        secret=config.secret,
        now=clock.now,
    )
    services = Services(
        config=config,
        database=database,
        road=road,
        entrance=entrance,
        limiter=limiter,
        storage=open_storage(config),
        people=open_people(config, entrance, sms, mail),
        census=Census(redis=redis),
        pace=Pace(lambda: monotonic() + clock.ahead.total_seconds()),
    )
    app = Starlette(routes=rest_routes(services))
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://site", trust_env=False)
    return Site(client=client, services=services, sms=sms, mail=mail, clock=clock, alarms=alarms)
