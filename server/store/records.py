"""Records (课堂记录): past sessions, and who may look at what of a classroom.

Who asks is part of every question: somebody else's and what is not there give the same nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from protocol.account import Role
from protocol.activity import Post
from protocol.ids import AccountId, ActivityId, ClassroomId, SessionId
from server.core.state import StoredActivity
from server.store.pool import Reader
from server.store.posts import read_post


@dataclass(frozen=True, slots=True, kw_only=True)
class PastSession:
    id: SessionId
    number: int
    started_at: datetime
    ended_at: datetime
    classroom: ClassroomId
    classroom_name: str
    role: Role  # the asker's


async def select_role(db: Reader, classroom: ClassroomId, account: AccountId, roles: Sequence[Role]) -> Role | None:
    """The account's role in the classroom, if it is one of `roles`."""
    role: Role | None = await db.fetchval(
        """
        SELECT role
          FROM membership
         WHERE classroom_id = $1 AND account_id = $2 AND state = 'joined' AND role = ANY ($3::text[])
        """,
        classroom,
        account,
        list(roles),
    )
    return role


async def select_role_of_activity(
    db: Reader, activity: ActivityId, account: AccountId, roles: Sequence[Role]
) -> Role | None:
    """The same for the classroom of an activity that is published."""
    role: Role | None = await db.fetchval(
        """
        SELECT membership.role
          FROM activity
          JOIN membership ON membership.classroom_id = activity.classroom_id
         WHERE activity.id = $1 AND activity.phase <> 'draft'
           AND membership.account_id = $2 AND membership.state = 'joined' AND membership.role = ANY ($3::text[])
        """,
        activity,
        account,
        list(roles),
    )
    return role


async def select_past_sessions(
    db: Reader, classroom: ClassroomId, account: AccountId, before: int, limit: int
) -> list[PastSession]:
    """The classroom's sessions with a number below `before`, newest first. The caller has checked the role."""
    rows = await db.fetch(
        """
        SELECT session.id, session.number, session.started_at, session.ended_at, classroom.id AS classroom,
               classroom.name AS classroom_name, membership.role
          FROM session
          JOIN classroom ON classroom.id = session.classroom_id
          JOIN membership ON membership.classroom_id = classroom.id AND membership.state = 'joined'
         WHERE session.classroom_id = $1 AND membership.account_id = $2
           AND session.ended_at IS NOT NULL AND session.number < $3
         ORDER BY session.number DESC
         LIMIT $4
        """,
        classroom,
        account,
        before,
        limit,
    )
    return [PastSession(**row) for row in rows]


async def select_past_session(
    db: Reader, session: SessionId, account: AccountId, roles: Sequence[Role]
) -> PastSession | None:
    row = await db.fetchrow(
        """
        SELECT session.id, session.number, session.started_at, session.ended_at, classroom.id AS classroom,
               classroom.name AS classroom_name, membership.role
          FROM session
          JOIN classroom ON classroom.id = session.classroom_id
          JOIN membership ON membership.classroom_id = classroom.id AND membership.state = 'joined'
         WHERE session.id = $1 AND session.ended_at IS NOT NULL
           AND membership.account_id = $2 AND membership.role = ANY ($3::text[])
        """,
        session,
        account,
        list(roles),
    )
    return PastSession(**row) if row else None


async def select_outlines(db: Reader, sessions: Sequence[SessionId]) -> dict[SessionId, list[StoredActivity]]:
    """The activities of these sessions without what is large in them: enough to count those a record shows."""
    rows = await db.fetch(
        """
        SELECT id, classroom_id AS classroom, session_id AS session, kind, title, '{}'::jsonb AS config, state, phase,
               updated_at, published_at, deadline_at, closed_at, n_posts, NULL::jsonb AS tally
          FROM activity
         WHERE session_id = ANY ($1::text[])
        """,
        list(sessions),
    )
    outlines: dict[SessionId, list[StoredActivity]] = {}
    for row in rows:
        outlines.setdefault(row["session"], []).append(StoredActivity(**row))
    return outlines


async def select_posts_before(db: Reader, activity: ActivityId, before: int, limit: int) -> list[Post]:
    """The last `limit` posts with a number below `before`, oldest first."""
    rows = await db.fetch(
        """
        SELECT post.id, number, author_id, shown_name(author_name, account.state) AS author_name, is_staff, at, text,
               reply_to, removed_by
          FROM post
          JOIN account ON account.id = author_id
         WHERE activity_id = $1 AND number < $2
         ORDER BY number DESC
         LIMIT $3
        """,
        activity,
        before,
        limit,
    )
    return [read_post(row) for row in reversed(rows)]


async def select_open_code(db: Reader, classroom: ClassroomId, account: AccountId, roles: Sequence[Role]) -> str | None:
    """The class code, while it lets people in."""
    code: str | None = await db.fetchval(
        """
        SELECT classroom.code
          FROM classroom
          JOIN membership ON membership.classroom_id = classroom.id AND membership.state = 'joined'
         WHERE classroom.id = $1 AND classroom.is_code_open
           AND membership.account_id = $2 AND membership.role = ANY ($3::text[])
        """,
        classroom,
        account,
        list(roles),
    )
    return code
