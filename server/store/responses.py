"""Responses: rows, not events (I6). They are read and written for many students at once.

A row's `rev` is the writer's proof that it saw the row it changes: two nodes may answer for one student at once, and
the slower one finds out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from protocol.account import Role
from protocol.activity import ResponseCorrected
from protocol.codec import pack_stored
from protocol.envelopes import Body
from protocol.ids import AccountId, ActivityId
from server.core.fact import Fact
from server.core.state import Response
from server.store.pool import Reader, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One asker of a batch: the role in the activity's classroom and the response so far, with its submit's command."""

    role: Role | None
    response: Response | None
    command: str | None
    body_hash: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """One response as it shall be. `anonymous`: what was said, to be kept apart from who said it."""

    response: Response
    command: str | None
    body_hash: bytes | None
    anonymous: Body | None


async def select_standings(
    tx: Tx, activities: Sequence[ActivityId], accounts: Sequence[AccountId]
) -> tuple[datetime, list[Standing]]:
    """For these pairs, in their order; and the database's clock, by which deadlines are judged (I10)."""
    rows = await tx.fetch(
        """
        SELECT clock_timestamp() AS now, membership.role, response.activity_id AS activity,
               response.account_id AS account, response.phase, value, saved_at, submitted_at, is_auto, correction, rev,
               command_id, body_hash
          FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS asked (activity, account, number)
          LEFT JOIN activity ON activity.id = asked.activity
          LEFT JOIN membership ON membership.classroom_id = activity.classroom_id
                              AND membership.account_id = asked.account
                              AND membership.state = 'joined'
          LEFT JOIN response ON response.activity_id = asked.activity AND response.account_id = asked.account
         ORDER BY asked.number
        """,
        list(activities),
        list(accounts),
    )
    now: datetime = rows[0]["now"]
    return now, [read_standing(row) for row in rows]


def read_standing(row: asyncpg.Record) -> Standing:
    has_response = row["activity"] is not None
    return Standing(
        role=row["role"],
        response=read_response(row) if has_response else None,
        command=row["command_id"],
        body_hash=row["body_hash"],
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


async def upsert_responses(tx: Tx, puts: Sequence[Put]) -> set[tuple[ActivityId, AccountId]]:
    """Write these rows (one per student and activity) and answer which were written: a row whose rev is not the one
    before is somebody else's by now and stays as it is. Lock order: their activities are shared before.

    Anonymous answers go in shuffled, and only for the rows that were written.
    """
    rows = await tx.fetch(
        """
          WITH new AS (
               SELECT *
                 FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[],
                             $7::bigint[], $8::text[], $9::bytea[], $10::text[])
                      AS new (activity_id, account_id, phase, value, saved_at, submitted_at, rev, command_id,
                              body_hash, anonymous)),
               written AS (
               INSERT INTO response (activity_id, account_id, phase, value, saved_at, submitted_at, rev, command_id,
                                     body_hash)
               SELECT activity_id, account_id, phase, value::jsonb, saved_at, submitted_at, rev, command_id, body_hash
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
               SELECT gen_random_uuid(), activity_id, anonymous::jsonb
                 FROM new
                WHERE anonymous IS NOT NULL
                  AND EXISTS (SELECT FROM written
                               WHERE written.activity_id = new.activity_id AND written.account_id = new.account_id)
                ORDER BY random())
        SELECT activity_id, account_id FROM written
        """,
        [put.response.activity for put in puts],
        [put.response.account for put in puts],
        [put.response.phase for put in puts],
        [None if put.response.value is None else pack_stored(put.response.value) for put in puts],
        [put.response.saved_at for put in puts],
        [put.response.submitted_at for put in puts],
        [put.response.rev for put in puts],
        [put.command for put in puts],
        [put.body_hash for put in puts],
        [None if put.anonymous is None else pack_stored(put.anonymous) for put in puts],
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
