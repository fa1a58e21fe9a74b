"""Pushes: one message to many, and how far its batches got."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import LiteralString

import asyncpg

from protocol.codec import to_body, to_struct
from protocol.ids import AccountId, Millis
from protocol.inbox import Push, PushId, PushTarget, PushTo, Source
from server.core.inbox import News
from server.core.moment import instant, millis
from server.store.pool import Reader, Tx
from server.store.schools import contains

# A push whose worker gave no sign of life for so long is taken up again.
SILENCE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class PushAtWork:
    """A push that this transaction carries on; `after`: the last account told, in the order of ids."""

    news: News
    to_kind: PushTo
    to_id: str | None
    author: AccountId | None
    after: str


async def insert_push(
    tx: Tx, news: News, to_kind: PushTo, to_id: str | None, author: AccountId | None, now: datetime
) -> PushId:
    await tx.execute(
        """
        INSERT INTO push (id, author_id, to_kind, to_id, item_kind, title, text, source, created_at, beat_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
        """,
        news.id,
        author,
        to_kind,
        to_id,
        news.kind,
        news.title,
        news.text,
        {} if news.source is None else to_body(news.source),
        now,
    )
    return PushId(news.id)


async def lock_push(tx: Tx, push: str) -> PushAtWork | None:
    """None: it is sent or stopped, or another worker has it in hand."""
    row = await tx.fetchrow(
        """
        SELECT id, author_id, to_kind, to_id, item_kind, title, text, source, after_id
          FROM push
         WHERE id = $1 AND state = 'sending'
           FOR UPDATE SKIP LOCKED
        """,
        push,
    )
    if row is None:
        return None
    news = News(
        id=row["id"], kind=row["item_kind"], title=row["title"], text=row["text"], source=read_source(row["source"])
    )
    return PushAtWork(
        news=news, to_kind=row["to_kind"], to_id=row["to_id"], author=row["author_id"], after=row["after_id"]
    )


# Whom a push is for, the next of them in the order of ids. `$1`: the school, course or run; `$2`: after whom.
RECIPIENTS: Mapping[PushTo, LiteralString] = {
    "all": """
        SELECT id
          FROM account
         WHERE $1::text IS NULL AND id > $2 AND state = 'active'
         ORDER BY id
         LIMIT $3
        """,
    "school": """
        SELECT account_id AS id
          FROM certification
         WHERE school_id = $1 AND state = 'certified' AND account_id > $2
         UNION
        SELECT account_id
          FROM school_staff
         WHERE school_id = $1 AND account_id > $2
         ORDER BY id
         LIMIT $3
        """,
    "course": """
        SELECT DISTINCT account_id AS id
          FROM enrollment
          JOIN run ON run.id = run_id
         WHERE course_id = $1 AND enrollment.state = 'enrolled' AND account_id > $2
         ORDER BY id
         LIMIT $3
        """,
    "run": """
        SELECT account_id AS id
          FROM enrollment
         WHERE run_id = $1 AND state = 'enrolled' AND account_id > $2
         ORDER BY id
         LIMIT $3
        """,
}


COUNTS: Mapping[PushTo, LiteralString] = {
    kind: "SELECT count(*) FROM (" + recipients + ") AS everybody"  # noqa: S608  # all of it stands in this file
    for kind, recipients in RECIPIENTS.items()
}


async def update_total(tx: Tx, push: str, to_kind: PushTo, to_id: str | None) -> None:
    """Count whom it is for: with accounts that are closed, which will be left out."""
    n_all = await tx.fetchval(COUNTS[to_kind], to_id, "", None)
    await tx.execute("UPDATE push SET n_all = $2 WHERE id = $1", push, n_all)


async def select_recipients(tx: Tx, to_kind: PushTo, to_id: str | None, after: str, most: int) -> list[AccountId]:
    rows = await tx.fetch(RECIPIENTS[to_kind], to_id, after, most)
    return [row["id"] for row in rows]


async def update_progress(tx: Tx, push: str, after: str, n_more: int, *, is_last: bool) -> None:
    await tx.execute(
        """
        UPDATE push
           SET after_id = $2, n_sent = n_sent + $3, beat_at = clock_timestamp(),
               state = CASE WHEN $4 THEN 'sent' ELSE state END
         WHERE id = $1
        """,
        push,
        after,
        n_more,
        is_last,
    )


async def update_stopped(tx: Tx, push: str) -> bool:
    """False: it was sent or stopped before."""
    status = await tx.execute("UPDATE push SET state = 'stopped' WHERE id = $1 AND state = 'sending'", push)
    return status == "UPDATE 1"


async def select_silent(db: Reader, most: int) -> list[PushId]:
    """Those that nobody carries on: whose alarm was lost, or whose worker died."""
    rows = await db.fetch(
        """
        SELECT id
          FROM push
         WHERE state = 'sending' AND beat_at < clock_timestamp() - $1::interval
         ORDER BY beat_at
         LIMIT $2
        """,
        SILENCE,
        most,
    )
    return [row["id"] for row in rows]


async def select_push(db: Reader, push: str) -> Push | None:
    row = await db.fetchrow(
        """
        SELECT push.id, author_id, to_kind, to_id, coalesce(school.name, course.title) AS to_name, item_kind,
               push.title, text, source, push.state, n_sent, n_all,
               push.created_at
          FROM push
          LEFT JOIN school ON to_kind = 'school' AND school.id = to_id
          LEFT JOIN run    ON to_kind = 'run' AND run.id = to_id
          LEFT JOIN course ON course.id = CASE to_kind WHEN 'course' THEN to_id WHEN 'run' THEN run.course_id END
         WHERE push.id = $1
        """,
        push,
    )
    return read_push(row) if row else None


async def select_pushes(db: Reader, before: Millis | None, before_id: str, most: int) -> list[Push]:
    """Newest first, by whole milliseconds and id; of operators only, not those that courses began."""
    rows = await db.fetch(
        """
        SELECT push.id, author_id, to_kind, to_id, coalesce(school.name, course.title) AS to_name, item_kind,
               push.title, text, source, push.state, n_sent, n_all,
               push.created_at
          FROM push
          LEFT JOIN school ON to_kind = 'school' AND school.id = to_id
          LEFT JOIN run    ON to_kind = 'run' AND run.id = to_id
          LEFT JOIN course ON course.id = CASE to_kind WHEN 'course' THEN to_id WHEN 'run' THEN run.course_id END
         WHERE item_kind = 'platform_push'
           AND ($1::timestamptz IS NULL OR (date_trunc('milliseconds', push.created_at), push.id) < ($1, $2))
         ORDER BY date_trunc('milliseconds', push.created_at) DESC, push.id DESC
         LIMIT $3
        """,
        None if before is None else instant(before),
        before_id,
        most,
    )
    return [read_push(row) for row in rows]


async def has_target(db: Reader, to_kind: PushTo, to_id: str | None) -> bool:
    """Whether there is such a school, course or run."""
    found: bool = await db.fetchval(
        """
        SELECT CASE $1::text
               WHEN 'all'    THEN $2::text IS NULL
               WHEN 'school' THEN EXISTS (SELECT FROM school WHERE id = $2)
               WHEN 'course' THEN EXISTS (SELECT FROM course WHERE id = $2)
               ELSE EXISTS (SELECT FROM run WHERE id = $2)
               END
        """,
        to_kind,
        to_id,
    )
    return found


async def select_schools(db: Reader, query: str, most: int) -> list[PushTarget]:
    """With the query in their name; the shorter the name, the nearer."""
    rows = await db.fetch(
        """
        SELECT id, name, NULL AS school_name
          FROM school
         WHERE name ILIKE $1
         ORDER BY length(name), name
         LIMIT $2
        """,
        contains(query),
        most,
    )
    return [PushTarget(**row) for row in rows]


async def select_courses(db: Reader, query: str, most: int) -> list[PushTarget]:
    """Published ones with the query in their title, SPOCs too; those with most learners first."""
    rows = await db.fetch(
        """
        SELECT course.id, course.title AS name, school.name AS school_name
          FROM course
          JOIN school ON school.id = course.school_id
         WHERE course.state = 'published' AND course.title ILIKE $1
         ORDER BY course.n_enrolled DESC, course.id
         LIMIT $2
        """,
        contains(query),
        most,
    )
    return [PushTarget(**row) for row in rows]


def read_push(row: asyncpg.Record) -> Push:
    return Push(
        id=row["id"],
        author=row["author_id"],
        to_kind=row["to_kind"],
        to_id=row["to_id"],
        to_name=row["to_name"],
        kind=row["item_kind"],
        title=row["title"],
        text=row["text"],
        source=read_source(row["source"]),
        state=row["state"],
        n_told=row["n_sent"],
        n_all=row["n_all"],
        created_at=millis(row["created_at"]),
    )


def read_source(stored: dict[str, object]) -> Source | None:
    return to_struct(stored, Source) if stored else None
