"""A school cloud with two teachers and students, before anybody has made a course."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

from protocol.ids import SchoolId
from server.ids import draw_id
from server.store import schools, teaching
from tests.e2e.campus import Campus, Person

VIDEO = Path(__file__).parent / "assets" / "lecture.webm"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"x" * 2_000 + b"\n%%EOF"
NODES = ((640, 150), (420, 330), (860, 330), (300, 520), (540, 520), (980, 520))
EDGES = ((0, 1), (0, 2), (1, 3), (1, 4), (2, 5))


@dataclass(frozen=True, slots=True, kw_only=True)
class Faculty:
    campus: Campus
    school: SchoolId
    owner: Person
    colleague: Person

    async def certify(self, student: Person, number: str) -> None:
        """As the school's own rooms would."""
        entry, db = draw_id(), self.campus.school.db
        async with db.transaction() as tx:
            await tx.execute(
                "INSERT INTO roster_entry (id, school_id, number, name) VALUES ($1, $2, $3, $4)",
                entry,
                self.school,
                number,
                student.name,
            )
            await tx.execute(
                """
                INSERT INTO certification (id, school_id, roster_entry_id, account_id, number, name)
                VALUES ($1, $2, $3, $4, $5, $6)
                """,
                draw_id(),
                self.school,
                entry,
                student.account,
                number,
                student.name,
            )


async def a_faculty(campus: Campus) -> Faculty:
    owner, colleague, school = await campus.person("王晓岚"), await campus.person("周明"), SchoolId(draw_id())
    async with campus.school.db.transaction() as tx:
        await schools.insert_school(tx, school, f"江北大学 {school[:4]}", True, "AUTUMN26")
        await teaching.upsert_teacher(tx, school, owner.account, "教授")
        await teaching.upsert_teacher(tx, school, colleague.account, "副教授")
    return Faculty(campus=campus, school=school, owner=owner, colleague=colleague)


def a_cover() -> bytes:
    """A tree, as large as a camera would send it."""
    image = Image.new("RGB", (2_560, 1_440), "#1d5b4f")
    draw = ImageDraw.Draw(image)
    points = [(2 * x, 2 * y) for x, y in NODES]
    for start, end in EDGES:
        draw.line((points[start], points[end]), fill="#f2eee4", width=14)
    for x, y in points:
        draw.ellipse((x - 90, y - 90, x + 90, y + 90), fill="#f2eee4", outline="#e0a33e", width=16)
    made = io.BytesIO()
    image.save(made, "PNG")
    return made.getvalue()
