"""The list of the message centre (R57). Reading is a command on the account's own stream."""

from __future__ import annotations

from typing import get_args

from starlette.responses import Response

from protocol.errors import Code, Refused
from protocol.inbox import InboxPage, ItemKind
from server.rest.answer import answer
from server.rest.call import Call
from server.store import inbox

PAGE = 20
KINDS: dict[str, ItemKind] = {kind: kind for kind in get_args(ItemKind)}


async def list_items(call: Call) -> Response:
    """One's own items, newest first, of one `kind` or all; `after` is the `next` of the page before."""
    account = call.device.account
    kind = None
    if "kind" in call.query:
        kind = KINDS.get(call.query["kind"])
        if kind is None:
            raise Refused(Code.BAD_FIELD, "kind", data={"field": "kind"})
    before = call.number("after", 0) or None
    async with call.services.database.snapshot() as db:
        found = await inbox.select_items(db, account, kind, before, PAGE + 1)
        unread = await inbox.select_unread(db, account)
    page = found[:PAGE]
    return answer(
        InboxPage(
            items=[item for _, item in page],
            unread=unread,
            next=str(page[-1][0]) if len(found) > PAGE else None,
        )
    )
