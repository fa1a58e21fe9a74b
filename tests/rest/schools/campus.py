"""A school with a cloud, its admin and its roster, for the tests of this room."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from protocol.ids import AccountId, SchoolId
from server.ids import draw_id
from server.store import schools
from tests.harness.site import Person, Site

CODE = "SPRING26"


@dataclass(frozen=True, slots=True, kw_only=True)
class Campus:
    site: Site
    id: str
    name: str
    admin: Person

    async def ask(self, method: str, path: str, person: Person | None = None, body: object = None) -> httpx.Response:
        """A request about this school, by its admin unless said otherwise."""
        by = person or self.admin
        return await self.site.client.request(method, f"/api/schools/{self.id}{path}", headers=by.headers, json=body)

    async def add(self, number: str, name: str, code: str | None = None) -> str:
        """One more student on the roster; gives the entry's id."""
        added = await self.ask("POST", "/roster", body={"number": number, "name": name, "code": code})
        assert added.status_code == 201, added.text
        return str(added.json()["id"])

    async def certify(self, person: Person, number: str, name: str, code: str = CODE) -> httpx.Response:
        body = {"school": self.id, "number": number, "name": name, "code": code}
        return await self.site.client.post("/api/me/certification", json=body, headers=person.headers)

    async def dissolve(self, person: Person) -> httpx.Response:
        return await self.site.client.delete("/api/me/certification", headers=person.headers)


async def a_campus(site: Site, name: str = "南山大学", code: str | None = CODE, has_cloud: bool = True) -> Campus:
    school, admin = SchoolId(draw_id()), await site.register("教务处")
    async with site.database.transaction() as tx:
        await schools.insert_school(tx, school, name, has_cloud, code)
        await schools.insert_admin(tx, school, AccountId(admin.account))
    return Campus(site=site, id=school, name=name, admin=admin)
