"""The demo school's roster: its students, most of them certified, and the admin who keeps it."""

from __future__ import annotations

from collections.abc import Sequence

from protocol.ids import AccountId, CertificationId, RosterEntryId, SchoolId
from server import demo
from server.core.certification import Candidate
from server.ids import draw_id
from server.store import activities, certifications, roster, schools
from server.store.pool import Database


async def seed_roster(database: Database, school: SchoolId, admin: AccountId, students: Sequence[AccountId]) -> None:
    """`students` in the order of their names."""
    async with database.transaction() as tx:
        now = await activities.select_now(tx)
        await schools.insert_admin(tx, school, admin)
        await schools.update_code(tx, school, demo.CERTIFICATION_CODE)
        for place, (account, name) in enumerate(zip(students, demo.STUDENT_NAMES, strict=True), start=1):
            entry, number = RosterEntryId(draw_id()), demo.student_number(place)
            await roster.insert_entry(tx, entry, school, number, name, None)
            if place > demo.CERTIFIED:
                continue
            candidate = Candidate(entry=entry, name=name, code=demo.CERTIFICATION_CODE, has_cloud=True)
            certification = CertificationId(draw_id())
            await certifications.insert_certification(tx, certification, school, candidate, number, account, now)
