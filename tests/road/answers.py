"""How a student answers in these tests, and how time runs out."""

from __future__ import annotations

from protocol.envelopes import Body, Done
from protocol.ids import AccountId, ActivityId
from server.store.pool import Database
from tests.harness.school import Lesson, School

RIGHT: Body = {"answers": [1]}
WRONG: Body = {"answers": [0]}


async def submit(
    school: School,
    lesson: Lesson,
    student: AccountId,
    activity: ActivityId,
    value: Body,
    *,
    id: str | None = None,
    node: int = 0,
) -> Done:
    body: Body = {"activity": activity, "value": value}
    return await school.wish(student, "response.submit", lesson.classroom, body, id=id, node=node)


async def end_time(db: Database, activity: ActivityId, ago_ms: int) -> None:
    """As if the deadline had been `ago_ms` ago, and the drafts had come a second before it."""
    await db.execute(
        """
        UPDATE activity SET deadline_at = clock_timestamp() - $2 * interval '1 millisecond' WHERE id = $1
        """,
        activity,
        ago_ms,
    )
    await db.execute(
        """
        UPDATE response SET saved_at = activity.deadline_at - interval '1 second'
          FROM activity WHERE activity.id = response.activity_id AND activity.id = $1
        """,
        activity,
    )
