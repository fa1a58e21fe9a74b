"""Posts of discussions. A removed post keeps its row, without its text, and takes the text out of the diary (I9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import asyncpg
import msgspec
from msgspec.structs import replace

from protocol.activity import Post, PostAdded, PostRemoved
from protocol.codec import pack_stored
from protocol.envelopes import Body
from protocol.ids import AccountId, ActivityId, PostId, Seq, StreamId
from protocol.limits import POSTS_IN_SNAPSHOT
from protocol.registry import EVENT_TYPES
from server.core.fact import Fact
from server.core.moment import millis
from server.core.state import StoredActivity
from server.store.events import blank_post
from server.store.pool import Reader, Single, Tx
from server.store.situations import Situation, read_situation


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What has to be known to judge a post."""

    account: AccountId
    command: str
    activity: str
    is_reply: bool


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What one post is judged by, all as of event `head` of the stream. `activity`: the one it names."""

    situation: Situation
    head: Seq
    activity: StoredActivity | None


class Draft(msgspec.Struct, eq=False):
    """A post that was judged, of this command, and is to be written. Its number and time are not its own yet."""

    account: AccountId
    command: str
    body_hash: bytes
    result: Body | None
    body: PostAdded


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """The posts as the book has them. Since event `since` there is nothing but posts on the stream."""

    facts: list[Fact]
    since: Seq


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
    return Ground(situation=read_situation(row, wish.account, wish.command), head=row["head"], activity=found)


async def append_posts(db: Single, stream: StreamId, head: Seq, drafts: Sequence[Draft]) -> Written | None:
    """Write posts, their events and their commands' answers, if nothing but posts was written on the stream after
    `head`, which they were judged at, and no author has closed the account; else nothing.

    One statement: it holds the stream's lock to its end, as whoever else appends does (I2), and under the lock it gives
    the posts their numbers and their time. Raises Refused(ID_CONFLICT) as `events.append` does.
    """
    # One text instead of an array a column: of an array, asyncpg looks at each element several times.
    rows: list[Body] = [
        {
            "n": n,
            "command_id": draft.command,
            "body_hash": draft.body_hash.hex(),
            "result": draft.result,
            "body": draft.body,
        }
        for n, draft in enumerate(drafts, 1)
    ]
    row = await db.fetchrow(
        """
          WITH new AS MATERIALIZED (
               SELECT n, command_id, decode(body_hash, 'hex') AS body_hash, result, body ->> 'activity' AS activity_id,
                      row_number() OVER (PARTITION BY body ->> 'activity' ORDER BY n) AS n_of_activity,
                      body -> 'post' AS post, post.id, author, author_name, is_staff, text, reply_to
                 FROM jsonb_to_recordset($4::text::jsonb)
                      AS row (n int, command_id text, body_hash text, result jsonb, body jsonb)
                CROSS JOIN jsonb_to_record(body -> 'post')
                      AS post (id text, author text, author_name text, is_staff bool, text text, reply_to text)),
               moved AS (
               UPDATE stream
                  SET head = head + $3, posts_until = head + $3, posts_after = only_posts_after(stream)
                WHERE id = $1 AND only_posts_after(stream) <= $2
                  AND NOT EXISTS (SELECT
                                    FROM account
                                   WHERE id = ANY (ARRAY (SELECT author FROM new)) AND state <> 'active')
            RETURNING head - $3 AS head, posts_after, clock_timestamp() AS at),
               counted AS (
               UPDATE activity
                  SET n_posts = n_posts + fresh.n
                 FROM moved
                CROSS JOIN (SELECT activity_id, count(*)::int AS n
                              FROM new
                             GROUP BY activity_id) AS fresh
                WHERE activity.id = fresh.activity_id
            RETURNING activity_id, n_posts - fresh.n AS n_posts),
               placed AS (
               SELECT new.*, head + n AS seq, n_posts + n_of_activity AS number, at,
                      floor(extract(epoch FROM at) * 1000)::bigint AS at_ms
                 FROM moved CROSS JOIN new JOIN counted USING (activity_id)),
               remembered AS (
               INSERT INTO command (account_id, command_id, op, stream_id, body_hash, result, seq, at)
               SELECT author, command_id, 'activity.post', $1, body_hash, result, seq, now()
                 FROM placed),
               told AS (
               INSERT INTO event (stream_id, seq, at, name, actor_id, body)
               SELECT $1, seq, at, $5, author,
                      jsonb_build_object('activity', activity_id,
                                         'post', post || jsonb_build_object('number', number, 'at', at_ms))
                 FROM placed),
               written AS (
               INSERT INTO post (id, activity_id, number, author_id, author_name, is_staff, at, text, reply_to, seq)
               SELECT id, activity_id, number, author, author_name, is_staff, at, text, reply_to, seq
                 FROM placed)
        SELECT head, at, posts_after, (SELECT jsonb_object_agg(activity_id, n_posts) FROM counted) AS n_posts
          FROM moved
        """,
        stream,
        head,
        len(drafts),
        pack_stored(rows),
        EVENT_TYPES[PostAdded],
    )
    if row is None:
        return None
    return Written(facts=place(drafts, stream, row["head"], row["at"], row["n_posts"]), since=row["posts_after"])


def place(
    drafts: Sequence[Draft], stream: StreamId, head: Seq, at: datetime, n_posts: dict[ActivityId, int]
) -> list[Fact]:
    """The events of these posts after `head`, in activities that had `n_posts` before."""
    facts: list[Fact] = []
    at_ms = millis(at)
    for seq, draft in enumerate(drafts, head + 1):
        activity = draft.body.activity
        n_posts[activity] += 1
        post = replace(draft.body.post, number=n_posts[activity], at=at_ms)
        body = PostAdded(activity=activity, post=post)
        facts.append(Fact(stream=stream, seq=Seq(seq), at=at, actor=draft.account, body=body))
    return facts


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
