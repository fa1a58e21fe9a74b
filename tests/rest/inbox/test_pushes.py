"""Platform pushes: who may begin one, whom it reaches, how far it is, and stopping it (R57)."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from protocol.envelopes import Body
from protocol.ids import AccountId
from server.ids import draw_id
from server.store.platform_roles import insert_role
from server.telling_many import BATCH, PUSH_JOB
from tests.harness.site import Person, Site
from tests.harness.wait import until
from workers.context import ROAD
from workers.send_push import send, send_batch, sweep_pushes


async def an_operator(site: Site) -> Person:
    person = await site.register("Ops")
    async with site.database.transaction() as tx:
        await insert_role(tx, AccountId(person.account), "operator")
    return person


async def push(site: Site, person: Person, **body: object) -> httpx.Response:
    whole: Body = {"to_kind": "all", "title": "系统维护", "text": "今晚十点", **body}
    return await site.client.post("/api/pushes", json=whole, headers=person.headers)


async def n_items(site: Site) -> int:
    count: int = await site.database.fetchval("SELECT count(*) FROM inbox_item")
    return count


async def many_accounts(site: Site, n: int) -> None:
    async with site.database.transaction() as tx:
        ids = [draw_id() for _ in range(n)]
        await tx.copy("stream", ("id", "kind"), [(each, "account") for each in ids])
        await tx.copy("account", ("id", "name"), [(each, "同学") for each in ids])


async def a_run(site: Site, *learners: Person) -> tuple[str, str, str]:
    """A school, a course of it and a run with these learners."""
    school, course, run = draw_id(), draw_id(), draw_id()
    await site.database.execute("INSERT INTO school (id, name) VALUES ($1, $2)", school, f"学校{school}")
    await site.database.execute(
        "INSERT INTO course (id, school_id, kind, title) VALUES ($1, $2, 'mooc', '微积分')", course, school
    )
    await site.database.execute(
        """
        INSERT INTO run (id, course_id, number, starts_at, ends_at)
        VALUES ($1, $2, 1, now(), now() + interval '90 days')
        """,
        run,
        course,
    )
    for each in learners:
        await site.database.execute("INSERT INTO enrollment (run_id, account_id) VALUES ($1, $2)", run, each.account)
    return school, course, run


async def test_a_push_to_all_reaches_everybody_once_and_says_how_far_it_got(site: Site) -> None:
    """R57."""
    operator, reader = await an_operator(site), await site.register()
    answer = await push(site, operator, source={"kind": "course", "id": "C" * 16})
    assert answer.status_code == 201
    made = answer.json()
    assert (made["state"], made["n_told"], made["n_all"]) == ("sending", 0, 2)
    assert [(each.job, each.argument) for each in site.alarms] == [(PUSH_JOB, made["id"])]
    await send(site.services.road, made["id"])
    await send(site.services.road, made["id"])
    shown = (await site.get(f"/api/pushes/{made['id']}", operator)).json()
    assert (shown["state"], shown["n_told"]) == ("sent", 2)
    [item] = (await site.get("/api/inbox", reader)).json()["items"]
    assert (item["kind"], item["title"], item["source"]["id"]) == ("platform_push", "系统维护", "C" * 16)
    listed = (await site.get("/api/pushes", operator)).json()
    assert [each["id"] for each in listed["pushes"]] == [made["id"]]


async def test_a_push_to_a_run_a_course_and_a_school_reaches_those_alone(site: Site) -> None:
    operator, learner, dropped, teacher, outsider = (
        await an_operator(site),
        *[await site.register(name) for name in ("Lin", "Gone", "Ma", "Wu")],
    )
    school, course, run = await a_run(site, learner, dropped)
    await site.database.execute(
        "UPDATE enrollment SET state = 'dropped', dropped_at = now() WHERE account_id = $1", dropped.account
    )
    await site.database.execute(
        "INSERT INTO school_staff (school_id, account_id, role) VALUES ($1, $2, 'teacher'), ($1, $2, 'admin')",
        school,
        teacher.account,
    )
    for kind, id in (("run", run), ("course", course), ("school", school)):
        made = (await push(site, operator, to_kind=kind, to_id=id, title=kind)).json()
        await send(site.services.road, made["id"])
    reached = {
        person.logged_in.account.name: [
            each["title"] for each in (await site.get("/api/inbox", person)).json()["items"]
        ]
        for person in (learner, dropped, teacher, outsider)
    }
    assert reached == {"Lin": ["course", "run"], "Gone": [], "Ma": ["school"], "Wu": []}


@pytest.mark.parametrize("role", [None, "support", "ops"])
async def test_only_operators_may_push_and_to_others_there_is_nothing(site: Site, role: str | None) -> None:
    operator, other = await an_operator(site), await site.register()
    made = (await push(site, operator)).json()["id"]
    if role is not None:
        await site.database.execute("INSERT INTO platform_role (account_id, role) VALUES ($1, $2)", other.account, role)
    assert (await push(site, other)).status_code == 404
    assert (await site.get("/api/pushes", other)).status_code == 404
    assert (await site.get(f"/api/pushes/{made}", other)).status_code == 404
    stop = await site.client.post(f"/api/pushes/{made}/stop", headers=other.headers)
    assert stop.status_code == 404
    assert (await site.client.post("/api/pushes", json={"to_kind": "all", "title": "x"})).status_code == 401
    assert await site.database.fetchval("SELECT count(*) FROM push WHERE state = 'sending'") == 1


@pytest.mark.parametrize(
    "body",
    [
        {"to_kind": "run"},
        {"to_kind": "run", "to_id": "x" * 16},
        {"to_kind": "all", "to_id": "x" * 16},
        {"to_kind": "everybody"},
        {"title": ""},
        {"title": "  "},
        {"title": "x" * 121},
        {"text": "x" * 2001},
        {"source": {"kind": "javascript:", "id": "x" * 16}},
    ],
)
async def test_a_push_to_nobody_or_with_a_bad_field_is_refused(site: Site, body: Body) -> None:
    answer = await push(site, await an_operator(site), **body)
    assert answer.status_code == 422
    assert await site.database.fetchval("SELECT count(*) FROM push") == 0


async def test_a_stopped_push_tells_nobody_more_and_those_told_keep_it(site: Site) -> None:
    operator = await an_operator(site)
    await many_accounts(site, BATCH + 50)
    made = (await push(site, operator)).json()["id"]
    assert await send_batch(site.services.road, made)
    stopped = (await site.client.post(f"/api/pushes/{made}/stop", headers=operator.headers)).json()
    assert (stopped["state"], stopped["n_told"]) == ("stopped", BATCH)
    await send(site.services.road, made)
    assert await n_items(site) == BATCH


async def test_after_a_crash_a_push_goes_on_where_it_was_and_tells_nobody_twice(site: Site) -> None:
    """The worker dies between two batches; the sweep finds the push once it has been silent for a while."""
    operator = await an_operator(site)
    await many_accounts(site, 2 * BATCH + 7)
    made = (await push(site, operator)).json()["id"]
    assert await send_batch(site.services.road, made)
    await sweep_pushes({ROAD: site.services.road})
    assert await n_items(site) == BATCH
    await site.database.execute("UPDATE push SET beat_at = beat_at - interval '1 minute'")
    await sweep_pushes({ROAD: site.services.road})
    assert await n_items(site) == 2 * BATCH + 8
    assert await site.database.fetchval("SELECT state FROM push") == "sent"


async def test_two_workers_with_one_push_tell_everybody_once(site: Site) -> None:
    """I2, I5: every stream's seq is whole, and its head is what it holds."""
    operator = await an_operator(site)
    await many_accounts(site, 2 * BATCH + 7)
    made = (await push(site, operator)).json()["id"]
    await asyncio.gather(*(send(site.services.road, made) for _ in range(3)))
    # Whoever found the push in another's hand went away; whose hand it was in went on to the end.
    assert await n_items(site) == 2 * BATCH + 8
    assert (
        await site.database.fetchval(
            """
            SELECT count(*)
              FROM stream
             WHERE kind = 'account' AND head <> (SELECT count(*) FROM event WHERE stream_id = stream.id)
            """
        )
        == 0
    )


async def test_a_stream_in_anothers_hand_is_waited_for_and_then_told(site: Site) -> None:
    operator = await an_operator(site)
    made = (await push(site, operator)).json()["id"]

    async def is_waiting() -> bool:
        return bool(await site.database.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"))

    async with site.database.transaction() as tx:
        await tx.fetch("SELECT id FROM stream WHERE id = $1 FOR UPDATE", operator.account)
        sending = asyncio.create_task(send(site.services.road, made))
        await until(is_waiting)
    await sending
    assert await n_items(site) == 1


async def test_r57_an_operator_finds_the_school_or_course_and_the_push_names_it(site: Site) -> None:
    operator = await an_operator(site)
    school, course, run = await a_run(site)
    await site.database.execute("UPDATE course SET state = 'published', kind = 'spoc' WHERE id = $1", course)

    async def targets(query: str) -> list[tuple[str, str, str | None]]:
        found = (await site.get(f"/api/push-targets?{query}", operator)).json()["targets"]
        return [(each["id"], each["name"], each["school_name"]) for each in found]

    assert await targets("query=学校") == [(school, f"学校{school}", None)]
    assert await targets("kind=course&query=积分") == [(course, "微积分", f"学校{school}")]
    assert await targets("kind=course&query=%25") == []
    assert (await site.get("/api/push-targets?kind=run", operator)).status_code == 422
    for to_kind, to_id, name in (
        ("school", school, f"学校{school}"),
        ("course", course, "微积分"),
        ("run", run, "微积分"),
    ):
        made = (await push(site, operator, to_kind=to_kind, to_id=to_id)).json()
        assert (made["to_name"], made["n_all"]) == (name, 0)
    made = (await push(site, operator)).json()
    assert (made["to_name"], made["n_all"]) == (None, 1)
    stranger = await site.get("/api/push-targets", await site.register())
    assert (stranger.status_code, stranger.json()["code"]) == (404, "not_found")
