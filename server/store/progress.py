"""How far learners are in units, one's own and, for teachers, everybody's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from protocol.ids import AccountId
from server.store.pool import Reader, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitProgress:
    unit: str
    position_ms: int
    studied_ms: int
    completed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerRow:
    """A learner in the report of a run. `is_certified` is None where the course's school certifies nobody."""

    account: AccountId
    name: str
    is_certified: bool | None
    studied_ms: int
    offline_ms: int
    n_completed: int
    last_studied_at: datetime | None


async def select_of_units(db: Reader, account: AccountId, units: Sequence[str]) -> dict[str, UnitProgress]:
    rows = await db.fetch(
        """
        SELECT unit_id AS unit, position_ms, studied_ms, completed_at
          FROM progress
         WHERE account_id = $1 AND unit_id = ANY ($2::text[])
        """,
        account,
        list(units),
    )
    return {row["unit"]: UnitProgress(**row) for row in rows}


async def select_of_run(db: Reader, account: AccountId, run: str) -> list[UnitProgress]:
    """For every published unit of the run, in the order of ids; nothing done is zeros."""
    rows = await db.fetch(
        """
        SELECT unit.id AS unit, coalesce(position_ms, 0) AS position_ms, coalesce(studied_ms, 0) AS studied_ms,
               completed_at
          FROM unit
          LEFT JOIN progress ON progress.unit_id = unit.id AND progress.account_id = $1
         WHERE unit.run_id = $2 AND unit.level = 'unit' AND unit.is_published
         ORDER BY unit.id
        """,
        account,
        run,
    )
    return [UnitProgress(**row) for row in rows]


async def upsert(tx: Tx, account: AccountId, each: UnitProgress, now: datetime) -> None:
    """What a unit stands at now. A green circle stays green."""
    await tx.execute(
        """
        INSERT INTO progress AS kept (account_id, unit_id, position_ms, studied_ms, completed_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (account_id, unit_id) DO UPDATE
           SET position_ms = excluded.position_ms, studied_ms = excluded.studied_ms,
               completed_at = coalesce(kept.completed_at, excluded.completed_at), updated_at = excluded.updated_at
        """,
        account,
        each.unit,
        each.position_ms,
        each.studied_ms,
        each.completed_at,
        now,
    )


async def select_is_certified(db: Reader, run: str, account: AccountId) -> bool | None:
    """Whether the school of the run's course counts the account's study (R21); None where it has no cloud."""
    row = await db.fetchrow(
        """
        SELECT school.has_cloud,
               EXISTS (SELECT FROM certification
                        WHERE certification.account_id = $2 AND certification.school_id = school.id
                          AND certification.state = 'certified') AS is_certified
          FROM run
          JOIN course ON course.id = run.course_id
          JOIN school ON school.id = course.school_id
         WHERE run.id = $1
        """,
        run,
        account,
    )
    return row["is_certified"] if row and row["has_cloud"] else None


async def count_units(db: Reader, run: str) -> int:
    n: int = await db.fetchval("SELECT count(*) FROM unit WHERE run_id = $1 AND level = 'unit' AND is_published", run)
    return n


async def count_learners(db: Reader, run: str) -> int:
    n: int = await db.fetchval("SELECT count(*) FROM enrollment WHERE run_id = $1 AND state = 'enrolled'", run)
    return n


async def select_report(db: Reader, run: str, after: str, n: int) -> list[LearnerRow]:
    """Learners after that account id with what they studied in the run, late data and all (R56)."""
    rows = await db.fetch(
        """
        SELECT page.account_id AS account, shown_name(account.name, account.state) AS name,
               CASE WHEN school.has_cloud THEN EXISTS (
                   SELECT FROM certification
                    WHERE certification.account_id = page.account_id AND certification.school_id = school.id
                      AND certification.state = 'certified') END AS is_certified,
               done.studied_ms, done.n_completed, timed.offline_ms, timed.last_studied_at
          FROM (SELECT account_id FROM enrollment
                 WHERE run_id = $1 AND state = 'enrolled' AND account_id > $2
                 ORDER BY account_id LIMIT $3) AS page
          JOIN account ON account.id = page.account_id
          JOIN run ON run.id = $1
          JOIN course ON course.id = run.course_id
          JOIN school ON school.id = course.school_id
         CROSS JOIN LATERAL (
               SELECT coalesce(sum(studied_ms), 0)::bigint AS studied_ms,
                      count(completed_at) FILTER (WHERE unit.is_published) AS n_completed
                 FROM unit JOIN progress ON progress.unit_id = unit.id
                WHERE unit.run_id = $1 AND progress.account_id = page.account_id) AS done
         CROSS JOIN LATERAL (
               SELECT coalesce(sum(counted_ms) FILTER (WHERE is_offline), 0)::bigint AS offline_ms,
                      max(ends_at) AS last_studied_at
                 FROM unit JOIN study_span ON study_span.unit_id = unit.id
                WHERE unit.run_id = $1 AND study_span.account_id = page.account_id) AS timed
         ORDER BY page.account_id
        """,
        run,
        after,
        n,
    )
    return [LearnerRow(**row) for row in rows]
