"""D15: who closed their account is named 已注销用户 wherever others see them, until support restores the account."""

from __future__ import annotations

from protocol.envelopes import Audience, Body
from protocol.ids import StreamId
from server.book import StoreBook
from tests.harness.site import Person, Site
from tests.rest.courses.campus import a_campus
from tests.rest.people.acts import BY_PASSWORD, a_support, post

NAMELESS = "已注销用户"


async def close(site: Site, person: Person) -> None:
    answer = await post(site, person, "/api/me/closing", {"proof": BY_PASSWORD})
    assert answer.status_code == 204, answer.text


async def restore(site: Site, person: Person) -> None:
    path = f"/api/support/accounts/{person.account}/restoring"
    answer = await post(site, await a_support(site), path, {"reason": "case-15"})
    assert answer.status_code == 200, answer.text


async def names_in_class(site: Site, classroom: str, audience: Audience) -> list[object]:
    """Of the members and of the authors, as a newcomer of that audience gets them."""
    snapshot = await StoreBook(site.database).snapshot(StreamId(classroom), audience)
    state = dict(snapshot.state)
    return [
        *(each["name"] for each in list_of(state["members"])),
        *(each["author_name"] for activity in list_of(state["activities"]) for each in list_of(activity["posts"])),
    ]


def list_of(value: object) -> list[Body]:
    assert isinstance(value, list)
    return value


async def test_d15_in_the_classroom_live_and_in_records(site: Site) -> None:
    teacher, student = await site.register("Ma"), await site.register("Lin")
    classroom = await site.classroom(teacher, student)
    session = (await site.command(teacher, "session.start", classroom))["session"]
    activity = await site.publish(teacher, classroom, "discussion", {})
    await site.command(student, "activity.post", classroom, {"activity": activity, "text": "Hello"})
    await site.command(student, "activity.post", classroom, {"activity": activity, "text": "Again"})

    async def shown() -> list[object]:
        return await names_in_class(site, classroom, "staff") + await names_in_class(site, classroom, "student")

    async def told() -> list[tuple[str, str]]:
        rows = await site.database.fetch(
            "SELECT name, body FROM event WHERE stream_id = $1 AND name = 'member.shown' ORDER BY seq", classroom
        )
        return [(row["body"]["account"], row["body"]["name"]) for row in rows]

    assert await shown() == ["Ma", "Lin", "Lin", "Lin", "Lin", "Lin"]
    await close(site, student)
    assert await shown() == ["Ma", *[NAMELESS] * 5]
    assert await told() == [(student.account, NAMELESS)]
    renamed = await site.wish(teacher, "member.rename", classroom, {"account": student.account, "name": "Wu"})
    assert (renamed.status_code, renamed.json()["code"]) == (403, "account_closed")
    for role in ("assistant", "student"):
        await site.command(teacher, "member.set_role", classroom, {"account": student.account, "role": role})

    await site.command(teacher, "session.end", classroom)

    async def in_records() -> list[object]:
        record = (await site.get(f"/api/records/{session}", teacher)).json()
        posts = (await site.get(f"/api/activities/{activity}/posts", teacher)).json()["posts"]
        responses = (await site.get(f"/api/activities/{activity}/responses", teacher)).json()["responses"]
        return [
            *(each["author_name"] for each in record["activities"][0]["activity"]["posts"]),
            *(each["author_name"] for each in posts),
            *(each["name"] for each in responses),
        ]

    assert await in_records() == [NAMELESS] * 5
    await restore(site, student)
    assert await in_records() == ["Lin"] * 5
    assert await names_in_class(site, classroom, "staff") == ["Ma", "Lin"]
    assert await told() == [(student.account, NAMELESS), (student.account, "Lin")]


async def test_d15_on_the_boards_and_in_the_lists_of_courses(site: Site) -> None:
    campus = await a_campus(site)
    course = await campus.course()
    run = await campus.run(course)
    closed, other = await campus.learner(course, "Lin"), await campus.learner(course, "Wu")
    topic = (await campus.must(closed, "POST", f"/runs/{run}/topics", {"title": "问", "text": "为什么？"}))["id"]
    await campus.must(closed, "POST", f"/topics/{topic}/replies", {"text": "有人吗"})

    async def shown() -> list[object]:
        topics = list_of((await campus.must(other, "GET", f"/runs/{run}/topics"))["topics"])
        replies = list_of((await campus.must(other, "GET", f"/topics/{topic}/replies"))["replies"])
        learners = list_of((await campus.must(campus.teacher, "GET", f"/runs/{run}/learners"))["learners"])
        report = list_of((await campus.must(campus.teacher, "GET", f"/runs/{run}/report"))["learners"])
        return [
            *(each["author_name"] for each in topics),
            (await campus.must(other, "GET", f"/topics/{topic}"))["author_name"],
            *(each["author_name"] for each in replies),
            *(each["name"] for each in learners if each["account"] == closed.account),
            *(each["name"] for each in report if each["account"] == closed.account),
        ]

    assert await shown() == ["Lin"] * 5
    await close(site, closed)
    assert await shown() == [NAMELESS] * 5
    await restore(site, closed)
    assert await shown() == ["Lin"] * 5


async def test_d15_a_teacher_who_closed_their_account_is_named_no_more(site: Site) -> None:
    campus = await a_campus(site, teacher="王晓岚")
    course = await campus.course()
    run = await campus.run(course)
    learner = await campus.learner(course)
    await campus.must(campus.teacher, "POST", f"/runs/{run}/announcements", {"title": "开课", "text": "欢迎"})

    async def shown() -> list[object]:
        cards = list_of((await campus.must(learner, "GET", "/courses"))["courses"])
        mine = list_of((await campus.must(learner, "GET", "/me/courses"))["courses"])
        announced = list_of((await campus.must(learner, "GET", f"/runs/{run}/announcements"))["announcements"])
        return [cards[0]["teachers"], mine[0]["teachers"], announced[0]["author_name"]]

    assert await shown() == [["王晓岚"], ["王晓岚"], "王晓岚"]
    await close(site, campus.teacher)
    assert await shown() == [[NAMELESS], [NAMELESS], NAMELESS]
    await restore(site, campus.teacher)
    assert await shown() == [["王晓岚"], ["王晓岚"], "王晓岚"]
