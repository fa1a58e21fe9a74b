"""Items of the message centre. All of one account are written under the lock of its stream; `seq` is the number of the
event that added the item, and the order of the list.
"""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from protocol.codec import to_body, to_struct
from protocol.ids import AccountId
from protocol.inbox import InboxAdded, InboxAllRead, InboxItem, InboxRead, ItemId, ItemKind, Source, Unread
from server.core.fact import Fact
from server.core.inbox import News, Waiting
from server.core.moment import millis
from server.store.pool import Reader, Tx


async def select_untold(tx: Tx, news: str, accounts: Sequence[AccountId]) -> list[AccountId]:
    """Who of these has an account that is not closed, and was not told of it yet; sorted."""
    rows = await tx.fetch(
        """
        SELECT id
          FROM account
         WHERE id = ANY ($2::text[]) AND state = 'active'
           AND NOT EXISTS (SELECT FROM inbox_item WHERE push_id = $1 AND account_id = account.id)
         ORDER BY id
        """,
        news,
        list(accounts),
    )
    return [row["id"] for row in rows]


async def insert_items(tx: Tx, news: News, facts: Sequence[Fact]) -> None:
    """The rows of these `InboxAdded`; the whole text is in the rows alone."""
    items: list[InboxItem] = []
    for fact in facts:
        assert isinstance(fact.body, InboxAdded), "telling adds items"
        items.append(fact.body.item)
    await tx.execute(
        """
        INSERT INTO inbox_item (id, account_id, seq, kind, title, text, source, push_id, at)
        SELECT new.id, account_id, seq, $5, $6, $7, $8, $9, $4
          FROM unnest($1::text[], $2::text[], $3::bigint[]) AS new (id, account_id, seq)
        """,
        [each.id for each in items],
        [fact.stream for fact in facts],
        [fact.seq for fact in facts],
        facts[0].at,
        news.kind,
        news.title,
        news.text,
        {} if news.source is None else to_body(news.source),
        news.id,
    )


async def select_unread(db: Reader, account: AccountId) -> Unread:
    rows = await db.fetch(
        "SELECT kind, count(*) AS n FROM inbox_item WHERE account_id = $1 AND read_at IS NULL GROUP BY kind", account
    )
    return {row["kind"]: row["n"] for row in rows}


async def select_waiting(db: Reader, account: AccountId, items: Sequence[str]) -> list[Waiting]:
    """Those of the items that are the account's and unread."""
    rows = await db.fetch(
        """
        SELECT id, kind
          FROM inbox_item
         WHERE id = ANY ($2::text[]) AND account_id = $1 AND read_at IS NULL
         ORDER BY seq
        """,
        account,
        list(items),
    )
    return [Waiting(id=row["id"], kind=row["kind"]) for row in rows]


async def select_items(
    db: Reader, account: AccountId, kind: ItemKind | None, before: int | None, most: int
) -> list[tuple[int, InboxItem]]:
    """Newest first, each with its place in the list; `before`: only what is older than that place."""
    rows = await db.fetch(
        """
        SELECT seq, id, kind, title, text, source, at, read_at
          FROM inbox_item
         WHERE account_id = $1
           AND ($2::text IS NULL OR kind = $2)
           AND ($3::bigint IS NULL OR seq < $3)
         ORDER BY seq DESC
         LIMIT $4
        """,
        account,
        kind,
        before,
        most,
    )
    return [(row["seq"], read_item(row)) for row in rows]


async def apply_read(tx: Tx, fact: Fact, body: InboxRead) -> None:
    await tx.execute(
        "UPDATE inbox_item SET read_at = $3 WHERE id = ANY ($2::text[]) AND account_id = $1 AND read_at IS NULL",
        fact.stream,
        body.items,
        fact.at,
    )


async def apply_all_read(tx: Tx, fact: Fact, body: InboxAllRead) -> None:
    await tx.execute(
        """
        UPDATE inbox_item
           SET read_at = $3
         WHERE account_id = $1 AND read_at IS NULL AND ($2::text IS NULL OR kind = $2)
        """,
        fact.stream,
        body.kind,
        fact.at,
    )


def read_item(row: asyncpg.Record) -> InboxItem:
    return InboxItem(
        id=ItemId(row["id"]),
        kind=row["kind"],
        title=row["title"],
        text=row["text"],
        source=to_struct(row["source"], Source) if row["source"] else None,
        at=millis(row["at"]),
        is_read=row["read_at"] is not None,
    )
