"""Activities: their rows as decisions need them, the locks around a close, and what their events change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from protocol.activity import (
    ActivityChanged,
    ActivityClosed,
    ActivityDiscarded,
    ActivityDrafted,
    ActivityExtended,
    ActivityPublished,
)
from protocol.ids import ActivityId, ClassroomId, FileId, SessionId, StreamId
from server.core.fact import Fact
from server.core.moment import instant
from server.core.state import StoredActivity
from server.store.pool import Database, Reader, Tx


async def select_activity(db: Reader, activity: ActivityId | str) -> StoredActivity | None:
    row = await db.fetchrow(
        """
        SELECT id, classroom_id AS classroom, session_id AS session, kind, title, config, state, phase, updated_at,
               published_at, deadline_at, closed_at, n_posts, tally
          FROM activity
         WHERE id = $1
        """,
        activity,
    )
    return StoredActivity(**row) if row else None


async def select_activities(db: Reader, ids: Sequence[ActivityId]) -> list[StoredActivity]:
    rows = await db.fetch(
        """
        SELECT id, classroom_id AS classroom, session_id AS session, kind, title, config, state, phase, updated_at,
               published_at, deadline_at, closed_at, n_posts, tally
          FROM activity
         WHERE id = ANY ($1::text[])
        """,
        list(ids),
    )
    return [StoredActivity(**row) for row in rows]


async def lock_activity(tx: Tx, activity: ActivityId | str) -> StoredActivity | None:
    """Wait for the answers under way, and let no other in until commit: what is counted now is all there will be."""
    row = await tx.fetchrow(
        """
        SELECT id, classroom_id AS classroom, session_id AS session, kind, title, config, state, phase, updated_at,
               published_at, deadline_at, closed_at, n_posts, tally
          FROM activity
         WHERE id = $1
           FOR NO KEY UPDATE
        """,
        activity,
    )
    return StoredActivity(**row) if row else None


async def lock_published(tx: Tx, classroom: ClassroomId | StreamId) -> list[StoredActivity]:
    """The same for every published activity of the classroom, sorted, oldest published first in the answer."""
    rows = await tx.fetch(
        """
        SELECT id, classroom_id AS classroom, session_id AS session, kind, title, config, state, phase, updated_at,
               published_at, deadline_at, closed_at, n_posts, tally
          FROM activity
         WHERE classroom_id = $1 AND phase = 'published'
         ORDER BY id
           FOR NO KEY UPDATE
        """,
        classroom,
    )
    return sorted(
        (StoredActivity(**row) for row in rows), key=lambda each: (each.published_at or each.updated_at, each.id)
    )


async def share_activities(tx: Tx, activities: Sequence[ActivityId]) -> list[StoredActivity]:
    """Keep these activities from closing until commit; many may hold them so at once."""
    rows = await tx.fetch(
        """
        SELECT id, classroom_id AS classroom, session_id AS session, kind, title, config, state, phase, updated_at,
               published_at, deadline_at, closed_at, n_posts, tally
          FROM activity
         WHERE id = ANY ($1::text[])
         ORDER BY id
           FOR SHARE
        """,
        sorted(activities),
    )
    return [StoredActivity(**row) for row in rows]


async def select_of_session(db: Reader, session: SessionId) -> list[StoredActivity]:
    """Oldest first."""
    rows = await db.fetch(
        """
        SELECT id, classroom_id AS classroom, session_id AS session, kind, title, config, state, phase, updated_at,
               published_at, deadline_at, closed_at, n_posts, tally
          FROM activity
         WHERE session_id = $1
         ORDER BY published_at, id
        """,
        session,
    )
    return [StoredActivity(**row) for row in rows]


async def select_drafts(db: Reader, classroom: ClassroomId | StreamId) -> list[StoredActivity]:
    """In the order of their last change."""
    rows = await db.fetch(
        """
        SELECT id, classroom_id AS classroom, session_id AS session, kind, title, config, state, phase, updated_at,
               published_at, deadline_at, closed_at, n_posts, tally
          FROM activity
         WHERE classroom_id = $1 AND phase = 'draft'
         ORDER BY updated_at, id
        """,
        classroom,
    )
    return [StoredActivity(**row) for row in rows]


async def select_current(db: Reader, streams: Sequence[StreamId]) -> list[StoredActivity]:
    """The activities of the open sessions of these classrooms, whose gauges somebody who attaches needs."""
    rows = await db.fetch(
        """
        SELECT activity.id, activity.classroom_id AS classroom, session_id AS session, kind, title, config, state,
               phase, updated_at, published_at, deadline_at, closed_at, n_posts, tally
          FROM activity
          JOIN session ON session.id = activity.session_id AND session.ended_at IS NULL
         WHERE session.classroom_id = ANY ($1::text[])
         ORDER BY published_at, activity.id
        """,
        list(streams),
    )
    return [StoredActivity(**row) for row in rows]


async def count_drafts(tx: Tx, classroom: ClassroomId | StreamId) -> int:
    n: int = await tx.fetchval("SELECT count(*) FROM activity WHERE classroom_id = $1 AND phase = 'draft'", classroom)
    return n


async def count_published(tx: Tx, session: SessionId) -> int:
    n: int = await tx.fetchval("SELECT count(*) FROM activity WHERE session_id = $1", session)
    return n


async def select_file_types(tx: Tx, classroom: ClassroomId | StreamId, files: Sequence[FileId]) -> dict[FileId, str]:
    """Of these files, the active ones of this classroom, with their content types."""
    rows = await tx.fetch(
        """
        SELECT id, content_type
          FROM file
         WHERE id = ANY ($2::text[]) AND classroom_id = $1 AND state = 'active'
        """,
        classroom,
        list(files),
    )
    return {row["id"]: row["content_type"] for row in rows}


async def select_due(db: Database, grace_ms: int, most: int) -> list[tuple[ClassroomId, ActivityId]]:
    """Activities whose deadline and grace are over; those somebody is closing at this moment are left to them."""
    rows = await db.fetch(
        """
        SELECT classroom_id, id
          FROM activity
         WHERE phase = 'published' AND deadline_at <= clock_timestamp() - $1 * interval '1 millisecond'
         ORDER BY deadline_at
         LIMIT $2
           FOR NO KEY UPDATE SKIP LOCKED
        """,
        grace_ms,
        most,
    )
    return [(row["classroom_id"], row["id"]) for row in rows]


async def select_now(db: Reader) -> datetime:
    """The database's clock (I10)."""
    now: datetime = await db.fetchval("SELECT clock_timestamp()")
    return now


async def apply_drafted(tx: Tx, fact: Fact, body: ActivityDrafted) -> None:
    await tx.execute(
        """
        INSERT INTO activity (id, classroom_id, kind, title, config, phase, updated_at)
        VALUES ($1, $2, $3, $4, $5, 'draft', $6)
            ON CONFLICT (id) DO UPDATE
           SET title = excluded.title, config = excluded.config, updated_at = excluded.updated_at
        """,
        body.draft.id,
        fact.stream,
        body.draft.kind,
        body.draft.title,
        body.draft.config,
        instant(body.draft.updated_at),
    )


async def apply_discarded(tx: Tx, fact: Fact, body: ActivityDiscarded) -> None:
    await tx.execute("DELETE FROM activity WHERE id = $1 AND phase = 'draft'", body.activity)


async def apply_published(tx: Tx, fact: Fact, body: ActivityPublished) -> None:
    made = body.activity
    await tx.execute(
        """
        INSERT INTO activity (id, classroom_id, session_id, kind, title, config, state, phase,
                              updated_at, published_at, deadline_at)
        SELECT $1, $2::text, session.id, $3, $4, $5::jsonb, $6::jsonb, $7, $8::timestamptz, $8, $9::timestamptz
          FROM session
         WHERE session.classroom_id = $2::text AND session.ended_at IS NULL
            ON CONFLICT (id) DO UPDATE
           SET session_id = excluded.session_id, title = excluded.title, config = excluded.config,
               state = excluded.state, phase = excluded.phase, updated_at = excluded.updated_at,
               published_at = excluded.published_at, deadline_at = excluded.deadline_at
        """,
        made.id,
        fact.stream,
        made.kind,
        made.title,
        made.config,
        made.state,
        made.phase,
        instant(made.published_at),
        None if made.deadline_at is None else instant(made.deadline_at),
    )


async def apply_extended(tx: Tx, fact: Fact, body: ActivityExtended) -> None:
    await tx.execute("UPDATE activity SET deadline_at = $2 WHERE id = $1", body.activity, instant(body.deadline_at))


async def apply_changed(tx: Tx, fact: Fact, body: ActivityChanged) -> None:
    await tx.execute(
        "UPDATE activity SET phase = $2, state = $3, updated_at = $4 WHERE id = $1",
        body.activity,
        body.phase,
        body.state,
        fact.at,
    )


async def apply_closed(tx: Tx, fact: Fact, body: ActivityClosed) -> None:
    """What was only saved is submitted by the server (D7). A rev grows where the close changes what one sees of one's
    own response.

    Anonymous answers are written anew, all in this transaction and in another order: until then who reads the database
    itself could see which answer was written together with whose participation.
    """
    await tx.execute(
        """
          WITH closed AS (
               UPDATE activity
                  SET phase = 'closed', closed_at = $2, updated_at = $2, tally = $3
                WHERE id = $1),
               mixed AS (
               DELETE FROM anonymous_answer
                WHERE activity_id = $1
            RETURNING value),
               parted AS (
               INSERT INTO anonymous_answer (id, activity_id, value)
               SELECT gen_random_uuid(), $1, value
                 FROM mixed
                ORDER BY random())
        UPDATE response
           SET rev = rev + 1,
               is_auto = phase = 'saved',
               submitted_at = CASE WHEN phase = 'saved' THEN $2 END,
               phase = CASE WHEN phase = 'saved' THEN 'submitted' ELSE phase END
         WHERE activity_id = $1 AND phase IN ('saved', 'none')
        """,
        body.activity,
        instant(body.closed_at),
        body.tally,
    )
