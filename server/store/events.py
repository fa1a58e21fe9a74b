"""The diary (I2): events are appended under the stream's lock, together with the head they move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import asyncpg

from protocol.codec import pack_stored, to_body, to_struct
from protocol.ids import PostId, Seq, StreamId
from protocol.registry import EVENT_TYPES, EVENTS
from server.core.fact import Fact
from server.store.commands import Answered
from server.store.pool import Reader, Tx
from server.store.streams import LockedStream


async def append(
    tx: Tx, locked: Mapping[StreamId, LockedStream], facts: Sequence[Fact], answered: Sequence[Answered] = ()
) -> None:
    """Write `facts`, move the heads and remember what the commands were answered, in one round trip under the lock.

    Each stream's facts must continue its head without a gap. Raises Refused(ID_CONFLICT) when a command's id was
    taken meanwhile, on another stream.
    """
    heads: dict[StreamId, Seq] = {}
    for fact in facts:
        before = heads.get(fact.stream, locked[fact.stream].head)
        assert fact.seq == before + 1, f"seq {fact.seq} does not continue {before}"
        heads[fact.stream] = fact.seq
    await tx.execute(
        """
          WITH moved AS (
               UPDATE stream
                  SET head = new.head
                 FROM unnest($1::text[], $2::bigint[]) AS new (id, head)
                WHERE stream.id = new.id),
               remembered AS (
               INSERT INTO command (account_id, command_id, op, stream_id, body_hash, result, seq, at)
               SELECT account_id, command_id, op, stream_id, body_hash, result::jsonb, seq, now()
                 FROM unnest($9::text[], $10::text[], $11::text[], $12::text[], $13::bytea[], $14::text[],
                             $15::bigint[])
                      AS new (account_id, command_id, op, stream_id, body_hash, result, seq))
        INSERT INTO event (stream_id, seq, at, name, actor_id, body)
        SELECT stream_id, seq, at, name, actor_id, body::jsonb
          FROM unnest($3::text[], $4::bigint[], $5::timestamptz[], $6::text[], $7::text[], $8::text[])
               AS new (stream_id, seq, at, name, actor_id, body)
        """,
        list(heads),
        list(heads.values()),
        [fact.stream for fact in facts],
        [fact.seq for fact in facts],
        [fact.at for fact in facts],
        [EVENT_TYPES[type(fact.body)] for fact in facts],
        [fact.actor for fact in facts],
        [pack_stored(to_body(fact.body)) for fact in facts],
        [each.account for each in answered],
        [each.command for each in answered],
        [each.op for each in answered],
        [each.stream for each in answered],
        [each.body_hash for each in answered],
        [None if each.result is None else pack_stored(each.result) for each in answered],
        [each.seq for each in answered],
    )


async def select_after(db: Reader, stream: StreamId, after: Seq, limit: int) -> list[Fact]:
    """The next `limit` events after `after`, in order."""
    rows = await db.fetch(
        """
        SELECT stream_id, seq, at, name, actor_id, body
          FROM event
         WHERE stream_id = $1 AND seq > $2
         ORDER BY seq
         LIMIT $3
        """,
        stream,
        after,
        limit,
    )
    return [read_fact(row) for row in rows]


async def blank_post(tx: Tx, stream: StreamId, seq: Seq, post: PostId) -> None:
    """Take a removed post's text out of its event (I9)."""
    await tx.execute(
        """
        UPDATE event
           SET body = jsonb_set(body, '{post,text}', 'null')
         WHERE stream_id = $1 AND seq = $2 AND body -> 'post' ->> 'id' = $3
        """,
        stream,
        seq,
        post,
    )


def read_fact(row: asyncpg.Record) -> Fact:
    return Fact(
        stream=row["stream_id"],
        seq=row["seq"],
        at=row["at"],
        actor=row["actor_id"],
        body=to_struct(row["body"], EVENTS[row["name"]]),
    )
