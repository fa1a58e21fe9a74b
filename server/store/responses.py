"""Responses: rows, not events (I6). They are read and written for many students at once.

A row's `rev` is the writer's proof that it saw the row it changes: two nodes may answer for one student at once, and
the slower one finds out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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


# Nearly everybody of a rush.
UNANSWERED = Standing(role="student")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Said:
    """What an answer makes of a response, whoever gave it: many may have said the same. Values are as `pack_stored`
    makes them. `anonymous`: what was said, to be kept apart from who said it. `body_hash` is the submit's.
    """

    activity: ActivityId
    value: str | None
    anonymous: str | None
    body_hash: bytes | None
    rev: int


# Who says the same: each account with its command if it submits; with None if it saves.
Sayers = Sequence[tuple[AccountId, str | None]]


async def select_now(tx: Tx) -> datetime:
    """The database's clock, by which deadlines are judged (I10): to be read after the activities are shared.

    From here on rows are looked up one by one, by their keys: what PostgreSQL knows of the tables' sizes is from before
    the rush, and to read one whole for each student is right only while it is empty.
    """
    now: datetime = await tx.fetchval("SELECT clock_timestamp() FROM set_config('enable_seqscan', 'off', true)")
    return now


async def select_standings(
    tx: Tx, asked: Mapping[ActivityId, tuple[ClassroomId, Sequence[AccountId]]]
) -> dict[tuple[ActivityId, AccountId], Standing]:
    """Where those accounts stand who are not simply students that have not answered. After `select_now`."""
    rows = await tx.fetch(
        """
        SELECT activity, account, role, response.*
          FROM unnest(string_to_array($1, ','), string_to_array($2, ','), string_to_array($3, ';'))
               AS asked (activity, classroom, accounts)
         CROSS JOIN unnest(string_to_array(accounts, ',')) AS account
          LEFT JOIN LATERAL (
               SELECT role
                 FROM membership
                WHERE classroom_id = classroom AND account_id = account AND state = 'joined'
               OFFSET 0) AS place ON true
          LEFT JOIN LATERAL (
               SELECT phase, value, saved_at, submitted_at, is_auto, correction, rev, command_id, body_hash
                 FROM response
                WHERE activity_id = activity AND account_id = account
               OFFSET 0) AS response ON true
         WHERE role IS DISTINCT FROM 'student' OR phase IS NOT NULL
        """,
        column(asked),
        column([classroom for classroom, _ in asked.values()]),
        column([column(accounts) for _, accounts in asked.values()], ";"),
    )
    return {(row["activity"], row["account"]): read_standing(row) for row in rows}


def column(values: Collection[str | None], between: str = ",") -> str:
    """Many values as one parameter, for `string_to_array`: of an array, asyncpg looks at each element several times.

    None and "" are one. Raises ValueError if one of them holds `between`.
    """
    joined = between.join([value or "" for value in values])
    if joined.count(between) != max(len(values) - 1, 0):
        raise ValueError("a value of a column divides it")
    return joined


def read_standing(row: asyncpg.Record) -> Standing:
    if row["phase"] is None:
        return Standing(role=row["role"])
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


async def insert_responses(tx: Tx, puts: Mapping[Said, Sayers], at: datetime) -> int:
    """What students submit as their first words as of `at`, none of it anonymous. How many were written: who is no
    student of the activity's classroom is left out. After `select_now`.

    If somebody has such a row, the whole transaction is refused (ALREADY_ANSWERED): to look for each before it is
    written would be a third of the cost. Lock order: their activities are shared before.
    """
    done = await tx.execute(
        """
        INSERT INTO response (activity_id, account_id, phase, value, saved_at, submitted_at, command_id, body_hash)
        SELECT alike.activity_id, sayer.account_id, 'submitted', value::jsonb, $6::timestamptz, $6, command_id,
               decode(body_hash, 'hex')
          FROM unnest(string_to_array($1, ','), string_to_array($2, E'\n'), string_to_array($3, ',', ''),
                      string_to_array($4, ';'), string_to_array($5, ';'))
               AS alike (activity_id, value, body_hash, accounts, commands)
          JOIN activity ON activity.id = alike.activity_id
         CROSS JOIN unnest(string_to_array(accounts, ','), string_to_array(commands, ','))
               AS sayer (account_id, command_id)
         CROSS JOIN LATERAL (
               SELECT
                 FROM membership
                WHERE membership.classroom_id = activity.classroom_id AND membership.account_id = sayer.account_id
                  AND state = 'joined' AND role = 'student'
               OFFSET 0) AS student
         ORDER BY alike.activity_id, sayer.account_id
        """,
        *columns(puts),
        at,
    )
    return int(done.rpartition(" ")[2])


async def upsert_responses(tx: Tx, puts: Mapping[Said, Sayers], at: datetime) -> set[tuple[ActivityId, AccountId]]:
    """Write these rows (one per student and activity) as of `at`, and answer which were not written: a row whose rev is
    not the one before is somebody else's by now and stays as it is. Lock order: their activities are shared before.

    Anonymous answers go in shuffled, and only for the rows that were written.
    """
    rows = await tx.fetch(
        """
          WITH new AS (
               SELECT activity_id, account_id, value::jsonb, anonymous::jsonb, rev::bigint, command_id,
                      decode(body_hash, 'hex') AS body_hash
                 FROM unnest(string_to_array($1, ','), string_to_array($2, E'\n', ''), string_to_array($3, ',', ''),
                             string_to_array($4, ';'), string_to_array($5, ';'), string_to_array($6, E'\n', ''),
                             string_to_array($7, ','))
                      AS alike (activity_id, value, body_hash, accounts, commands, anonymous, rev)
                CROSS JOIN unnest(string_to_array(accounts, ','), string_to_array(commands, ',', ''))
                      AS sayer (account_id, command_id)),
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
        SELECT activity_id, account_id
          FROM new
         WHERE (SELECT count(*) FROM written) < $9
        EXCEPT ALL
        SELECT activity_id, account_id
          FROM written
         WHERE (SELECT count(*) FROM written) < $9
        """,
        *columns(puts),
        column([said.anonymous for said in puts], "\n"),
        column([str(said.rev) for said in puts]),
        at,
        sum(map(len, puts.values())),
    )
    return {(row["activity_id"], row["account_id"]) for row in rows}


def columns(puts: Mapping[Said, Sayers]) -> tuple[str, str, str, str, str]:
    """What is said, a column each of activities, values and hashes; and by whom, of accounts and of commands."""
    return (
        column([said.activity for said in puts]),
        column([said.value for said in puts], "\n"),
        column([None if said.body_hash is None else said.body_hash.hex() for said in puts]),
        column([column([account for account, _ in sayers]) for sayers in puts.values()], ";"),
        column([column([command for _, command in sayers]) for sayers in puts.values()], ";"),
    )


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
