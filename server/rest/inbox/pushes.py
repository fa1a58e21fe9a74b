"""Pushes of the platform's operators: starting one, seeing how far it got, stopping it."""

from __future__ import annotations

import re

from starlette.responses import Response

from protocol.errors import Code, Refused
from protocol.ids import Millis
from protocol.inbox import NewPush, Push, Pushes, PushTargets
from server.core.inbox import News
from server.ids import draw_id
from server.rest.answer import answer
from server.rest.call import Call
from server.rest.schools.schools import searched
from server.store import activities, audit, pushes
from server.store.pool import Reader
from server.telling_many import ring_push, start_push

PAGE = 20
TARGETS = {"school": pushes.select_schools, "course": pushes.select_courses}
PLACE = re.compile(r"([0-9]{1,13})-([0-9A-Za-z]{16})")


async def make_push(call: Call, body: NewPush) -> Response:
    """Tell everybody, or everybody of a school, course or run; a worker does it, in batches."""
    title = " ".join(body.title.split())
    if not title:
        raise Refused(Code.BAD_FIELD, "title", data={"field": "title"})
    operator = call.device.account
    news = News(id=draw_id(), kind="platform_push", title=title, text=body.text.strip(), source=body.source)
    async with call.transaction() as tx:
        if not await pushes.has_target(tx, body.to_kind, body.to_id):
            raise Refused(Code.BAD_FIELD, "to_id", data={"field": "to_id"})
        now = await activities.select_now(tx)
        push = await start_push(tx, news, body.to_kind, body.to_id, author=operator, now=now)
        await pushes.update_total(tx, push, body.to_kind, body.to_id)
        await audit.insert(tx, operator, "push.started", detail={"push": push, "to": body.to_kind})
        done = await call.keep(tx, answer(await found(tx, push), 201))
    ring_push(call.services.road, push, now)
    return done


async def list_pushes(call: Call) -> Response:
    """The platform's pushes, newest first; `after` is the `next` of the page before."""
    before, before_id = None, ""
    if "after" in call.query:
        place = PLACE.fullmatch(call.query["after"])
        if place is None:
            raise Refused(Code.BAD_FIELD, "after", data={"field": "after"})
        before, before_id = Millis(int(place[1])), place[2]
    listed = await pushes.select_pushes(call.services.database, before, before_id, PAGE + 1)
    page = listed[:PAGE]
    last = f"{page[-1].created_at}-{page[-1].id}" if len(listed) > PAGE else None
    return answer(Pushes(pushes=page, next=last))


async def list_targets(call: Call) -> Response:
    """Schools, or courses where `kind` says so, with the query in their name."""
    select = TARGETS.get(call.query.get("kind", "school"))
    if select is None:
        raise Refused(Code.BAD_FIELD, "kind", data={"field": "kind"})
    return answer(PushTargets(targets=await select(call.services.database, searched(call), PAGE)))


async def show_push(call: Call) -> Response:
    """How far a push got."""
    return answer(await found(call.services.database, call.path["id"]))


async def stop_push(call: Call) -> Response:
    """Tell nobody more; who was told keeps the item. A push that is sent stays so."""
    async with call.transaction() as tx:
        push = await found(tx, call.path["id"])
        if await pushes.update_stopped(tx, push.id):
            await audit.insert(tx, call.device.account, "push.stopped", detail={"push": push.id})
        return await call.keep(tx, answer(await found(tx, push.id)))


async def found(db: Reader, id: str) -> Push:
    push = await pushes.select_push(db, id)
    if push is None:
        raise Refused(Code.NOT_FOUND)
    return push
