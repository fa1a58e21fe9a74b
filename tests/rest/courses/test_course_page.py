"""The course page and who writes it: 公告, 课件, 评分标准, 讨论区 (R50, R51), and nobody else's (57-62)."""

from __future__ import annotations

import asyncio
import hashlib

import pytest

from protocol.envelopes import Body
from tests.harness.site import Person, Site
from tests.rest.courses.campus import Campus, a_campus
from tests.rest.courses.who import EXPECTED
from tests.rest.test_files import PNG, a_pdf, kept

MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + b"\x00" * 500


async def upload(campus: Campus, course: str, content: bytes, name: str = "第一讲.mp4") -> tuple[int, Body]:
    path = f"/api/courses/{course}/files?name={name}"
    answer = await campus.site.client.post(path, content=content, headers=campus.teacher.headers)
    body: Body = answer.json()
    return answer.status_code, body


async def add(campus: Campus, run: str, level: str, title: str, **more: object) -> str:
    body: Body = {"level": level, "title": title, **more}
    return str((await campus.must(campus.teacher, "POST", f"/runs/{run}/units", body))["id"])


async def tree(campus: Campus, person: Person, run: str) -> list[Body]:
    found = (await campus.must(person, "GET", f"/runs/{run}/units"))["units"]
    assert isinstance(found, list)
    return found


async def test_r50_courseware_is_a_tree_and_learners_see_what_is_published(site: Site) -> None:
    campus = await a_campus(site)
    course = await campus.course()
    run = await campus.run(course)
    student = await campus.learner(course)
    status, video = await upload(campus, course, MP4)
    assert (status, video["name"], video["content_type"]) == (201, "第一讲.mp4", "video/mp4")
    assert video["sha256"] == hashlib.sha256(MP4).hexdigest()
    _, pdf = await upload(campus, course, a_pdf(), "讲义")
    chapter = await add(campus, run, "chapter", "第一章")
    lesson = await add(campus, run, "lesson", "1.1", parent=chapter)
    one = await add(
        campus,
        run,
        "unit",
        "视频",
        parent=lesson,
        kind="video",
        file=video["id"],
        duration_ms=60_000,
        is_published=True,
    )
    two = await add(campus, run, "unit", "讲义", parent=lesson, kind="pdf", file=pdf["id"])
    three = await add(campus, run, "unit", "阅读", parent=lesson, kind="rich_text", text="# 正文", is_published=True)
    assert [each["id"] for each in await tree(campus, campus.teacher, run)] == [chapter, lesson, one, two, three]
    seen = await tree(campus, student, run)
    assert [(each["id"], each["text"]) for each in seen] == [
        (chapter, None), (lesson, None), (one, None), (three, None),
    ]  # fmt: skip
    assert seen[2] == {
        "id": one,
        "parent": lesson,
        "level": "unit",
        "title": "视频",
        "kind": "video",
        "file": video["id"],
        "file_name": "第一讲.mp4",
        "text": None,
        "duration_ms": 60_000,
        "is_published": True,
    }
    await campus.must(campus.teacher, "PATCH", f"/units/{two}", {"is_published": True, "title": "讲义 1"})
    await campus.must(campus.teacher, "PATCH", f"/units/{three}", {"before": one})
    assert [each["title"] for each in await tree(campus, student, run)][2:] == ["阅读", "视频", "讲义 1"]
    told = await site.database.fetch("SELECT item_kind, title FROM push ORDER BY created_at")
    assert [tuple(each) for each in told] == [("courseware_update", each) for each in ("视频", "阅读", "讲义 1")]
    await campus.must(campus.teacher, "DELETE", f"/units/{chapter}")
    assert await tree(campus, campus.teacher, run) == []


async def test_r50_a_file_that_no_unit_holds_any_more_is_gone(site: Site) -> None:
    campus = await a_campus(site)
    course = await campus.course()
    run, later = await campus.run(course), await campus.run(course, 61, 90)
    one, two, three = [str((await upload(campus, course, a_pdf(2_000 + n)))[1]["id"]) for n in range(3)]
    chapter = await add(campus, run, "chapter", "第一章")
    lesson = await add(campus, run, "lesson", "1.1", parent=chapter)
    unit = await add(campus, run, "unit", "讲义", parent=lesson, kind="pdf", file=one)
    await add(campus, run, "unit", "习题", parent=lesson, kind="pdf", file=three)
    other = await add(campus, later, "chapter", "第一章")
    below = await add(campus, later, "lesson", "1.1", parent=other)
    await add(campus, later, "unit", "习题", parent=below, kind="pdf", file=three)
    await campus.must(campus.teacher, "PATCH", f"/units/{unit}", {"title": "讲义 1", "file": one})
    assert sorted(kept(site)) == sorted([one, two, three])
    await campus.must(campus.teacher, "PATCH", f"/units/{unit}", {"file": two})
    assert sorted(kept(site)) == sorted([two, three])
    again = await campus.ask(campus.teacher, "PATCH", f"/units/{unit}", {"file": one})
    assert (again.status_code, again.json()["data"]) == (422, {"field": "file"})
    await campus.must(campus.teacher, "DELETE", f"/units/{chapter}")
    assert kept(site) == [three]
    await campus.must(campus.teacher, "DELETE", f"/units/{below}")
    assert kept(site) == []
    states = await site.database.fetch("SELECT DISTINCT state FROM course_file")
    assert [each["state"] for each in states] == ["deleted"]


async def test_a_node_that_does_not_fit_is_refused(site: Site) -> None:
    campus = await a_campus(site)
    course = await campus.course()
    run, other = await campus.run(course), await campus.run(course, 61, 90)
    _, video = await upload(campus, course, MP4)
    elsewhere = await campus.course("别的课")
    _, foreign = await upload(campus, elsewhere, MP4)
    chapter = await add(campus, run, "chapter", "第一章")
    lesson = await add(campus, run, "lesson", "1.1", parent=chapter)
    theirs = await add(campus, other, "chapter", "第一章")
    unit: Body = {"level": "unit", "title": "T", "parent": lesson}
    wrong: list[tuple[Body, str]] = [
        ({"level": "lesson", "title": "T"}, "parent"),
        ({"level": "chapter", "title": "T", "parent": chapter}, "parent"),
        ({"level": "lesson", "title": "T", "parent": theirs}, "parent"),
        ({"level": "chapter", "title": "T", "parent": theirs}, "parent"),
        ({**unit, "parent": chapter, "kind": "pdf"}, "parent"),
        (unit, "kind"),
        ({"level": "chapter", "title": "T", "kind": "pdf"}, "kind"),
        ({"level": "chapter", "title": "T", "file": video["id"]}, "file"),
        ({**unit, "kind": "pdf", "file": video["id"]}, "file"),
        ({**unit, "kind": "video", "file": foreign["id"]}, "file"),
        ({**unit, "kind": "video", "file": "x" * 16}, "file"),
        ({**unit, "kind": "video", "is_published": True}, "file"),
        ({**unit, "kind": "video", "file": video["id"], "is_published": True}, "duration_ms"),
        ({**unit, "kind": "pdf", "duration_ms": 5}, "duration_ms"),
        ({**unit, "kind": "pdf", "text": "x"}, "text"),
        ({**unit, "kind": "rich_text", "text": " ", "is_published": True}, "text"),
        ({"level": "chapter", "title": " \n "}, "title"),
    ]
    for body, named in wrong:
        answer = await campus.ask(campus.teacher, "POST", f"/runs/{run}/units", body)
        assert (body, answer.status_code, answer.json()["data"]) == (body, 422, {"field": named})
    answer = await campus.ask(campus.teacher, "PATCH", f"/units/{lesson}", {"before": theirs})
    assert (answer.status_code, answer.json()["data"]) == (422, {"field": "before"})


@pytest.mark.parametrize("content", [b"", b"<svg/>", PNG, b"MZ\x90", b"\x00\x00\x00\x18ftypXXXX", b"GIF89a"])
async def test_only_videos_and_pdfs_are_courseware(site: Site, content: bytes) -> None:
    """And D11: 500 MB exactly are too many."""
    campus = await a_campus(site)
    course = await campus.course()
    status, body = await upload(campus, course, content)
    assert (status, body["code"]) == (415, "file_type")
    assert await site.database.fetchval("SELECT count(*) FROM course_file") == 0
    path = f"/api/courses/{course}/files"
    headers = {**campus.teacher.headers, "Content-Length": str(500 * 1024 * 1024)}
    declared = await site.client.post(path, content=b"x", headers=headers)
    assert (declared.status_code, declared.json()["code"]) == (413, "file_too_large")


async def test_r50_announcements_are_written_by_teachers_and_read_by_learners(site: Site) -> None:
    campus = await a_campus(site)
    course = await campus.course()
    run = await campus.run(course)
    student = await campus.learner(course)
    made = []
    for n in range(22):
        text = "<img src=x onerror=alert(1)>" if n == 21 else f"{n}"
        body: Body = {"title": f"通知 {n}", "text": text}
        made.append((await campus.must(campus.teacher, "POST", f"/runs/{run}/announcements", body))["id"])
    first = await campus.must(student, "GET", f"/runs/{run}/announcements")
    second = await campus.must(student, "GET", f"/runs/{run}/announcements?after={first['next']}")
    assert isinstance(first["announcements"], list)
    assert isinstance(second["announcements"], list)
    assert [each["id"] for each in (*first["announcements"], *second["announcements"])] == made[::-1]
    assert first["announcements"][0]["text"] == "<img src=x onerror=alert(1)>"
    pushed = await site.database.fetch("SELECT to_kind, to_id, item_kind, title FROM push ORDER BY created_at")
    assert [tuple(each) for each in pushed] == [("run", run, "course_announcement", f"通知 {n}") for n in range(22)]
    assert [each.job for each in site.alarms].count("send_push") == 22
    await campus.must(campus.teacher, "PATCH", f"/course-announcements/{made[-1]}", {"title": "改", "text": "新"})
    await campus.must(campus.teacher, "DELETE", f"/course-announcements/{made[-2]}")
    newest = await campus.must(student, "GET", f"/runs/{run}/announcements")
    assert isinstance(newest["announcements"], list)
    shown = newest["announcements"][0]
    assert (shown["title"], shown["text"], shown["edited_at"] is None, shown["author_name"]) == (
        "改", "新", False, "王晓岚",
    )  # fmt: skip
    assert newest["announcements"][1]["id"] == made[-3]


async def test_r51_the_grading_policy_is_the_teachers_and_makes_a_hundred(site: Site) -> None:
    campus = await a_campus(site)
    course = await campus.course()
    run = await campus.run(course)
    student = await campus.learner(course)
    await campus.certify(student)
    policy: Body = {"grading_text": "期末占六成", "grading": {"quiz": 20, "homework": 20, "exam": 60}}
    await campus.must(campus.teacher, "PATCH", f"/runs/{run}", policy)
    page = await campus.must(student, "GET", f"/runs/{run}")
    assert {**page, "time": None} == {
        "run": run,
        "course": course,
        "title": "高等数学",
        "kind": "mooc",
        "school": campus.school,
        "school_name": "江南大学",
        "role": "learner",
        "time": None,
        **policy,
        "counts_for_school": True,
    }
    wrong: list[Body] = [
        {"grading": {"quiz": 99}}, {"grading": {"bribe": 100}}, {"grading": {"quiz": 150, "exam": -50}},
        {"starts_at": 9_999_999_999_999}, {"ends_at": 0}, {"ends_at": 9_999_999_999_999},
    ]  # fmt: skip
    for body in wrong:
        assert (await campus.ask(campus.teacher, "PATCH", f"/runs/{run}", body)).status_code == 422
    assert await campus.must(student, "GET", f"/runs/{run}") == page


async def test_r50_topics_have_replies_and_comments_on_them(site: Site) -> None:
    campus = await a_campus(site)
    course = await campus.course()
    run = await campus.run(course)
    student, other = await campus.learner(course, "Lin"), await campus.learner(course, "Wu")
    topic = (await campus.must(student, "POST", f"/runs/{run}/topics", {"title": "问", "text": "为什么？"}))["id"]
    path = f"/topics/{topic}/replies"
    reply = (await campus.must(campus.teacher, "POST", path, {"text": "因为"}))["id"]
    comment = (await campus.must(other, "POST", path, {"text": "懂了", "parent": reply}))["id"]
    for parent in (comment, "x" * 16):
        assert (await campus.ask(other, "POST", path, {"text": "再", "parent": parent})).status_code == 404
    found = (await campus.must(student, "GET", path))["replies"]
    assert isinstance(found, list)
    assert [
        (each["id"], each["parent"], each["text"], each["author_name"], each["is_teacher"], each["may_remove"])
        for each in found
    ] == [(reply, None, "因为", "王晓岚", True, False), (comment, reply, "懂了", "Wu", False, False)]
    told = await site.database.fetch("SELECT account_id, kind, title, text FROM inbox_item ORDER BY at")
    assert [tuple(each) for each in told] == [
        (student.account, "reply", "问", ""), (campus.teacher.account, "comment", "问", ""),
    ]  # fmt: skip
    topics = (await campus.must(other, "GET", f"/runs/{run}/topics"))["topics"]
    assert isinstance(topics, list)
    assert [(each["id"], each["n_replies"], each["may_remove"]) for each in topics] == [(topic, 2, False)]

    assert (await campus.ask(other, "DELETE", f"/topics/{topic}")).status_code == 403
    assert (await campus.ask(student, "DELETE", f"/replies/{comment}")).status_code == 404
    await campus.must(other, "DELETE", f"/replies/{comment}")
    await campus.must(campus.teacher, "DELETE", f"/topics/{topic}")
    left = await campus.must(student, "GET", f"/topics/{topic}")
    assert (left["title"], left["text"], left["may_remove"]) == ("", None, False)
    assert await campus.must(other, "GET", f"/runs/{run}/topics") == {"topics": [left], "next": None}
    assert (await campus.ask(student, "POST", path, {"text": "还在？"})).status_code == 404
    replies = (await campus.ask(campus.teacher, "GET", path)).text
    assert ("因为" in replies, "懂了" in replies) == (True, False)


async def test_a_topic_nobody_replied_to_is_gone_when_it_is_removed(site: Site) -> None:
    campus = await a_campus(site)
    course = await campus.course()
    run = await campus.run(course)
    student = await campus.learner(course, "Lin")
    topic = (await campus.must(student, "POST", f"/runs/{run}/topics", {"title": "问", "text": "为什么？"}))["id"]
    await campus.must(student, "DELETE", f"/topics/{topic}")
    for person in (student, campus.teacher):
        assert await campus.must(person, "GET", f"/runs/{run}/topics") == {"topics": [], "next": None}
        for method, path in (("GET", ""), ("GET", "/replies"), ("DELETE", "")):
            assert (await campus.ask(person, method, f"/topics/{topic}{path}")).status_code == 404
    counted = await campus.must(campus.teacher, "GET", f"/runs/{run}/statistics")
    assert (counted["n_topics"], counted["n_replies"]) == (0, 0)


async def test_many_replies_at_once_are_all_counted(site: Site) -> None:
    campus = await a_campus(site)
    course = await campus.course()
    run = await campus.run(course)
    students = [await campus.learner(course, f"S{n}") for n in range(6)]
    topic = (await campus.must(students[0], "POST", f"/runs/{run}/topics", {"title": "问", "text": "？"}))["id"]
    answers = await asyncio.gather(
        *(campus.ask(each, "POST", f"/topics/{topic}/replies", {"text": "+1"}) for each in students)
    )
    assert [each.status_code for each in answers] == [201] * 6
    assert (await campus.must(students[0], "GET", f"/topics/{topic}"))["n_replies"] == 6


async def test_a_flood_on_the_board_is_slowed_down(site: Site) -> None:
    campus = await a_campus(site)
    course = await campus.course()
    run = await campus.run(course)
    student = await campus.learner(course)
    body: Body = {"title": "问", "text": "？"}
    codes = [(await campus.ask(student, "POST", f"/runs/{run}/topics", body)).status_code for _ in range(11)]
    assert codes == [201] * 10 + [429]


BODIES: dict[str, Body] = {
    "topics": {"title": "T", "text": "T"},
    "replies": {"text": "T"},
    "announcements": {"title": "T", "text": "T"},
    "course-announcements": {"title": "T", "text": "T"},
    "units": {"level": "chapter", "title": "T"},
    "runs": {"starts_at": 4_000_000_000_000, "ends_at": 4_000_086_400_000},
    "password": {"password": None},
}


async def test_57_58_every_door_of_a_course_is_shut_to_who_is_not_in_it(site: Site) -> None:
    campus, other = await a_campus(site), await a_campus(site, "北方学院", "赵四")
    course = await campus.course()
    run = await campus.run(course)
    student, dropped, stranger = [await site.register(name) for name in ("Lin", "Dr", "St")]
    for person in (student, dropped):
        await campus.enroll(person, course)
    await campus.must(dropped, "DELETE", f"/runs/{run}/enrollment")
    ids = {
        "courses": course,
        "runs": run,
        "units": await add(campus, run, "chapter", "一"),
        "topics": (await campus.must(student, "POST", f"/runs/{run}/topics", BODIES["topics"]))["id"],
        "course-announcements": (
            await campus.must(campus.teacher, "POST", f"/runs/{run}/announcements", BODIES["announcements"])
        )["id"],
    }
    ids["replies"] = (await campus.must(student, "POST", f"/topics/{ids['topics']}/replies", {"text": "T"}))["id"]
    for (method, path), who in EXPECTED.items():
        if who.value not in ("course", "course teacher"):
            continue
        _, _, noun, _, *rest = path.split("/")
        real = path.removeprefix("/api").replace("{id}", str(ids[noun])).replace("{account}", campus.teacher.account)
        missing = path.removeprefix("/api").replace("{id}", "x" * 16).replace("{account}", campus.teacher.account)
        body = BODIES.get(rest[-1] if rest else noun, {}) if method in ("POST", "PATCH", "PUT") else None
        shut = [dropped, stranger, other.teacher, *([student] if who.value == "course teacher" else [])]
        for person in shut:
            theirs, nothing = (
                await campus.ask(person, method, real, body),
                await campus.ask(person, method, missing, body),
            )
            assert (path, theirs.status_code, nothing.status_code) == (path, 404, 404)
            assert {**theirs.json(), "request_id": ""} == {**nothing.json(), "request_id": ""}
    assert await site.database.fetchval("SELECT count(*) FROM unit") == 1


async def test_61_what_is_not_a_clients_to_say_is_not_taken(site: Site) -> None:
    campus, other = await a_campus(site), await a_campus(site, "北方学院", "赵四")
    student = await site.register("Lin")
    body: Body = {"school": campus.school, "kind": "mooc", "title": "T", "state": "published", "n_enrolled": 9}
    for person in (student, other.teacher):
        assert (await campus.ask(person, "POST", "/courses", body)).status_code == 404
    course = (await campus.must(campus.teacher, "POST", "/courses", body))["course"]
    row = await site.database.fetchrow("SELECT state, n_enrolled FROM course WHERE id = $1", course)
    assert row is not None
    assert (row["state"], row["n_enrolled"]) == ("draft", 0)
    more: Body = {"school": other.school, "kind": "spoc", "school_id": other.school, "is_teacher": True}
    await campus.must(campus.teacher, "PATCH", f"/courses/{course}", more)
    taught = await campus.must(campus.teacher, "GET", "/me/teaching")
    assert isinstance(taught["courses"], list)
    assert [(each["card"]["kind"], each["card"]["school"]) for each in taught["courses"]] == [("mooc", campus.school)]
    assert taught["schools"] == [{"id": campus.school, "name": "江南大学"}]
