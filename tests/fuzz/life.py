"""What happened in the world before it is fuzzed: a class was held, courses were studied, a roster was imported."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx

from protocol.envelopes import Body
from server import demo
from server.ids import draw_id
from server.store.pool import Database
from tests.fuzz.picture import a_picture

ROSTER = "学号,姓名\n02601099,新同学\n,无学号\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Somebody logged in."""

    web: httpx.AsyncClient
    account: str

    async def ask(self, method: str, path: str, body: Body | bytes | None = None) -> Body:
        content, json = (body, None) if isinstance(body, bytes) else (None, body)
        answer = await self.web.request(method, path, content=content, json=json)
        assert answer.is_success, (method, path, answer.text)
        said: Body = answer.json() if answer.content else {}
        return said

    async def wish(self, op: str, stream: str, body: Body | None = None) -> Body:
        said = await self.ask(
            "POST", "/api/commands", {"id": draw_id(), "op": op, "stream": stream, "body": body or {}}
        )
        result = said["result"]
        return result if isinstance(result, dict) else {}


@contextlib.asynccontextmanager
async def log_in(url: str, phone: str) -> AsyncIterator[Device]:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as web:
        answer = await web.post("/api/devices", json={"phone": phone, "password": demo.PASSWORD})
        assert answer.status_code == 201, answer.text
        web.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        yield Device(web=web, account=answer.json()["account"]["id"])


async def live(database: Database, url: str, phones: dict[str, str]) -> dict[str, str]:
    """Gives everybody's account."""
    async with contextlib.AsyncExitStack() as stack:
        people = {name: await stack.enter_async_context(log_in(url, phone)) for name, phone in phones.items()}
        for learner in (people["student"], people["head"]):
            await study(database, learner)
        await hold_a_class(database, people["teacher"], people["head"], people["classmate"], people["student"])
        await hold_a_class(database, people["head"], people["teacher"], people["classmate"], people["student"])
        await administer(database, people["admin"])
        for to in ("all", "all"):
            await people["operator"].ask("POST", "/api/pushes", {"to_kind": to, "title": "维护"})
        return {name: person.account for name, person in people.items()}


async def study(database: Database, learner: Device) -> None:
    """Enroll in every course, write on the board, hand in one attempt and begin another."""
    for course in await database.fetch("SELECT id FROM course"):
        await learner.ask("POST", f"/api/courses/{course['id']}/enrollment", {"password": demo.SPOC_PASSWORD})
    for topic in await database.fetch("SELECT id FROM topic"):
        for text in ("我来自成都。", "你好！"):
            await learner.ask("POST", f"/api/topics/{topic['id']}/replies", {"text": text})
    for quiz in await database.fetch("SELECT id FROM assessment WHERE kind = 'quiz'"):
        attempt = await learner.ask("POST", f"/api/assessments/{quiz['id']}/attempts")
        await learner.ask("POST", f"/api/attempts/{attempt['id']}/submit", {"answers": attempt["answers"]})
        await learner.ask("POST", f"/api/assessments/{quiz['id']}/attempts")


async def hold_a_class(database: Database, teacher: Device, *others: Device) -> None:
    """A classroom of a run, with a past session and a running one; every kind of activity is published in it."""
    run = await database.fetchval("SELECT min(id) FROM run")
    wished: Body = {"name": "线性代数", "run": run}
    classroom = str((await teacher.wish("classroom.create", teacher.account, wished))["classroom"])
    code = await database.fetchval("SELECT code FROM classroom WHERE id = $1", classroom)
    for each in others:
        await each.wish("classroom.join", each.account, {"code": code})
    await teacher.wish("member.set_role", classroom, {"account": others[0].account, "role": "assistant"})
    for _ in range(2):
        await teacher.wish("session.start", classroom)
        for draft in demo.DRAFTS:
            body: Body = {"kind": draft.kind, "title": draft.title, "config": draft.config}
            activity = (await teacher.wish("activity.draft", classroom, body))["activity"]
            await teacher.wish("activity.publish", classroom, {"activity": activity})
            if draft.kind == "discussion":
                await others[-1].wish("activity.post", classroom, {"activity": activity, "text": "加速度"})
        if await database.fetchval("SELECT count(*) FROM session WHERE classroom_id = $1", classroom) == 1:
            await teacher.wish("session.end", classroom)
    await teacher.ask("POST", f"/api/classrooms/{classroom}/files?name=a.png", a_picture())


async def administer(database: Database, admin: Device) -> None:
    school = await database.fetchval("SELECT id FROM school")
    for _ in range(2):
        await admin.ask("POST", f"/api/schools/{school}/imports?name=a.csv", ROSTER.encode())
