"""讨论区 of a run: topics, replies to them, comments on replies. Who may read was asked with the run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from protocol.courses import RunId
from protocol.ids import AccountId
from protocol.topics import ReplyId, TopicId
from server.store.pool import Reader, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTopic:
    """`is_teacher`: its author teaches the course. `may_remove`: the asker wrote it or teaches the course."""

    id: TopicId
    run: RunId
    title: str
    text: str | None
    author: AccountId
    author_name: str
    is_teacher: bool
    at: datetime
    replied_at: datetime
    n_replies: int
    may_remove: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReply:
    id: ReplyId
    parent: ReplyId | None
    text: str | None
    author_name: str
    is_teacher: bool
    at: datetime
    may_remove: bool


async def insert_topic(
    tx: Tx, topic: TopicId, run: RunId, author: AccountId, title: str, text: str, now: datetime
) -> None:
    await tx.execute(
        "INSERT INTO topic (id, run_id, author_id, title, text, at, replied_at) VALUES ($1, $2, $3, $4, $5, $6, $6)",
        topic,
        run,
        author,
        title,
        text,
        now,
    )


async def select_topics(
    db: Reader, run: RunId, asker: AccountId, before: datetime, after: str, limit: int
) -> list[StoredTopic]:
    """Those last replied to first: before `before`, or at it with an id after `after`. Without what `select_topic` does
    not find."""
    rows = await db.fetch(
        """
        SELECT topic.id, topic.run_id AS run, topic.title, left(topic.text, 200) AS text,
               topic.author_id AS author, shown_name(account.name, account.state) AS author_name,
               author.account_id IS NOT NULL AS is_teacher, topic.at, topic.replied_at,
               topic.n_replies, topic.author_id = $2 OR asker.account_id IS NOT NULL AS may_remove
          FROM topic
          JOIN run ON run.id = topic.run_id
          JOIN account ON account.id = topic.author_id
          LEFT JOIN course_teacher AS author ON author.course_id = run.course_id
                                            AND author.account_id = topic.author_id
          LEFT JOIN course_teacher AS asker ON asker.course_id = run.course_id AND asker.account_id = $2
         WHERE topic.run_id = $1 AND topic.replied_at <= $3 AND (topic.replied_at < $3 OR topic.id > $4)
           AND (topic.text IS NOT NULL OR topic.n_replies > 0)
         ORDER BY topic.replied_at DESC, topic.id
         LIMIT $5
        """,
        run,
        asker,
        before,
        after,
        limit,
    )
    return [StoredTopic(**row) for row in rows]


async def select_topic(db: Reader, topic: TopicId, asker: AccountId) -> StoredTopic | None:
    """The topic, for a learner of its run or a teacher of its course; None once it was removed, unless somebody replied
    to it."""
    row = await db.fetchrow(
        """
        SELECT topic.id, topic.run_id AS run, topic.title, topic.text, topic.author_id AS author,
               shown_name(account.name, account.state) AS author_name,
               author.account_id IS NOT NULL AS is_teacher, topic.at, topic.replied_at, topic.n_replies,
               topic.author_id = $2 OR asker.account_id IS NOT NULL AS may_remove
          FROM topic
          JOIN run ON run.id = topic.run_id
          JOIN account ON account.id = topic.author_id
          LEFT JOIN course_teacher AS author ON author.course_id = run.course_id
                                            AND author.account_id = topic.author_id
          LEFT JOIN course_teacher AS asker ON asker.course_id = run.course_id AND asker.account_id = $2
          LEFT JOIN enrollment ON enrollment.run_id = run.id AND enrollment.account_id = $2
                              AND enrollment.state = 'enrolled'
         WHERE topic.id = $1 AND (asker.account_id IS NOT NULL OR enrollment.account_id IS NOT NULL)
           AND (topic.text IS NOT NULL OR topic.n_replies > 0)
        """,
        topic,
        asker,
    )
    return StoredTopic(**row) if row else None


async def lock_topic(tx: Tx, topic: TopicId) -> None:
    """Holds the topic, so that a reply and its removal do not pass each other."""
    await tx.execute("SELECT FROM topic WHERE id = $1 FOR NO KEY UPDATE", topic)


async def clear_topic(tx: Tx, topic: TopicId) -> None:
    """It is gone for everybody; what others replied stays, and so does where they did."""
    await tx.execute("UPDATE topic SET text = NULL WHERE id = $1", topic)


async def insert_reply(
    tx: Tx, reply: ReplyId, topic: TopicId, parent: ReplyId | None, author: AccountId, text: str, now: datetime
) -> bool:
    """Counts it; False where `parent` is no reply to this topic, but a comment, another topic's or removed."""
    status = await tx.execute(
        """
        INSERT INTO topic_reply (id, topic_id, parent_id, author_id, text, at)
        SELECT $1, $2::text, $3::text, $4, $5, $6
         WHERE $3::text IS NULL
            OR EXISTS (SELECT FROM topic_reply
                        WHERE id = $3 AND topic_id = $2 AND parent_id IS NULL AND text IS NOT NULL)
        """,
        reply,
        topic,
        parent,
        author,
        text,
        now,
    )
    if status != "INSERT 0 1":
        return False
    await tx.execute("UPDATE topic SET n_replies = n_replies + 1, replied_at = $2 WHERE id = $1", topic, now)
    return True


async def select_author(db: Reader, reply: ReplyId) -> AccountId | None:
    author: AccountId | None = await db.fetchval("SELECT author_id FROM topic_reply WHERE id = $1", reply)
    return author


async def select_replies(
    db: Reader, topic: TopicId, asker: AccountId, since: datetime, after: str, limit: int
) -> list[StoredReply]:
    """Oldest first, comments among them: from `since` on, at it with an id after `after`."""
    rows = await db.fetch(
        """
        SELECT reply.id, reply.parent_id AS parent, reply.text, shown_name(account.name, account.state) AS author_name,
               author.account_id IS NOT NULL AS is_teacher, reply.at,
               reply.author_id = $2 OR asker.account_id IS NOT NULL AS may_remove
          FROM topic_reply AS reply
          JOIN topic ON topic.id = reply.topic_id
          JOIN run ON run.id = topic.run_id
          JOIN account ON account.id = reply.author_id
          LEFT JOIN course_teacher AS author ON author.course_id = run.course_id
                                            AND author.account_id = reply.author_id
          LEFT JOIN course_teacher AS asker ON asker.course_id = run.course_id AND asker.account_id = $2
         WHERE reply.topic_id = $1 AND reply.at >= $3 AND (reply.at > $3 OR reply.id > $4)
         ORDER BY reply.at, reply.id
         LIMIT $5
        """,
        topic,
        asker,
        since,
        after,
        limit,
    )
    return [StoredReply(**row) for row in rows]


async def clear_reply(tx: Tx, reply: ReplyId, asker: AccountId) -> bool:
    """Its text is gone for everybody; False when it is not the asker's to remove, who must still be in the run."""
    status = await tx.execute(
        """
        UPDATE topic_reply AS reply
           SET text = NULL
          FROM topic
          JOIN run ON run.id = topic.run_id
         WHERE reply.id = $1 AND topic.id = reply.topic_id
           AND (EXISTS (SELECT FROM course_teacher AS teacher
                         WHERE teacher.course_id = run.course_id AND teacher.account_id = $2)
                OR reply.author_id = $2
                   AND EXISTS (SELECT FROM enrollment
                                WHERE enrollment.run_id = run.id AND enrollment.account_id = $2
                                  AND enrollment.state = 'enrolled'))
        """,
        reply,
        asker,
    )
    return status == "UPDATE 1"
