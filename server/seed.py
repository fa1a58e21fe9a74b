"""Fills an empty database with the demo school, through the same road as everybody."""

from __future__ import annotations

import argparse
import logging

import uvloop

from protocol.envelopes import Body, Command
from protocol.ids import AccountId, StreamId
from server import demo
from server.bus import open_bus
from server.config import Config, needing_servers, with_secret
from server.core.phone import normalise
from server.ids import draw_id
from server.open_road import open_road
from server.password import Passwords
from server.redis_pool import open_redis
from server.road import Road
from server.seed_courses import seed_courses
from server.seed_roster import seed_roster
from server.store import accounts, activities, classrooms, identities, platform_roles
from server.store.pool import connect

log = logging.getLogger("shangke.seed")


def command(config: Config, arguments: argparse.Namespace) -> None:
    uvloop.run(seed(with_secret(needing_servers(config))))


async def seed(config: Config) -> None:
    """Fill the database at `config.database_url` with the people of `demo`; leave one that holds accounts."""
    async with (
        connect(config.database_url, most=4, least=1) as database,
        open_redis(config.redis_url) as redis,
        open_bus(config.redis_url) as bus,
        open_road(database, bus, redis, config.redis_url) as road,
        Passwords() as passwords,
    ):
        if await accounts.has_any(database):
            log.info("outcome=left_alone why=has_accounts")
            return
        password_hash = await passwords.hash(demo.PASSWORD)
        teacher = await register(road, demo.TEACHER_NAME, demo.TEACHER_PHONE, password_hash)
        result = await travel(road, teacher, "classroom.create", teacher, {"name": demo.CLASSROOM_NAME})
        classroom = StreamId(str(result["classroom"]))
        found = await classrooms.select_classroom(database, classroom)
        assert found is not None, "it was just made"
        students: list[AccountId] = []
        for number, name in enumerate(demo.STUDENT_NAMES, start=1):
            student = await register(road, name, demo.student_phone(number), password_hash)
            await travel(road, student, "classroom.join", student, {"code": found.code})
            students.append(student)
        for draft in demo.DRAFTS:
            body: Body = {"kind": draft.kind, "title": draft.title, "config": draft.config}
            await travel(road, teacher, "activity.draft", classroom, body)
        school = await seed_courses(database, passwords, teacher)
        admin = await register(road, demo.ADMIN_NAME, demo.ADMIN_PHONE, password_hash)
        await seed_roster(database, school, admin, students)
        platform = await register(road, demo.PLATFORM_NAME, demo.PLATFORM_PHONE, password_hash)
        async with database.transaction() as tx:
            for role in platform_roles.PLATFORM_ROLES:
                await platform_roles.insert_role(tx, platform, role)
        log.info("outcome=filled students=%d", len(demo.STUDENT_NAMES))


async def register(road: Road, name: str, phone: str, password_hash: str) -> AccountId:
    account = AccountId(draw_id())
    async with road.db.transaction() as tx:
        await accounts.insert_account(tx, account, name, password_hash)
        now = await activities.select_now(tx)
        await identities.insert_identity(tx, "phone", normalise(phone), account, now)
    return account


async def travel(road: Road, account: AccountId, op: str, stream: str, body: Body) -> Body:
    done = await road.travel(account, None, Command(id=draw_id(), op=op, stream=stream, body=body))
    return done.result or {}
