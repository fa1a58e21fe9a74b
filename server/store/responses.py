"""Responses: rows, not events (I6). They are read and written for many students at once.

A row's `rev` is the writer's proof that it saw the row it changes: two nodes may answer for one student at once, and
the slower one finds out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from protocol.account import Role
from protocol.activity import ResponseCorrected
from protocol.envelopes import Body
from protocol.ids import AccountId, ActivityId, ClassroomId
from server.core.fact import Fact
from server.core.state import Response
from server.store.pool import Reader, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One asker of a batch: the role in the activity's classroom and the response so far, with its submit's command."""

    role: Role | None
    response: Response | None = None
    command: str | None = None
    body_hash: bytes | None = None


# Whoever has no response yet: nearly everybody of a rush.
UNANSWERED: Mapping[Role | None, Standing] = {
    role: Standing(role=role) for role in ("teacher", "assistant", "student", None)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an answer makes of a response, whoever gave it: many may have said the same. Values are as `pack_stored`
    makes them. `anonymous`: what was said, to be kept apart from who said it. `body_hash` is the submit's.
    """

    value: str | None
    anonymous: str | None
    body_hash: bytes | None
    rev: int


@dataclass(slots=True, eq=False)
class Put:
    """One response as it shall be: submitted with this command; saved, without one. Not frozen: there are thousands."""

    activity: ActivityId
    account: AccountId
    command: str | None
    said: Said


async def select_standings(
    tx: Tx,
    classrooms: Sequence[ClassroomId | None],
    activities: Sequence[ActivityId],
    accounts: Sequence[AccountId],
) -> tuple[datetime, list[Standing]]:
    """For these triples, in their order; and the database's clock, by which deadlines are judged (I10).

    Rows of both tables are looked up one by one, by their keys: what PostgreSQL knows of the tables' sizes is from
    before the rush, and to read one whole for each student is right only while it is empty.
    """
    await tx.execute("SET LOCAL enable_seqscan = off")
    rows = await tx.fetch(
        """
        SELECT CASE WHEN number = 1 THEN clock_timestamp() END AS now,
               (SELECT membership.role
                  FROM membership
                 WHERE membership.classroom_id = asked.classroom AND membership.account_id = asked.account
                   AND membership.state = 'joined') AS role,
               response.activity_id AS activity, response.account_id AS account, response.phase, value, saved_at,
               submitted_at, is_auto, correction, rev, command_id, body_hash
          FROM unnest(string_to_array($1, ','), string_to_array($2, ','), string_to_array($3, ','))
               WITH ORDINALITY AS asked (classroom, activity, account, number)
          LEFT JOIN LATERAL (
               SELECT *
                 FROM response
                WHERE response.activity_id = asked.activity AND response.account_id = asked.account
               OFFSET 0) AS response ON true
         ORDER BY number
        """,
        column(classrooms),
        column(activities),
        column(accounts),
    )
    now: datetime = rows[0]["now"]
    return now, [read_standing(row) for row in rows]


def column(values: Sequence[str | None], between: str = ",") -> str:
    """Many values as one parameter, for `string_to_array`: of an array, asyncpg looks at each element several times.

    None and "" are one. Raises ValueError if one of them holds `between`.
    """
    joined = between.join([value or "" for value in values])
    if joined.count(between) != max(len(values) - 1, 0):
        raise ValueError("a value of a column divides it")
    return joined


def read_standing(row: asyncpg.Record) -> Standing:
    if row["activity"] is None:
        return UNANSWERED[row["role"]]
    return Standing(
        role=row["role"], response=read_response(row), command=row["command_id"], body_hash=row["body_hash"]
    )


def read_response(row: asyncpg.Record) -> Response:
    return Response(
        activity=row["activity"],
        account=row["account"],
        phase=row["phase"],
        value=row["value"],
        saved_at=row["saved_at"],
        submitted_at=row["submitted_at"],
        is_auto=row["is_auto"],
        correction=row["correction"],
        rev=row["rev"],
    )


async def upsert_responses(tx: Tx, puts: Sequence[Put], at: datetime) -> set[tuple[ActivityId, AccountId]]:
    """Write these rows (one per student and activity) as of `at`, and answer which were not written: a row whose rev is
    not the one before is somebody else's by now and stays as it is. Lock order: their activities are shared before.

    Anonymous answers go in shuffled, and only for the rows that were written.
    """
    rows = await tx.fetch(
        """
          WITH new AS (
               SELECT activity_id::id, account_id::id, value::jsonb, anonymous::jsonb, rev::bigint, command_id,
                      decode(body_hash, 'hex') AS body_hash
                 FROM unnest(string_to_array($1, ','), string_to_array($2, ','), string_to_array($3, E'\n', ''),
                             string_to_array($4, E'\n', ''), string_to_array($5, ','), string_to_array($6, ',', ''),
                             string_to_array($7, ',', ''))
                      AS new (activity_id, account_id, value, anonymous, rev, command_id, body_hash)),
               written AS (
               INSERT INTO response (activity_id, account_id, phase, value, saved_at, submitted_at, rev, command_id,
                                     body_hash)
               SELECT activity_id, account_id, CASE WHEN command_id IS NULL THEN 'saved' ELSE 'submitted' END, value,
                      $8::timestamptz, CASE WHEN command_id IS NOT NULL THEN $8 END, rev, command_id, body_hash
                 FROM new
                ORDER BY activity_id, account_id
                   ON CONFLICT (activity_id, account_id) DO UPDATE
                  SET phase = excluded.phase, value = excluded.value, saved_at = excluded.saved_at,
                      submitted_at = excluded.submitted_at, rev = excluded.rev, command_id = excluded.command_id,
                      body_hash = excluded.body_hash
                WHERE response.rev = excluded.rev - 1
               RETURNING activity_id, account_id),
               said AS (
               INSERT INTO anonymous_answer (id, activity_id, value)
               SELECT gen_random_uuid(), activity_id, anonymous
                 FROM new
                WHERE anonymous IS NOT NULL
                  AND EXISTS (SELECT FROM written
                               WHERE written.activity_id = new.activity_id AND written.account_id = new.account_id)
                ORDER BY random())
        SELECT activity_id, account_id FROM new
        EXCEPT ALL
        SELECT activity_id, account_id FROM written
        """,
        column([put.activity for put in puts]),
        column([put.account for put in puts]),
        column([put.said.value for put in puts], "\n"),
        column([put.said.anonymous for put in puts], "\n"),
        column([str(put.said.rev) for put in puts]),
        column([put.command for put in puts]),
        column([None if put.said.body_hash is None else put.said.body_hash.hex() for put in puts]),
        at,
    )
    return {(row["activity_id"], row["account_id"]) for row in rows}


async def select_responses(db: Reader, activity: ActivityId) -> list[Response]:
    rows = await db.fetch(
        """
        SELECT activity_id AS activity, account_id AS account, phase, value, saved_at, submitted_at, is_auto,
               correction, rev
          FROM response
         WHERE activity_id = $1
        """,
        activity,
    )
    return [read_response(row) for row in rows]


async def select_response(db: Reader, activity: ActivityId | str, account: AccountId | str) -> Response | None:
    row = await db.fetchrow(
        """
        SELECT activity_id AS activity, account_id AS account, phase, value, saved_at, submitted_at, is_auto,
               correction, rev
          FROM response
         WHERE activity_id = $1 AND account_id = $2
        """,
        activity,
        account,
    )
    return read_response(row) if row else None


async def select_of_accounts(
    db: Reader, activities: Sequence[ActivityId], accounts: Sequence[AccountId]
) -> list[Response]:
    """What any of these accounts answered in any of these activities."""
    rows = await db.fetch(
        """
        SELECT activity_id AS activity, account_id AS account, phase, value, saved_at, submitted_at, is_auto,
               correction, rev
          FROM response
         WHERE activity_id = ANY ($1::text[]) AND account_id = ANY ($2::text[])
        """,
        list(activities),
        list(accounts),
    )
    return [read_response(row) for row in rows]


async def select_anonymous(db: Reader, activity: ActivityId) -> list[Body]:
    """In no order that means anything."""
    rows = await db.fetch("SELECT value FROM anonymous_answer WHERE activity_id = $1 ORDER BY id", activity)
    return [row["value"] for row in rows]


async def apply_corrected(tx: Tx, fact: Fact, body: ResponseCorrected) -> None:
    """Somebody who never answered gets a row of phase `none`."""
    await tx.execute(
        """
          WITH counted AS (UPDATE activity SET tally = coalesce($4, tally) WHERE id = $1)
        INSERT INTO response (activity_id, account_id, phase, saved_at, correction)
        VALUES ($1, $2, 'none', $5, $3)
            ON CONFLICT (activity_id, account_id) DO UPDATE
           SET correction = excluded.correction, rev = response.rev + 1
        """,
        body.activity,
        body.account,
        body.correction,
        body.tally,
        fact.at,
    )
