"""The message centre's list, reading, and what an account's stream tells of it (R57, R58)."""

from __future__ import annotations

import pytest

from protocol.ids import AccountId
from protocol.inbox import ItemKind, Source
from server.core.inbox import News
from server.ids import draw_id
from server.telling_many import tell_accounts
from tests.harness.site import Person, Site


async def tell(site: Site, kind: ItemKind, title: str, *people: Person, text: str = "", id: str = "") -> int:
    news = News(id=id or draw_id(), kind=kind, title=title, text=text, source=Source(kind="run", id="R" * 16))
    return await tell_accounts(site.services.road, [AccountId(each.account) for each in people], news)


async def titles(site: Site, person: Person, query: str = "") -> list[str]:
    answer = await site.get(f"/api/inbox{query}", person)
    assert answer.status_code == 200, answer.text
    return [each["title"] for each in answer.json()["items"]]


async def test_items_of_every_kind_are_listed_newest_first_with_what_they_open(site: Site) -> None:
    """R57, R58."""
    person = await site.register()
    kinds: list[ItemKind] = ["course_announcement", "courseware_update", "platform_push", "reply", "comment"]
    for kind in kinds:
        await tell(site, kind, kind, person, text="x" * 200)
    page = (await site.get("/api/inbox", person)).json()
    assert [each["kind"] for each in page["items"]] == kinds[::-1]
    assert page["items"][0]["source"] == {"kind": "run", "id": "R" * 16, "course": None, "run": None}
    assert page["items"][0]["text"] == "x" * 200
    assert not any(each["is_read"] for each in page["items"])
    assert page["unread"] == dict.fromkeys(kinds, 1)
    assert await titles(site, person, "?kind=reply") == ["reply"]


async def test_the_list_comes_in_pages_that_miss_and_repeat_nothing(site: Site) -> None:
    person = await site.register()
    for number in range(25):
        await tell(site, "reply" if number % 2 else "comment", str(number), person)
    first = (await site.get("/api/inbox", person)).json()
    await tell(site, "reply", "newer", person)
    second = (await site.get(f"/api/inbox?after={first['next']}", person)).json()
    assert [each["title"] for each in first["items"] + second["items"]] == [str(n) for n in reversed(range(25))]
    assert second["next"] is None


async def test_nobody_sees_or_reads_anothers_items(site: Site) -> None:
    owner, other = await site.register("Lin"), await site.register("Wu")
    await tell(site, "reply", "for Lin", owner)
    item = (await site.get("/api/inbox", owner)).json()["items"][0]["id"]
    assert await titles(site, other) == []
    await site.command(other, "inbox.read", other.account, {"items": [item]})
    assert (await site.wish(other, "inbox.read", owner.account, {"items": [item]})).status_code == 404
    assert (await site.wish(other, "inbox.read_all", owner.account)).status_code == 404
    assert (await site.get("/api/inbox", owner)).json()["unread"] == {"reply": 1}


async def test_reading_some_and_all_of_a_kind_leaves_the_rest_unread(site: Site) -> None:
    person = await site.register()
    for kind in ("reply", "reply", "comment", "account"):
        await tell(site, kind, kind, person)
    newest_reply = (await site.get("/api/inbox?kind=reply", person)).json()["items"][0]["id"]
    for _ in range(2):
        await site.command(person, "inbox.read", person.account, {"items": [newest_reply, draw_id()]})
        assert (await site.get("/api/inbox", person)).json()["unread"] == {"reply": 1, "comment": 1, "account": 1}
    await site.command(person, "inbox.read_all", person.account, {"kind": "comment"})
    assert (await site.get("/api/inbox", person)).json()["unread"] == {"reply": 1, "account": 1}
    await site.command(person, "inbox.read_all", person.account)
    page = (await site.get("/api/inbox", person)).json()
    assert page["unread"] == {}
    assert all(each["is_read"] for each in page["items"])


async def test_the_same_news_is_told_once_to_each_and_never_to_a_closed_account(site: Site) -> None:
    first, second, closed = [await site.register(name) for name in ("Lin", "Wu", "Gone")]
    await site.database.execute("UPDATE account SET state = 'closed', closed_at = now() WHERE id = $1", closed.account)
    news = draw_id()
    assert await tell(site, "reply", "once", first, closed, id=news) == 1
    assert await tell(site, "reply", "once", first, second, id=news) == 1
    assert [await titles(site, each) for each in (first, second)] == [["once"], ["once"]]
    assert await site.database.fetchval("SELECT count(*) FROM inbox_item") == 2


@pytest.mark.parametrize("query", ["?kind=nothing", "?kind=", "?after=x", "?after=-1", "?after=99999999999999999999"])
async def test_a_bad_filter_or_cursor_is_refused(site: Site, query: str) -> None:
    person = await site.register()
    assert (await site.get(f"/api/inbox{query}", person)).status_code == 422


@pytest.mark.parametrize("body", [{}, {"items": []}, {"items": ["x"]}, {"items": ["a" * 16] * 51}])
async def test_reading_what_cannot_be_items_is_refused(site: Site, body: dict[str, object]) -> None:
    person = await site.register()
    assert (await site.wish(person, "inbox.read", person.account, body)).status_code == 422
