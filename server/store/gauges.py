"""What a tally is counted from, all at one moment; and the order of gauges: a number that grows whenever a tally may
have changed, the same on every node.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import asyncpg

from protocol.codec import unpack_stored
from protocol.envelopes import Body
from protocol.ids import ActivityId
from server.core.state import Answers, Response, StoredActivity, Student
from server.store.pool import Reader

ACTIVITY = tuple(each.name for each in fields(StoredActivity))
RESPONSES = ("accounts", "phases", "values", "saved_at", "submitted_at", "are_auto", "corrections", "revs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """An activity with everything its tally is counted from, and the rev of that count."""

    activity: StoredActivity
    answers: Answers
    rev: int


async def select_ballot(db: Reader, activity: ActivityId) -> Ballot | None:
    """In one statement, so that it is one moment; a column of a class as one array, since rows cost more than what is
    in them.
    """
    row = await db.fetchrow(
        """
        SELECT activity.id, activity.classroom_id AS classroom, session_id AS session, activity.kind, title, config,
               state, phase, updated_at, published_at, deadline_at, closed_at, n_posts, tally,
               (stream.head + coalesce(answered.n_revs, 0))::bigint AS rev,
               answered.accounts, phases, "values", saved_at, submitted_at, are_auto, corrections, revs,
               said.anonymous, student.accounts AS students, names
          FROM activity
          JOIN stream ON stream.id = activity.classroom_id
         CROSS JOIN LATERAL (
               SELECT sum(rev) AS n_revs, array_agg(account_id::text) AS accounts, array_agg(phase) AS phases,
                      array_agg(value::text) AS "values", array_agg(saved_at) AS saved_at,
                      array_agg(submitted_at) AS submitted_at, array_agg(is_auto) AS are_auto,
                      array_agg(correction::text) AS corrections, array_agg(rev) AS revs
                 FROM response
                WHERE response.activity_id = activity.id) AS answered
         CROSS JOIN LATERAL (
               SELECT array_agg(value::text ORDER BY id) AS anonymous
                 FROM anonymous_answer
                WHERE anonymous_answer.activity_id = activity.id) AS said
         CROSS JOIN LATERAL (
               SELECT array_agg(account_id::text ORDER BY joined_at, account_id) AS accounts,
                      array_agg(name ORDER BY joined_at, account_id) AS names
                 FROM membership
                WHERE membership.classroom_id = activity.classroom_id AND membership.state = 'joined'
                  AND membership.role = 'student') AS student
         WHERE activity.id = $1
        """,
        activity,
    )
    return read_ballot(row) if row else None


def read_ballot(row: asyncpg.Record) -> Ballot:
    # A class says few different things.
    known: dict[str | None, Body | None] = {None: None}

    def read(text: str | None) -> Body | None:
        if text not in known:
            known[text] = unpack_stored(text or "")
        return known[text]

    found = StoredActivity(**{name: row[name] for name in ACTIVITY})
    responses = [
        Response(
            activity=found.id,
            account=account,
            phase=phase,
            value=read(value),
            saved_at=saved_at,
            submitted_at=submitted_at,
            is_auto=is_auto,
            correction=read(correction),
            rev=rev,
        )
        for account, phase, value, saved_at, submitted_at, is_auto, correction, rev in zip(
            *(row[name] or () for name in RESPONSES), strict=True
        )
    ]
    students = [
        Student(account=account, name=name)
        for account, name in zip(row["students"] or (), row["names"] or (), strict=True)
    ]
    values = [unpack_stored(text) for text in row["anonymous"] or ()]
    return Ballot(
        activity=found, answers=Answers(responses=responses, values=values, students=students), rev=row["rev"]
    )


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
