"""Classrooms: their rows, and what of them a decision needs."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from protocol.classroom import ClassroomLinked, ClassroomRenamed, CodeChanged, LinkedRun
from protocol.ids import AccountId, ClassroomId, Id, StreamId
from server.core.fact import Fact
from server.core.state import Classroom, OpenSession
from server.store.pool import Reader, Tx


async def insert_classroom(tx: Tx, classroom: ClassroomId, name: str, codes: Sequence[str]) -> str | None:
    """A new classroom with the first of `codes` that is free; its stream must be there. None: every code is taken."""
    for code in codes:
        made = await tx.fetchval(
            """
            INSERT INTO classroom (id, name, code)
            VALUES ($1, $2, $3)
                ON CONFLICT (code) DO NOTHING
            RETURNING id
            """,
            classroom,
            name,
            code,
        )
        if made is not None:
            return code
    return None


async def select_free_code(tx: Tx, codes: Sequence[str]) -> str | None:
    """The first of `codes` that no classroom has."""
    code: str | None = await tx.fetchval(
        """
        SELECT code
          FROM unnest($1::text[]) WITH ORDINALITY AS drawn (code, number)
         WHERE NOT EXISTS (SELECT FROM classroom WHERE classroom.code = drawn.code)
         ORDER BY number
         LIMIT 1
        """,
        list(codes),
    )
    return code


async def select_by_code(db: Reader, code: str) -> ClassroomId | None:
    """The classroom that this code opens; None for an unknown and for a closed one alike."""
    found: ClassroomId | None = await db.fetchval("SELECT id FROM classroom WHERE code = $1 AND is_code_open", code)
    return found


async def select_classroom(db: Reader, classroom: ClassroomId | StreamId) -> Classroom | None:
    row = await db.fetchrow(
        """
        SELECT classroom.id, name, code, is_code_open, n_members, n_sessions, run_id,
               session.id AS session_id, session.number AS session_number, session.started_at AS session_started_at
          FROM classroom
          LEFT JOIN session ON session.classroom_id = classroom.id AND session.ended_at IS NULL
         WHERE classroom.id = $1
        """,
        classroom,
    )
    return read_classroom(row) if row else None


def read_classroom(row: asyncpg.Record) -> Classroom:
    session = None
    if row["session_id"] is not None:
        session = OpenSession(id=row["session_id"], number=row["session_number"], started_at=row["session_started_at"])
    return Classroom(
        id=row["id"],
        name=row["name"],
        code=row["code"],
        is_code_open=row["is_code_open"],
        n_members=row["n_members"],
        n_sessions=row["n_sessions"],
        session=session,
        run=row["run_id"],
    )


async def select_linked(db: Reader, classroom: ClassroomId | StreamId) -> LinkedRun | None:
    """The run that the classroom belongs to (R60)."""
    row = await db.fetchrow(
        """
        SELECT run.id AS run, run.number, course.id AS course, course.title
          FROM classroom
          JOIN run ON run.id = classroom.run_id
          JOIN course ON course.id = run.course_id
         WHERE classroom.id = $1
        """,
        classroom,
    )
    return LinkedRun(**row) if row else None


async def select_taught_run(db: Reader, run: Id, account: AccountId) -> LinkedRun | None:
    """The run, if the account teaches its course and that is published: students read its title."""
    row = await db.fetchrow(
        """
        SELECT run.id AS run, run.number, course.id AS course, course.title
          FROM run
          JOIN course ON course.id = run.course_id
          JOIN course_teacher AS teacher ON teacher.course_id = course.id
         WHERE run.id = $1 AND teacher.account_id = $2 AND course.state = 'published'
        """,
        run,
        account,
    )
    return LinkedRun(**row) if row else None


async def apply_renamed(tx: Tx, fact: Fact, body: ClassroomRenamed) -> None:
    await tx.execute("UPDATE classroom SET name = $2 WHERE id = $1", fact.stream, body.name)


async def apply_linked(tx: Tx, fact: Fact, body: ClassroomLinked) -> None:
    run = None if body.linked is None else body.linked.run
    await tx.execute("UPDATE classroom SET run_id = $2 WHERE id = $1", fact.stream, run)


async def apply_code_changed(tx: Tx, fact: Fact, body: CodeChanged) -> None:
    """A closed code stays in the row, to be opened again."""
    await tx.execute(
        "UPDATE classroom SET code = coalesce($2, code), is_code_open = $3 WHERE id = $1",
        fact.stream,
        body.code,
        body.is_code_open,
    )
