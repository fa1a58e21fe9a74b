"""Fills a database for measurements: thousands of people in one go, past the road. Nobody calls it in earnest."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import product

from protocol.courses import CourseId
from protocol.ids import AccountId, ClassroomId, SchoolId
from server.core.catalogue import grams_of, search_text
from server.core.classroom import CODE_ALPHABET, CODE_LENGTH
from server.store.pool import Database, Tx

LIVES = timedelta(days=30)
NAME = "同学"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """One made classroom: its people and the token each device shows, teacher first."""

    classroom: ClassroomId
    teacher: AccountId
    teacher_token: str
    students: tuple[AccountId, ...]
    student_tokens: tuple[str, ...]


async def seed_bench(
    db: Database, n_classrooms: int, n_students: int, draw_id: Callable[[], str], draw_token: Callable[[], str]
) -> list[Bulk]:
    """So many classrooms with so many students each, every one with a device; in an empty database."""
    codes = ("".join(letters) for letters in product(CODE_ALPHABET, repeat=CODE_LENGTH))
    made = [
        Bulk(
            classroom=ClassroomId(draw_id()),
            teacher=AccountId(draw_id()),
            teacher_token=draw_token(),
            students=tuple(AccountId(draw_id()) for _ in range(n_students)),
            student_tokens=tuple(draw_token() for _ in range(n_students)),
        )
        for _ in range(n_classrooms)
    ]
    async with db.transaction() as tx:
        now = await tx.fetchval("SELECT now()")
        people = [(each.teacher, each.teacher_token, "teacher", each) for each in made]
        people += [
            (student, token, "student", each)
            for each in made
            for student, token in zip(each.students, each.student_tokens, strict=True)
        ]
        await _copy_streams(tx, made, [account for account, _, _, _ in people])
        await tx.copy("account", ("id", "name"), [(account, NAME) for account, _, _, _ in people])
        await tx.copy(
            "device",
            ("id", "account_id", "token_hash", "client_kind", "expires_at"),
            [
                (draw_id(), account, hashlib.sha256(token.encode()).digest(), "web", now + LIVES)
                for account, token, _, _ in people
            ],
        )
        await tx.copy(
            "classroom",
            ("id", "name", "code", "n_members"),
            [(each.classroom, "课堂", code, n_students) for each, code in zip(made, codes, strict=False)],
        )
        await tx.copy(
            "membership",
            ("classroom_id", "account_id", "role", "name", "joined_at"),
            [(each.classroom, account, role, NAME, now) for account, _, role, each in people],
        )
    await db.execute("ANALYZE")
    return made


async def seed_courses(
    db: Database,
    school: SchoolId,
    teacher: AccountId,
    courses: Sequence[tuple[CourseId, str, Sequence[str], int]],
) -> None:
    """Published MOOCs of one school and teacher, each found by a title and other texts, with so many learners."""
    async with db.transaction() as tx:
        await tx.copy("stream", ("id", "kind"), [(teacher, "account")])
        await tx.copy("account", ("id", "name"), [(teacher, NAME)])
        await tx.copy("school", ("id", "name"), [(school, "大学")])
        # By pieces: one COPY of all would hold every row's grams at once, and must end within the time of a statement.
        for start in range(0, len(courses), 2_000):
            piece = courses[start : start + 2_000]
            await tx.copy(
                "course",
                ("id", "school_id", "kind", "title", "state", "search", "grams", "n_enrolled"),
                [
                    (course, school, "mooc", title, "published", search_text(title, others), grams, n_enrolled)
                    for course, title, others, n_enrolled in piece
                    for grams in (grams_of(title, others),)
                ],
            )
        ids = [course for course, _, _, _ in courses]
        await tx.copy(
            "course_teacher", ("course_id", "account_id", "role"), [(course, teacher, "owner") for course in ids]
        )
    await db.execute("ANALYZE")


async def seed_people(db: Database, accounts: Sequence[AccountId]) -> None:
    """So many more people, without any device."""
    for start in range(0, len(accounts), 10_000):
        some = accounts[start : start + 10_000]
        async with db.transaction() as tx:
            await tx.copy("stream", ("id", "kind"), [(account, "account") for account in some])
            await tx.copy("account", ("id", "name"), [(account, NAME) for account in some])
    await db.execute("ANALYZE")


async def seed_enrollments(db: Database, n_each: int) -> None:
    """A run of every course, now in its fifth week, and so many of them for every account with a device."""
    await db.execute(
        """
        INSERT INTO run (id, course_id, number, starts_at, ends_at)
        SELECT reverse(id), id, 1, now() - interval '4 weeks', now() + interval '12 weeks'
          FROM course
        """
    )
    runs = [row["id"] for row in await db.fetch("SELECT id FROM run ORDER BY id")]
    learners = [row["account_id"] for row in await db.fetch("SELECT DISTINCT account_id FROM device ORDER BY 1")]
    # A prime, so that the courses of one are spread, and nobody is in one twice.
    chosen = [
        (runs[(place * n_each + step) * 7 % len(runs)], account)
        for place, account in enumerate(learners)
        for step in range(n_each)
    ]
    for start in range(0, len(chosen), 10_000):
        async with db.transaction() as tx:
            await tx.copy("enrollment", ("run_id", "account_id"), chosen[start : start + 10_000])
    await db.execute("ANALYZE")


async def seed_log_ins(db: Database, password_hash: str) -> list[str]:
    """Gives everybody who has none a phone number and this password; the numbers."""
    rows = await db.fetch(
        """
        WITH protected AS (
            UPDATE account SET password_hash = $1 WHERE password_hash IS NULL RETURNING id
        )
        INSERT INTO identity (provider, subject, account_id)
        SELECT 'phone', '+86135' || lpad(row_number() OVER ()::text, 8, '0'), id
          FROM protected
        RETURNING subject
        """,
        password_hash,
    )
    return [row["subject"].removeprefix("+86") for row in rows]


async def _copy_streams(tx: Tx, made: list[Bulk], accounts: list[AccountId]) -> None:
    streams = [(each.classroom, "classroom") for each in made] + [(account, "account") for account in accounts]
    await tx.copy("stream", ("id", "kind"), streams)
