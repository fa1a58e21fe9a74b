"""The school that every story of this folder happens in: two nodes, one browser, people who are logged in."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

import httpx
from playwright.async_api import Browser, async_playwright

from protocol.envelopes import Body
from protocol.ids import AccountId, ClassroomId, DeviceId
from server.ids import draw_id
from server.password import Passwords
from server.store import accounts, activities, devices, identities
from server.store.devices import LIFETIME, NewDevice
from server.token import draw_token, hash_token
from tests.e2e.device import Device, Look, device
from tests.harness import browser as browsers
from tests.harness.node import Node
from tests.harness.school import School

PASSWORD = "chalk-and-board-42"
_numbers = count(1)


def a_phone_number() -> str:
    return f"139{next(_numbers):08d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    account: AccountId
    name: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Campus:
    school: School
    nodes: tuple[Node, Node]
    browser: Browser
    password_hash: str

    async def person(self, name: str) -> Person:
        """Somebody who can log in with a number and `PASSWORD`."""
        account, number = AccountId(draw_id()), a_phone_number()
        async with self.school.db.transaction() as tx:
            await accounts.insert_account(tx, account, name, self.password_hash)
            now = await activities.select_now(tx)
            await identities.insert_identity(tx, "phone", f"+86{number}", account, now)
        return Person(account=account, name=name, number=number)

    async def classroom(self, teacher: Person, *students: Person, name: str = "高等数学（上）") -> ClassroomId:
        classroom = await self.school.classroom(teacher.account, name)
        for student in students:
            await self.school.join(student.account, classroom)
        return classroom

    @contextlib.asynccontextmanager
    async def device(
        self, name: str, look: Look, person: Person | None = None, *, node: int = 0
    ) -> AsyncIterator[Device]:
        """A browser at one of the nodes; somebody's is logged in already."""
        memory = None if person is None else await self._memory(person)
        async with device(self.browser, name, self.nodes[node].url, look, memory) as opened:
            yield opened

    @contextlib.asynccontextmanager
    async def client(self, person: Person) -> AsyncIterator[httpx.AsyncClient]:
        """Somebody without a browser: over the same door as everybody's."""
        token = await self.token(person)
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=self.nodes[1].url, trust_env=False, headers=headers) as client:
            yield client

    async def command(self, person: Person, op: str, stream: str, body: Body) -> None:
        command: Body = {"id": draw_id(), "op": op, "stream": stream, "body": body}
        async with self.client(person) as client:
            answer = await client.post("/api/commands", json=command)
        assert answer.status_code == 200, answer.text

    async def token(self, person: Person) -> str:
        """Of a new device of theirs."""
        return (await self._log_in(person))[0]

    async def _log_in(self, person: Person) -> tuple[str, DeviceId]:
        token, id, now = draw_token(), DeviceId(draw_id()), datetime.now(UTC)
        new = NewDevice(
            id=id,
            account=person.account,
            token_hash=hash_token(token),
            client_kind="web",
            client_version="0.1.0",
            label="Chrome",
        )
        async with self.school.db.transaction() as tx:
            await devices.insert_device(tx, new, now)
        return token, id

    async def _memory(self, person: Person) -> dict[str, str]:
        """What a log-in leaves in the browser."""
        token, id = await self._log_in(person)
        remembered = {
            "token": token,
            "expires_at": round((datetime.now(UTC) + LIFETIME).timestamp() * 1000),
            "device": id,
            "account": {"id": person.account, "name": person.name, "phone": f"{person.number[:3]}****"},
        }
        return {"shangke.device": json.dumps(remembered)}


@contextlib.asynccontextmanager
async def a_campus(school: School, nodes: tuple[Node, Node]) -> AsyncIterator[Campus]:
    async with async_playwright() as playwright, Passwords() as passwords:
        browser = await playwright.chromium.launch(
            executable_path=browsers.find(), args=list(browsers.ARGUMENTS), chromium_sandbox=False
        )
        try:
            hashed = await passwords.hash(PASSWORD)
            yield Campus(school=school, nodes=nodes, browser=browser, password_hash=hashed)
        finally:
            await browser.close()
