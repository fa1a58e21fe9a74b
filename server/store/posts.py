"""Posts of discussions. A removed post keeps its row, without its text, and takes the text out of the diary (I9)."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from protocol.activity import Post, PostAdded, PostRemoved
from protocol.ids import ActivityId, PostId, Seq
from protocol.limits import POSTS_IN_SNAPSHOT
from server.core.fact import Fact
from server.core.moment import instant, millis
from server.store.events import blank_post
from server.store.pool import Reader, Tx


async def select_post(db: Reader, activity: ActivityId | str, post: PostId | str) -> Post | None:
    row = await db.fetchrow(
        """
        SELECT id, number, author_id, author_name, is_staff, at, text, reply_to, removed_by
          FROM post
         WHERE activity_id = $1 AND id = $2
        """,
        activity,
        post,
    )
    return read_post(row) if row else None


async def select_last(db: Reader, activities: Sequence[ActivityId]) -> dict[ActivityId, list[Post]]:
    """The last posts of each of these activities, oldest first."""
    rows = await db.fetch(
        """
        SELECT post.activity_id, post.id, number, author_id, author_name, is_staff, at, text, reply_to, removed_by
          FROM activity
          JOIN post ON post.activity_id = activity.id AND post.number > activity.n_posts - $2
         WHERE activity.id = ANY ($1::text[])
         ORDER BY post.activity_id, number
        """,
        list(activities),
        POSTS_IN_SNAPSHOT,
    )
    posts: dict[ActivityId, list[Post]] = {}
    for row in rows:
        posts.setdefault(row["activity_id"], []).append(read_post(row))
    return posts


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


async def apply_added(tx: Tx, fact: Fact, body: PostAdded) -> None:
    await insert_posts(tx, [fact])


async def insert_posts(tx: Tx, facts: Sequence[Fact]) -> None:
    """The posts these facts add, each activity's in the order of their numbers."""
    added = [(fact, fact.body) for fact in facts if isinstance(fact.body, PostAdded)]
    n_posts = {body.activity: body.post.number for _, body in added}
    await tx.execute(
        """
          WITH counted AS (
               UPDATE activity
                  SET n_posts = new.n_posts
                 FROM unnest($1::text[], $2::int[]) AS new (id, n_posts)
                WHERE activity.id = new.id)
        INSERT INTO post (id, activity_id, number, author_id, author_name, is_staff, at, text, reply_to, seq)
        SELECT id, activity_id, number, author_id, author_name, is_staff, at, text, reply_to, seq
          FROM unnest($3::text[], $4::text[], $5::int[], $6::text[], $7::text[], $8::bool[], $9::timestamptz[],
                      $10::text[], $11::text[], $12::bigint[])
               AS new (id, activity_id, number, author_id, author_name, is_staff, at, text, reply_to, seq)
        """,
        list(n_posts),
        list(n_posts.values()),
        [body.post.id for _, body in added],
        [body.activity for _, body in added],
        [body.post.number for _, body in added],
        [body.post.author for _, body in added],
        [body.post.author_name for _, body in added],
        [body.post.is_staff for _, body in added],
        [instant(body.post.at) for _, body in added],
        [body.post.text for _, body in added],
        [body.post.reply_to for _, body in added],
        [fact.seq for fact, _ in added],
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
