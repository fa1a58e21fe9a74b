"""A course's cover: made small, shown to everybody, its teachers' to set, replace and take away (R44)."""

from __future__ import annotations

from io import BytesIO

import httpx
import pytest
from PIL import Image

from tests.harness.site import Person, Site
from tests.rest.courses.campus import Campus, a_campus
from tests.rest.test_files import PNG, a_pdf, an_image, kept


async def cover(campus: Campus, person: Person, course: str, content: bytes) -> httpx.Response:
    path = f"/api/courses/{course}/cover?name=x.png"
    return await campus.site.client.put(path, content=content, headers=person.headers)


async def on_cards(campus: Campus, person: Person, course: str) -> list[object]:
    """What the introduction, the catalogue and 我的课程 show."""
    intro = await campus.must(person, "GET", f"/courses/{course}")
    found = await campus.must(person, "GET", "/courses")
    own = await campus.must(person, "GET", "/me/courses")
    assert isinstance(intro["card"], dict)
    assert isinstance(found["courses"], list)
    assert isinstance(own["courses"], list)
    return [intro["card"]["cover"], *(each["cover"] for each in (*found["courses"], *own["courses"]))]


async def test_r44_a_cover_is_on_every_card_and_opens_without_a_log_in(site: Site) -> None:
    campus = await a_campus(site)
    course = await campus.course()
    await campus.run(course)
    student = await campus.learner(course)
    assert await on_cards(campus, student, course) == [None] * 3
    answer = await cover(campus, campus.teacher, course, an_image("PNG", (3_000, 1_500)))
    assert (answer.status_code, answer.json()["content_type"]) == (200, "image/png")
    first = answer.json()["id"]
    assert await on_cards(campus, student, course) == [first] * 3
    shown = await site.client.get(f"/files/covers/{first}")
    assert (shown.status_code, shown.headers["content-disposition"].partition(";")[0]) == (200, "inline")
    assert Image.open(BytesIO(shown.content)).size == (1_280, 640)

    second = (await cover(campus, campus.teacher, course, PNG)).json()["id"]
    assert await on_cards(campus, student, course) == [second] * 3
    assert (await site.client.get(f"/files/covers/{first}")).status_code == 404
    assert kept(site) == [second]
    await campus.must(campus.teacher, "DELETE", f"/courses/{course}/cover")
    assert await on_cards(campus, student, course) == [None] * 3
    assert (await site.client.get(f"/files/covers/{second}")).status_code == 404
    assert kept(site) == []
    await campus.must(campus.teacher, "DELETE", f"/courses/{course}/cover")


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"\x89PNG\r\n\x1a\nno", a_pdf()])
async def test_only_images_are_covers(site: Site, content: bytes) -> None:
    campus = await a_campus(site)
    course = await campus.course()
    answer = await cover(campus, campus.teacher, course, content)
    assert (answer.status_code, answer.json()["code"]) == (415, "file_type")
    assert kept(site) == []
    assert await site.database.fetchval("SELECT count(*) FROM course_file") == 0


async def test_58_a_cover_is_set_by_the_courses_teachers_alone_and_no_other_file_is_one(site: Site) -> None:
    campus, other = await a_campus(site), await a_campus(site, "北方学院", "赵四")
    course = await campus.course()
    await campus.run(course)
    for person in (other.teacher, await campus.learner(course)):
        assert (await cover(campus, person, course, PNG)).status_code == 404
        assert (await campus.ask(person, "DELETE", f"/courses/{course}/cover")).status_code == 404
    assert kept(site) == []
    path = f"/api/courses/{course}/files?name=x"
    file = (await site.client.post(path, content=a_pdf(), headers=campus.teacher.headers)).json()["id"]
    assert (await site.client.get(f"/files/covers/{file}")).status_code == 404
