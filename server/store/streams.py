"""Streams: whose diary it is and how far it got. The only way to a `LockedStream`, which appending asks for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from protocol.ids import Seq, StreamId
from server.store.pool import Reader, Tx

StreamKind = Literal["account", "classroom"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedStream:
    """A stream nobody else can append to until this transaction ends. `head` is its last event's seq."""

    id: StreamId
    kind: StreamKind
    head: Seq


async def insert_stream(tx: Tx, stream: StreamId, kind: StreamKind) -> LockedStream:
    """A new stream is its maker's until commit: nobody else can see it, so it is as good as locked."""
    await tx.execute("INSERT INTO stream (id, kind) VALUES ($1, $2)", stream, kind)
    return LockedStream(id=stream, kind=kind, head=Seq(0))


async def lock_streams(tx: Tx, streams: Iterable[StreamId]) -> dict[StreamId, LockedStream]:
    """Lock in the one order that cannot deadlock: classrooms before accounts, each sorted. Unknown ids are left out."""
    rows = await tx.fetch(
        """
        SELECT id, kind, head
          FROM stream
         WHERE id = ANY ($1::text[])
         ORDER BY kind DESC, id
           FOR NO KEY UPDATE
        """,
        sorted(set(streams)),
    )
    return {row["id"]: LockedStream(id=row["id"], kind=row["kind"], head=row["head"]) for row in rows}


async def select_heads(db: Reader, streams: Sequence[StreamId]) -> dict[StreamId, Seq]:
    """How far each stream got; unknown ids are left out."""
    rows = await db.fetch("SELECT id, head FROM stream WHERE id = ANY ($1::text[])", list(streams))
    return {row["id"]: row["head"] for row in rows}


async def select_posts_after(db: Reader, stream: StreamId) -> Seq:
    """Since which event there is nothing but posts on the stream, which must be there."""
    seq: Seq = await db.fetchval("SELECT only_posts_after(stream) FROM stream WHERE id = $1", stream)
    return seq


async def select_kind(db: Reader, stream: StreamId) -> StreamKind | None:
    kind: StreamKind | None = await db.fetchval("SELECT kind FROM stream WHERE id = $1", stream)
    return kind
