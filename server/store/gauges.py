"""The order of gauges: a number that grows whenever a tally may have changed, the same on every node."""

from __future__ import annotations

from collections.abc import Sequence

from protocol.ids import ActivityId
from server.store.pool import Reader


async def select_revs(db: Reader, activities: Sequence[ActivityId]) -> dict[ActivityId, int]:
    """By activity: the classroom's head (members come and go by events) and the revs of all responses, summed.

    Both only grow, and grow in the order of commits: a count with a greater rev saw everything a lesser one saw.
    """
    rows = await db.fetch(
        """
        SELECT activity.id, (stream.head + coalesce(sum(response.rev), 0))::bigint AS rev
          FROM activity
          JOIN stream ON stream.id = activity.classroom_id
          LEFT JOIN response ON response.activity_id = activity.id
         WHERE activity.id = ANY ($1::text[])
         GROUP BY activity.id, stream.head
        """,
        list(activities),
    )
    return {row["id"]: row["rev"] for row in rows}
