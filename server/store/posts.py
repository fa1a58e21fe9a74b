"""Posts of discussions. A removed post keeps its row, without its text, and takes the text out of the diary (I9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from protocol.activity import Post, PostAdded, PostRemoved
from protocol.codec import pack_stored
from protocol.envelopes import Body
from protocol.ids import AccountId, ActivityId, PostId, Seq, StreamId
from protocol.limits import POSTS_IN_SNAPSHOT
from protocol.registry import EVENT_TYPES
from server.core.fact import Fact
from server.core.moment import millis
from server.core.state import StoredActivity
from server.store.commands import Answered
from server.store.events import blank_post
from server.store.pool import Reader, Single, Tx
from server.store.situations import Situation, read_situation


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What has to be known to judge a post."""

    account: AccountId
    command: str
    activity: str
    is_reply: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What one post is judged by, all as of event `head` of the stream. `activity`: the one it names."""

    now: datetime
    situation: Situation
    head: Seq
    activity: StoredActivity | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """How posts came to stand: after so many events since the head they were judged at, and after so many posts more in
    each activity. Since event `since` there is nothing but posts on the stream.
    """

    n_between: int
    since: Seq
    n_posts_between: Mapping[ActivityId, int]


async def select_grounds(db: Reader, stream: StreamId, wishes: Sequence[Wish]) -> list[Ground]:
    """For each wish to post on the stream, in their order."""
    rows = await db.fetch(
        """
        SELECT clock.now, coalesce(membership.name, account.name, '') AS actor_name, membership.role,
               command.op, command.stream_id AS command_stream, command.body_hash, command.result, command.seq,
               classroom.id, classroom.name, code, is_code_open, n_members, n_sessions, run_id,
               session.id AS session_id, session.number AS session_number, session.started_at AS session_started_at,
               coalesce(stream.head, 0) AS head, activity.id AS activity_id, activity.classroom_id,
               activity.session_id AS activity_session, activity.kind, title, config, activity.state, phase, updated_at,
               published_at, deadline_at, activity.closed_at, n_posts, tally
          FROM (SELECT clock_timestamp() AS now OFFSET 0) AS clock
         CROSS JOIN unnest($2::text[], $3::text[], $4::text[])
                    WITH ORDINALITY AS wish (account_id, command_id, activity_id, number)
          LEFT JOIN stream     ON stream.id = $1
          LEFT JOIN account    ON account.id = wish.account_id AND account.state = 'active'
          LEFT JOIN command    ON command.account_id = wish.account_id AND command.command_id = wish.command_id
          LEFT JOIN classroom  ON classroom.id = $1
          LEFT JOIN membership ON membership.classroom_id = $1 AND membership.account_id = account.id
                              AND membership.state = 'joined'
          LEFT JOIN session    ON session.classroom_id = $1 AND session.ended_at IS NULL
          LEFT JOIN activity   ON activity.id = wish.activity_id
         ORDER BY wish.number
        """,
        stream,
        [wish.account for wish in wishes],
        [wish.command for wish in wishes],
        [wish.activity for wish in wishes],
    )
    return [read_ground(row, wish) for row, wish in zip(rows, wishes, strict=True)]


def read_ground(row: asyncpg.Record, wish: Wish) -> Ground:
    found = None
    if row["activity_id"] is not None:
        found = StoredActivity(
            id=row["activity_id"],
            classroom=row["classroom_id"],
            session=row["activity_session"],
            kind=row["kind"],
            title=row["title"],
            config=row["config"],
            state=row["state"],
            phase=row["phase"],
            updated_at=row["updated_at"],
            published_at=row["published_at"],
            deadline_at=row["deadline_at"],
            closed_at=row["closed_at"],
            n_posts=row["n_posts"],
            tally=row["tally"],
        )
    situation = read_situation(row, wish.account, wish.command)
    return Ground(now=situation.now, situation=situation, head=row["head"], activity=found)


async def append_posts(
    db: Single, stream: StreamId, head: Seq, facts: Sequence[Fact], answered: Sequence[Answered]
) -> Written | None:
    """Write posts, their events and their commands' answers, if nothing but posts was written on the stream after
    `head`, which they were judged at, and no author has closed the account; else nothing.

    One statement: it holds the stream's lock to its end, as whoever else appends does (I2). `facts` are PostAdded and
    continue `head` without a gap, each by its author and with its own answer; they are written as what continues the
    stream by then. Raises Refused(ID_CONFLICT) as `events.append` does.
    """
    assert len(facts) == len(answered), "an answer each"
    assert [fact.seq for fact in facts] == list(range(head + 1, head + 1 + len(facts))), "they continue the head"
    # One text instead of an array a column: of an array, asyncpg looks at each element several times.
    rows: list[Body] = [
        {
            "seq": fact.seq,
            "command_id": each.command,
            "body_hash": each.body_hash.hex(),
            "result": each.result,
            "body": fact.body,
        }
        for fact, each in zip(facts, answered, strict=True)
    ]
    row = await db.fetchrow(
        """
          WITH new AS MATERIALIZED (
               SELECT seq, command_id, decode(body_hash, 'hex') AS body_hash, result, body,
                      body ->> 'activity' AS activity_id, post.id, number, author, author_name, is_staff, text, reply_to
                 FROM jsonb_to_recordset($5::text::jsonb)
                      AS row (seq bigint, command_id text, body_hash text, result jsonb, body jsonb)
                CROSS JOIN jsonb_to_record(body -> 'post')
                      AS post (id text, number int, author text, author_name text, is_staff bool, text text,
                               reply_to text)),
               moved AS (
               UPDATE stream
                  SET head = head + $3, posts_until = head + $3, posts_after = only_posts_after(stream)
                WHERE id = $1 AND only_posts_after(stream) <= $2
                  AND NOT EXISTS (SELECT
                                    FROM account
                                   WHERE id = ANY (ARRAY (SELECT author FROM new)) AND state <> 'active')
            RETURNING head - $3 - $2 AS n_between, posts_after),
               counted AS (
               UPDATE activity
                  SET n_posts = n_posts + last.n_new
                 FROM moved
                CROSS JOIN (SELECT activity_id, max(number) AS number, count(*) AS n_new
                              FROM new
                             GROUP BY activity_id) AS last
                WHERE activity.id = last.activity_id
            RETURNING last.activity_id, n_posts - last.number AS n_between),
               placed AS (
               SELECT new.id, activity_id, command_id, body_hash, result, author, author_name, is_staff, text, reply_to,
                      seq + moved.n_between AS seq, number + counted.n_between AS number,
                      CASE WHEN counted.n_between = 0 THEN body
                           ELSE jsonb_set(body, '{post,number}', to_jsonb(number + counted.n_between)) END AS body
                 FROM moved CROSS JOIN new JOIN counted USING (activity_id)),
               remembered AS (
               INSERT INTO command (account_id, command_id, op, stream_id, body_hash, result, seq, at)
               SELECT author, command_id, 'activity.post', $1, body_hash, result, seq, now()
                 FROM placed),
               told AS (
               INSERT INTO event (stream_id, seq, at, name, actor_id, body)
               SELECT $1, seq, $4, $6, author, body
                 FROM placed),
               written AS (
               INSERT INTO post (id, activity_id, number, author_id, author_name, is_staff, at, text, reply_to, seq)
               SELECT id, activity_id, number, author, author_name, is_staff, $4, text, reply_to, seq
                 FROM placed)
        SELECT n_between, posts_after, (SELECT jsonb_object_agg(activity_id, n_between) FROM counted) AS n_posts_between
          FROM moved
        """,
        stream,
        head,
        len(facts),
        facts[-1].at,
        pack_stored(rows),
        EVENT_TYPES[PostAdded],
    )
    if row is None:
        return None
    return Written(n_between=row["n_between"], since=row["posts_after"], n_posts_between=row["n_posts_between"])


async def select_post(db: Reader, activity: ActivityId | str, post: PostId | str) -> Post | None:
    row = await db.fetchrow(
        """
        SELECT post.id, number, author_id, shown_name(author_name, account.state) AS author_name, is_staff, at, text,
               reply_to, removed_by
          FROM post
          JOIN account ON account.id = author_id
         WHERE activity_id = $1 AND post.id = $2
        """,
        activity,
        post,
    )
    return read_post(row) if row else None


async def select_last(db: Reader, activities: Sequence[ActivityId]) -> dict[ActivityId, list[Post]]:
    """The last posts of each of these activities, oldest first."""
    rows = await db.fetch(
        """
        SELECT post.activity_id, post.id, number, author_id, shown_name(author_name, account.state) AS author_name,
               is_staff, at, text, reply_to, removed_by
          FROM activity
          JOIN post ON post.activity_id = activity.id AND post.number > activity.n_posts - $2
          JOIN account ON account.id = author_id
         WHERE activity.id = ANY ($1::text[])
         ORDER BY post.activity_id, number
        """,
        list(activities),
        POSTS_IN_SNAPSHOT,
    )
    last: dict[ActivityId, list[Post]] = {}
    for row in rows:
        last.setdefault(row["activity_id"], []).append(read_post(row))
    return last


def read_post(row: asyncpg.Record) -> Post:
    return Post(
        id=row["id"],
        number=row["number"],
        author=row["author_id"],
        author_name=row["author_name"],
        is_staff=row["is_staff"],
        at=millis(row["at"]),
        text=row["text"],
        reply_to=row["reply_to"],
        removed_by=row["removed_by"],
    )


async def apply_removed(tx: Tx, fact: Fact, body: PostRemoved) -> None:
    seq: Seq | None = await tx.fetchval(
        "UPDATE post SET text = NULL, removed_by = $3 WHERE activity_id = $1 AND id = $2 RETURNING seq",
        body.activity,
        body.post,
        body.removed_by,
    )
    assert seq is not None, "a removed post was there"
    await blank_post(tx, fact.stream, seq, body.post)
