"""Attempts at assessments: begun, saved, submitted by the learner or by the server, marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

import asyncpg
import msgspec

from protocol.ids import AccountId
from server.core.activities import border
from server.core.assessment import Answers, Attempt, Given, Score, State
from server.store.pool import Reader, Tx


class StoredAnswers(msgspec.Struct, frozen=True, kw_only=True):
    v: Annotated[int, msgspec.Meta(ge=1)] = 1
    answers: Answers = []


class StoredMarks(msgspec.Struct, frozen=True, kw_only=True):
    v: Annotated[int, msgspec.Meta(ge=1)] = 1
    given: dict[str, Given] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An attempt in the teacher's list."""

    id: str
    account: AccountId
    name: str
    number: int
    state: State
    submitted_at: datetime | None
    is_auto: bool
    points: float | None
    of_points: float | None


def _attempt(row: asyncpg.Record) -> Attempt:
    given = border.stored(row["marks"], StoredMarks).given if row["marks"] is not None else {}
    return Attempt(
        id=row["id"],
        assessment=row["assessment"],
        account=row["account"],
        number=row["number"],
        state=row["state"],
        answers=tuple(border.stored(row["value"], StoredAnswers).answers),
        rev=row["rev"],
        started_at=row["started_at"],
        ends_at=row["ends_at"],
        submitted_at=row["submitted_at"],
        is_auto=row["is_auto"],
        points=row["points"],
        of_points=row["of_points"],
        given=given,
    )


async def select_attempt(db: Reader, attempt: str) -> Attempt | None:
    row = await db.fetchrow(
        """
        SELECT id, assessment_id AS assessment, account_id AS account, number, state, value, rev, started_at, ends_at,
               submitted_at, is_auto, points::float8 AS points, of_points::float8 AS of_points, marks
          FROM attempt
         WHERE id = $1
        """,
        attempt,
    )
    return _attempt(row) if row else None


async def lock_attempt(tx: Tx, attempt: str) -> Attempt | None:
    """The attempt, held: a save, a submit and the sweep come one after the other."""
    await tx.execute("SELECT FROM attempt WHERE id = $1 FOR NO KEY UPDATE", attempt)
    return await select_attempt(tx, attempt)


async def select_open(db: Reader, assessment: str, account: AccountId) -> str | None:
    found: str | None = await db.fetchval(
        "SELECT id FROM attempt WHERE assessment_id = $1 AND account_id = $2 AND state = 'open'", assessment, account
    )
    return found


async def count_taken(db: Reader, assessment: str, account: AccountId) -> int:
    n: int = await db.fetchval(
        "SELECT count(*) FROM attempt WHERE assessment_id = $1 AND account_id = $2", assessment, account
    )
    return n


async def insert_attempt(
    tx: Tx, attempt: str, assessment: str, account: AccountId, number: int, started_at: datetime, ends_at: datetime
) -> None:
    await tx.execute(
        """
        INSERT INTO attempt (id, assessment_id, account_id, number, value, started_at, ends_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        attempt,
        assessment,
        account,
        number,
        border.body(StoredAnswers()),
        started_at,
        ends_at,
    )


async def update_answers(tx: Tx, attempt: str, answers: Answers) -> None:
    await tx.execute(
        "UPDATE attempt SET value = $2, rev = rev + 1 WHERE id = $1 AND state = 'open'",
        attempt,
        border.body(StoredAnswers(answers=answers)),
    )


async def update_submitted(
    tx: Tx, attempt: str, answers: Answers, score: Score, submitted_at: datetime, is_auto: bool
) -> None:
    """open -> submitted, or graded at once where keys mark all of it."""
    await tx.execute(
        """
        UPDATE attempt
           SET state = $2, value = $3, rev = rev + 1, points = $4, of_points = $5, submitted_at = $6, is_auto = $7
         WHERE id = $1 AND state = 'open'
        """,
        attempt,
        score.state,
        border.body(StoredAnswers(answers=answers)),
        score.points,
        score.of_points,
        submitted_at,
        is_auto,
    )


async def update_marked(tx: Tx, attempt: str, given: dict[str, Given], score: Score) -> None:
    await tx.execute(
        """
        UPDATE attempt SET state = $2, marks = $3, points = $4, of_points = $5 WHERE id = $1 AND state <> 'open'
        """,
        attempt,
        score.state,
        border.body(StoredMarks(given=given)),
        score.points,
        score.of_points,
    )


async def update_ends(tx: Tx, assessment: str, due_at: datetime, time_limit_s: int | None) -> None:
    """Open attempts end anew, after their assessment's due time or limit was changed."""
    await tx.execute(
        """
        UPDATE attempt
           SET ends_at = LEAST($2::timestamptz, started_at + make_interval(secs => $3::integer))
         WHERE assessment_id = $1 AND state = 'open'
        """,
        assessment,
        due_at,
        time_limit_s,
    )


async def select_due(db: Reader, now: datetime, grace: timedelta, n: int) -> list[str]:
    """Open attempts whose time is over, longest first: for the sweep."""
    rows = await db.fetch(
        "SELECT id FROM attempt WHERE state = 'open' AND ends_at <= $1 ORDER BY ends_at LIMIT $2", now - grace, n
    )
    return [row["id"] for row in rows]


async def select_due_of(db: Reader, assessments: Sequence[str], now: datetime, grace: timedelta, n: int) -> list[str]:
    """Those of these assessments: for whoever is about to look at them."""
    rows = await db.fetch(
        """
        SELECT id FROM attempt
         WHERE state = 'open' AND ends_at <= $2 AND assessment_id = ANY ($1::text[])
         ORDER BY ends_at LIMIT $3
        """,
        list(assessments),
        now - grace,
        n,
    )
    return [row["id"] for row in rows]


async def select_page(db: Reader, assessment: str, after: str, n: int) -> list[Taken]:
    """The attempts after that id, in the order of ids."""
    rows = await db.fetch(
        """
        SELECT attempt.id, attempt.account_id AS account, shown_name(account.name, account.state) AS name,
               attempt.number, attempt.state, attempt.submitted_at, attempt.is_auto,
               attempt.points::float8 AS points, attempt.of_points::float8 AS of_points
          FROM attempt
          JOIN account ON account.id = attempt.account_id
         WHERE attempt.assessment_id = $1 AND attempt.id > $2
         ORDER BY attempt.id LIMIT $3
        """,
        assessment,
        after,
        n,
    )
    return [Taken(**row) for row in rows]


async def select_name(db: Reader, account: str) -> str:
    name: str = await db.fetchval("SELECT shown_name(name, state) FROM account WHERE id = $1", account)
    return name
