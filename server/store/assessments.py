"""Quizzes, homework and exams of a run, as they are kept: with their keys. Who asks is part of every question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import asyncpg
import msgspec

from protocol.ids import AccountId
from server.core.activities import border
from server.core.activities.question import Question
from server.core.assessment import Assessment, Questions
from server.core.grading import Result
from server.store.pool import Reader, Tx


class StoredQuestions(msgspec.Struct, frozen=True, kw_only=True):
    v: Annotated[int, msgspec.Meta(ge=1)] = 1
    questions: Questions = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an assessment stands: for a learner their own attempts, for a teacher everybody's."""

    n_taken: int
    open_attempt: str | None
    last_attempt: str | None
    best_points: float | None
    n_to_mark: int


def pack(questions: Sequence[Question]) -> dict[str, object]:
    return border.body(StoredQuestions(questions=list(questions)))


def unpack(row_questions: dict[str, object]) -> tuple[Question, ...]:
    return tuple(border.stored(row_questions, StoredQuestions).questions)


async def select_of_run(db: Reader, run: str, *, with_drafts: bool) -> list[Assessment]:
    """In the order they are due."""
    rows = await db.fetch(
        """
        SELECT id, run_id AS run, unit_id AS unit, kind, title, intro, questions, opens_at, due_at, n_attempts,
               time_limit_s, is_published
          FROM assessment
         WHERE run_id = $1 AND (is_published OR $2)
         ORDER BY due_at, id
        """,
        run,
        with_drafts,
    )
    return [Assessment(**{**row, "questions": unpack(row["questions"])}) for row in rows]


async def select_assessment(db: Reader, assessment: str) -> Assessment | None:
    row = await db.fetchrow(
        """
        SELECT id, run_id AS run, unit_id AS unit, kind, title, intro, questions, opens_at, due_at, n_attempts,
               time_limit_s, is_published
          FROM assessment
         WHERE id = $1
        """,
        assessment,
    )
    return Assessment(**{**row, "questions": unpack(row["questions"])}) if row else None


async def lock_assessment(tx: Tx, assessment: str) -> None:
    """Whoever changes it, or begins an attempt, comes here first: no attempt begins with questions that change."""
    await tx.execute("SELECT FROM assessment WHERE id = $1 FOR NO KEY UPDATE", assessment)


async def is_unit_of_run(db: Reader, unit: str, run: str) -> bool:
    found: bool = await db.fetchval("SELECT EXISTS (SELECT FROM unit WHERE id = $1 AND run_id = $2)", unit, run)
    return found


async def has_attempts(db: Reader, assessment: str) -> bool:
    found: bool = await db.fetchval("SELECT EXISTS (SELECT FROM attempt WHERE assessment_id = $1)", assessment)
    return found


async def upsert(tx: Tx, each: Assessment, now: datetime) -> None:
    await tx.execute(
        """
        INSERT INTO assessment (id, run_id, unit_id, kind, title, intro, questions, opens_at, due_at, n_attempts,
                                time_limit_s, is_published, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            ON CONFLICT (id) DO UPDATE
           SET unit_id = excluded.unit_id, kind = excluded.kind, title = excluded.title, intro = excluded.intro,
               questions = excluded.questions, opens_at = excluded.opens_at, due_at = excluded.due_at,
               n_attempts = excluded.n_attempts, time_limit_s = excluded.time_limit_s,
               is_published = excluded.is_published, updated_at = excluded.updated_at
        """,
        each.id,
        each.run,
        each.unit,
        each.kind,
        each.title,
        each.intro,
        pack(each.questions),
        each.opens_at,
        each.due_at,
        each.n_attempts,
        each.time_limit_s,
        each.is_published,
        now,
    )


async def delete(tx: Tx, assessment: str) -> None:
    await tx.execute("DELETE FROM assessment WHERE id = $1", assessment)


async def select_standings(db: Reader, assessments: Sequence[str], account: AccountId) -> dict[str, Standing]:
    """One learner's, by assessment; none where nothing was begun."""
    rows = await db.fetch(
        """
        SELECT assessment_id, count(*) AS n_taken, max(id) FILTER (WHERE state = 'open') AS open_attempt,
               (array_agg(id ORDER BY number DESC) FILTER (WHERE state <> 'open'))[1] AS last_attempt,
               max(points)::float8 AS best_points, 0 AS n_to_mark
          FROM attempt
         WHERE assessment_id = ANY ($1::text[]) AND account_id = $2
         GROUP BY assessment_id
        """,
        list(assessments),
        account,
    )
    return {row["assessment_id"]: _standing(row) for row in rows}


async def select_all_standings(db: Reader, assessments: Sequence[str]) -> dict[str, Standing]:
    """Everybody's, for the teacher. `n_taken` counts learners, not attempts."""
    rows = await db.fetch(
        """
        SELECT assessment_id, count(DISTINCT account_id) AS n_taken, NULL AS open_attempt, NULL AS last_attempt,
               NULL::float8 AS best_points, count(*) FILTER (WHERE state = 'submitted') AS n_to_mark
          FROM attempt
         WHERE assessment_id = ANY ($1::text[])
         GROUP BY assessment_id
        """,
        list(assessments),
    )
    return {row["assessment_id"]: _standing(row) for row in rows}


def _standing(row: asyncpg.Record) -> Standing:
    return Standing(
        n_taken=row["n_taken"],
        open_attempt=row["open_attempt"],
        last_attempt=row["last_attempt"],
        best_points=row["best_points"],
        n_to_mark=row["n_to_mark"],
    )


async def select_weights(db: Reader, run: str) -> dict[str, int]:
    """The grading policy: percent by kind. Empty where the teacher set none."""
    kept: dict[str, object] | None = await db.fetchval("SELECT grading FROM run WHERE id = $1", run)
    return {kind: weight for kind, weight in (kept or {}).items() if isinstance(weight, int)}


async def select_results(
    db: Reader, run: str, accounts: Sequence[AccountId], due_before: datetime
) -> dict[AccountId, list[Result]]:
    """What each of them made of each published assessment of the run."""
    rows = await db.fetch(
        """
        SELECT learner.id AS account, assessment.kind, assessment.due_at <= $3 AS is_due,
               (SELECT max(points)::float8 FROM attempt
                 WHERE attempt.assessment_id = assessment.id AND attempt.account_id = learner.id
                   AND attempt.state <> 'open') AS best,
               (SELECT coalesce(sum((each ->> 'points')::float8), 0)
                  FROM jsonb_array_elements(assessment.questions -> 'questions') AS each) AS of_points
          FROM unnest($2::text[]) AS learner (id)
         CROSS JOIN assessment
         WHERE assessment.run_id = $1 AND assessment.is_published
        """,
        run,
        list(accounts),
        due_before,
    )
    found: dict[AccountId, list[Result]] = {account: [] for account in accounts}
    for row in rows:
        result = Result(kind=row["kind"], best=row["best"], of_points=row["of_points"], is_due=row["is_due"])
        found[row["account"]].append(result)
    return found


async def select_posts(db: Reader, run: str, accounts: Sequence[AccountId]) -> dict[AccountId, int]:
    """How many topics, replies and comments each of them wrote, that still stand."""
    rows = await db.fetch(
        """
        SELECT author_id, count(*) AS n
          FROM (SELECT author_id FROM topic WHERE run_id = $1 AND text IS NOT NULL
                 UNION ALL
                SELECT topic_reply.author_id FROM topic_reply JOIN topic ON topic.id = topic_reply.topic_id
                 WHERE topic.run_id = $1 AND topic_reply.text IS NOT NULL) AS post
         WHERE author_id = ANY ($2::text[])
         GROUP BY author_id
        """,
        run,
        list(accounts),
    )
    return {row["author_id"]: row["n"] for row in rows}
