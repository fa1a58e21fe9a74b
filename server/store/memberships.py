"""Memberships: who is in which classroom, as what and under which name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from protocol.account import Membership, Role
from protocol.classroom import Member, MemberChanged, MemberJoined, MemberLeft, MemberShown
from protocol.ids import AccountId, ClassroomId, Seq, StreamId
from server.core.fact import Fact
from server.core.moment import instant, millis
from server.core.state import Student
from server.store.pool import Reader, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What somebody is to a stream: their role in the classroom, or None on the stream of their own account."""

    account: AccountId
    stream: StreamId
    role: Role | None
    head: Seq


async def select_places(db: Reader, accounts: Sequence[AccountId], streams: Sequence[StreamId]) -> list[Place]:
    """The places of these pairs (account, stream), in one statement with the heads; who has none is left out."""
    rows = await db.fetch(
        """
        SELECT asked.account, asked.stream, membership.role, stream.head
          FROM unnest($1::text[], $2::text[]) AS asked (account, stream)
          JOIN stream ON stream.id = asked.stream
          LEFT JOIN membership ON membership.classroom_id = asked.stream
                              AND membership.account_id = asked.account
                              AND membership.state = 'joined'
         WHERE membership.role IS NOT NULL
            OR (asked.account = asked.stream AND stream.kind = 'account')
        """,
        list(accounts),
        list(streams),
    )
    return [Place(**row) for row in rows]


async def select_of_account(db: Reader, account: AccountId) -> list[Membership]:
    """In the order of joining."""
    rows = await db.fetch(
        """
        SELECT classroom_id AS classroom, role
          FROM membership
         WHERE account_id = $1 AND state = 'joined'
         ORDER BY joined_at, classroom_id
        """,
        account,
    )
    return [Membership(classroom=row["classroom"], role=row["role"]) for row in rows]


async def select_members(db: Reader, classroom: ClassroomId | StreamId) -> list[Member]:
    """In the order of joining."""
    rows = await db.fetch(
        """
        SELECT account_id AS account, shown_name(membership.name, account.state) AS name, role, joined_at
          FROM membership
          JOIN account ON account.id = account_id
         WHERE classroom_id = $1 AND membership.state = 'joined'
         ORDER BY joined_at, account_id
        """,
        classroom,
    )
    return [read_member(row) for row in rows]


async def select_member(db: Reader, classroom: ClassroomId | StreamId, account: AccountId | str) -> Member | None:
    row = await db.fetchrow(
        """
        SELECT account_id AS account, shown_name(membership.name, account.state) AS name, role, joined_at
          FROM membership
          JOIN account ON account.id = account_id
         WHERE classroom_id = $1 AND account_id = $2 AND membership.state = 'joined'
        """,
        classroom,
        account,
    )
    return read_member(row) if row else None


def read_member(row: asyncpg.Record) -> Member:
    return Member(account=row["account"], name=row["name"], role=row["role"], joined_at=millis(row["joined_at"]))


async def select_students(db: Reader, classroom: ClassroomId | StreamId) -> list[Student]:
    rows = await db.fetch(
        """
        SELECT account_id AS account, shown_name(membership.name, account.state) AS name
          FROM membership
          JOIN account ON account.id = account_id
         WHERE classroom_id = $1 AND membership.state = 'joined' AND role = 'student'
         ORDER BY joined_at, account_id
        """,
        classroom,
    )
    return [Student(**row) for row in rows]


async def count_teachers(tx: Tx, classroom: ClassroomId | StreamId) -> int:
    n: int = await tx.fetchval(
        "SELECT count(*) FROM membership WHERE classroom_id = $1 AND state = 'joined' AND role = 'teacher'", classroom
    )
    return n


async def count_of_account(tx: Tx, account: AccountId) -> int:
    n: int = await tx.fetchval("SELECT count(*) FROM membership WHERE account_id = $1 AND state = 'joined'", account)
    return n


async def select_named(db: Reader, account: AccountId) -> list[ClassroomId]:
    """The classrooms that know the account by its own name."""
    rows = await db.fetch(
        """
        SELECT membership.classroom_id
          FROM membership
          JOIN account ON account.id = membership.account_id AND account.name = membership.name
         WHERE membership.account_id = $1 AND membership.state = 'joined'
         ORDER BY membership.classroom_id
        """,
        account,
    )
    return [row["classroom_id"] for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Somebody at the door. `name`: as they went by in this classroom before, else the account's."""

    name: str
    is_member: bool
    n_classrooms: int


async def select_newcomer(tx: Tx, classroom: ClassroomId | StreamId, account: AccountId) -> Newcomer | None:
    """None: the account is closed."""
    row = await tx.fetchrow(
        """
        SELECT coalesce(before.name, account.name) AS name, coalesce(before.state = 'joined', false) AS is_member,
               (SELECT count(*) FROM membership WHERE account_id = $2 AND state = 'joined') AS n_classrooms
          FROM account
          LEFT JOIN membership AS before ON before.classroom_id = $1 AND before.account_id = account.id
         WHERE account.id = $2 AND account.state = 'active'
        """,
        classroom,
        account,
    )
    return Newcomer(**row) if row else None


async def apply_joined(tx: Tx, fact: Fact, body: MemberJoined) -> None:
    assert body.member is not None, "the book's own event names the member"
    await tx.execute(
        """
          WITH counted AS (UPDATE classroom SET n_members = $6 WHERE id = $1)
        INSERT INTO membership (classroom_id, account_id, role, name, joined_at)
        VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (classroom_id, account_id) DO UPDATE
           SET role = excluded.role, name = excluded.name, state = 'joined', joined_at = excluded.joined_at
        """,
        fact.stream,
        body.member.account,
        body.member.role,
        body.member.name,
        instant(body.member.joined_at),
        body.n_members,
    )


async def apply_changed(tx: Tx, fact: Fact, body: MemberChanged) -> None:
    assert body.member is not None, "the book's own event names the member"
    await tx.execute(
        """
          WITH counted AS (UPDATE classroom SET n_members = $5 WHERE id = $1)
        UPDATE membership
           SET role = $3, name = CASE WHEN account.state = 'closed' THEN membership.name ELSE $4 END
          FROM account
         WHERE classroom_id = $1 AND account_id = $2 AND account.id = account_id
        """,
        fact.stream,
        body.member.account,
        body.member.role,
        body.member.name,
        body.n_members,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Under which name somebody who is or was a member shows. `has_posts`: in the session that is open."""

    name: str
    has_posts: bool


async def select_shown(tx: Tx, classroom: ClassroomId | StreamId, account: AccountId | str) -> Shown | None:
    row = await tx.fetchrow(
        """
        SELECT shown_name(membership.name, account.state) AS name,
               EXISTS (SELECT FROM session
                         JOIN activity ON activity.session_id = session.id
                         JOIN post ON post.activity_id = activity.id
                        WHERE session.classroom_id = $1 AND session.ended_at IS NULL
                          AND post.author_id = $2) AS has_posts
          FROM membership
          JOIN account ON account.id = account_id
         WHERE classroom_id = $1 AND account_id = $2
        """,
        classroom,
        account,
    )
    return Shown(**row) if row else None


async def select_seen(db: Reader, account: AccountId) -> list[ClassroomId]:
    """Where others may have the account's name before them: those it is in, and those in session it was in."""
    rows = await db.fetch(
        """
        SELECT classroom_id
          FROM membership
         WHERE account_id = $1
           AND (state = 'joined'
                OR EXISTS (SELECT FROM session
                            WHERE session.classroom_id = membership.classroom_id AND session.ended_at IS NULL))
         ORDER BY classroom_id
        """,
        account,
    )
    return [row["classroom_id"] for row in rows]


async def apply_shown(tx: Tx, fact: Fact, body: MemberShown) -> None:
    """While an account is closed its names only do not show. Restored, what it posted in the open session goes by the
    one name that the event tells.
    """
    await tx.execute(
        """
        UPDATE post
           SET author_name = $3
          FROM session, activity, account
         WHERE session.classroom_id = $1 AND session.ended_at IS NULL AND activity.session_id = session.id
           AND post.activity_id = activity.id AND post.author_id = $2
           AND account.id = $2 AND account.state = 'active'
        """,
        fact.stream,
        body.account,
        body.name,
    )


async def apply_left(tx: Tx, fact: Fact, body: MemberLeft) -> None:
    await tx.execute(
        """
          WITH counted AS (UPDATE classroom SET n_members = $4 WHERE id = $1)
        UPDATE membership
           SET state = $3
         WHERE classroom_id = $1 AND account_id = $2
        """,
        fact.stream,
        body.account,
        body.how,
        body.n_members,
    )
