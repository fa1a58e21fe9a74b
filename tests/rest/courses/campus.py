"""A school with a cloud, its teacher and courses, made through the doors that teachers use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import httpx

from protocol.envelopes import Body
from protocol.ids import AccountId, SchoolId
from server.core.moment import millis
from server.ids import draw_id
from server.store import teaching
from tests.harness.site import Person, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Campus:
    site: Site
    school: SchoolId
    teacher: Person

    async def ask(self, person: Person, method: str, path: str, body: Body | None = None) -> httpx.Response:
        return await self.site.client.request(method, f"/api{path}", json=body, headers=person.headers)

    async def must(self, person: Person, method: str, path: str, body: Body | None = None) -> Body:
        answer = await self.ask(person, method, path, body)
        assert answer.status_code in (200, 201, 204), answer.text
        found: Body = answer.json() if answer.content else {}
        return found

    async def course(self, title: str = "高等数学", kind: str = "mooc", **more: object) -> str:
        """A published course without a run."""
        body: Body = {"school": self.school, "kind": kind, "title": title, **more}
        course = str((await self.must(self.teacher, "POST", "/courses", body))["course"])
        await self.must(self.teacher, "PATCH", f"/courses/{course}", {"state": "published"})
        return course

    async def run(self, course: str, starts_in: float = -10, ends_in: float = 60) -> str:
        """A run of the course, in days from now."""
        now = self.site.clock.now()
        body: Body = {
            "starts_at": millis(now + timedelta(days=starts_in)),
            "ends_at": millis(now + timedelta(days=ends_in)),
        }
        return str((await self.must(self.teacher, "POST", f"/courses/{course}/runs", body))["run"])

    async def enroll(self, person: Person, course: str, password: str | None = None) -> httpx.Response:
        return await self.ask(person, "POST", f"/courses/{course}/enrollment", {"password": password})

    async def learner(self, course: str, name: str = "Lin") -> Person:
        person = await self.site.register(name)
        assert (await self.enroll(person, course)).status_code == 201
        return person

    async def certify(self, person: Person, number: str = "001") -> None:
        """As the school's own rooms would."""
        entry, account = draw_id(), person.account
        async with self.site.database.transaction() as tx:
            await tx.execute(
                "INSERT INTO roster_entry (id, school_id, number, name) VALUES ($1, $2, $3, 'N')",
                entry,
                self.school,
                number,
            )
            await tx.execute(
                """
                INSERT INTO certification (id, school_id, roster_entry_id, account_id, number, name)
                VALUES ($1, $2, $3, $4, $5, 'N')
                """,
                draw_id(),
                self.school,
                entry,
                account,
                number,
            )

    async def count(self, course: str) -> int:
        n: int = await self.site.database.fetchval("SELECT n_enrolled FROM course WHERE id = $1", course)
        return n


async def a_campus(site: Site, name: str = "江南大学", teacher: str = "王晓岚", has_cloud: bool = True) -> Campus:
    school, person = SchoolId(draw_id()), await site.register(teacher)
    async with site.database.transaction() as tx:
        await tx.execute("INSERT INTO school (id, name, has_cloud) VALUES ($1, $2, $3)", school, name, has_cloud)
        await teaching.upsert_teacher(tx, school, AccountId(person.account), "教授")
    return Campus(site=site, school=school, teacher=person)
