"""A unit to study and its file: who gets it, streamed in ranges, a video never to be saved (R53, R54; F 88, F 89)."""

from __future__ import annotations

import pytest

from tests.harness.site import Person, Site
from tests.rest.study.run import VIDEO, Run, a_run, ask, drop


async def link(site: Site, unit: str, person: Person) -> str:
    found = (await ask(site, "GET", f"/api/units/{unit}/study", person)).json()
    return str(found["file"]["url"]).removeprefix("https://class.example")


async def test_a_learner_sees_a_unit_its_file_and_what_comes_next(site: Site) -> None:
    learner = await site.register()
    run = await a_run(site, learner)
    video = (await ask(site, "GET", f"/api/units/{run.video}/study", learner)).json()
    assert (video["kind"], video["title"], video["course_title"], video["run"]) == ("video", "Title", "Algebra", run.id)
    assert (video["file"]["size_bytes"], video["next"]) == (len(VIDEO), run.pdf)
    assert video["progress"] == {"unit": run.video, "position_ms": 0, "studied_ms": 0, "completed_at": None}
    nexts = [
        (await ask(site, "GET", f"/api/units/{unit}/study", learner)).json()["next"] for unit in (run.pdf, run.page)
    ]
    assert nexts == [run.page, None]


async def test_a_video_is_played_in_the_page_and_a_pdf_may_be_saved_r53(site: Site) -> None:
    learner = await site.register()
    run = await a_run(site, learner)
    for unit, how in ((run.video, "inline"), (run.pdf, "attachment")):
        answer = await site.client.get(await link(site, unit, learner))
        assert (answer.status_code, answer.content) == (200, VIDEO)
        assert answer.headers["content-disposition"].startswith(how)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize(
    ("asked", "status", "start", "end"),
    [
        ("bytes=0-99", 206, 0, 100),
        ("bytes=10000-", 206, 10_000, 10_240),
        ("bytes=-5", 206, 10_235, 10_240),
        ("bytes=0-0", 206, 0, 1),
        ("bytes=0-999999999", 206, 0, 10_240),
        ("bytes=5-1", 416, 0, 0),
        ("bytes=10240-", 416, 0, 0),
        ("bytes=" + "0-," * 1000, 416, 0, 0),
        ("bytes=--1", 416, 0, 0),
        ("bytes=" + "9" * 40 + "-", 416, 0, 0),
        ("octets=0-1", 416, 0, 0),
    ],
)
async def test_a_video_is_streamed_in_ranges_f89(site: Site, asked: str, status: int, start: int, end: int) -> None:
    learner = await site.register()
    run = await a_run(site, learner)
    answer = await site.client.get(await link(site, run.video, learner), headers={"Range": asked})
    assert answer.status_code == status
    if status == 206:
        assert answer.content == VIDEO[start:end]
        assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(VIDEO)}"
    else:
        assert answer.headers["content-range"] == f"bytes */{len(VIDEO)}"


async def test_a_range_of_a_file_that_changed_gives_the_whole(site: Site) -> None:
    learner = await site.register()
    run = await a_run(site, learner)
    where = await link(site, run.video, learner)
    whole = await site.client.get(where)
    same = {"Range": "bytes=0-1", "If-Range": whole.headers["etag"]}
    assert (await site.client.get(where, headers=same)).status_code == 206
    assert (await site.client.get(where, headers={**same, "If-Range": '"older"'})).status_code == 200
    assert (await site.client.get(where, headers={"If-None-Match": whole.headers["etag"]})).status_code == 304
    head = await site.client.head(where)
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(len(VIDEO)), b"")


async def test_a_link_is_for_one_file_one_account_and_a_few_minutes_f88(site: Site) -> None:
    learner, other = await site.register(), await site.register("Wu")
    run = await a_run(site, learner, other)
    where = await link(site, run.video, learner)
    tampered = [
        where.replace(run.video_file, run.pdf_file),
        where.replace(learner.account, other.account),
        where.replace("signature=", "signature=A"),
        where.partition("?")[0],
        where.replace("/files/courseware/", "/files/"),
    ]
    for each in tampered:
        assert (await site.client.get(each)).status_code == 404, each
    site.clock.pass_by(minutes=5, seconds=1)
    assert (await site.client.get(where)).status_code == 404


async def test_a_link_dies_with_the_enrollment_and_with_the_publishing_f88(site: Site) -> None:
    learner = await site.register()
    run = await a_run(site, learner)
    video, pdf = await link(site, run.video, learner), await link(site, run.pdf, learner)
    await site.database.execute("UPDATE unit SET is_published = false WHERE id = $1", run.pdf)
    assert [(await site.client.get(each)).status_code for each in (video, pdf)] == [200, 404]
    await drop(site, run, learner)
    assert (await site.client.get(video)).status_code == 404


async def test_what_is_not_yours_is_as_missing_as_what_is_not_there(site: Site) -> None:
    learner, outsider = await site.register(), await site.register("Wu")
    run = await a_run(site, learner)
    other: Run = await a_run(site, outsider)
    missing = await ask(site, "GET", f"/api/units/{'x' * 16}/study", outsider)
    for person, unit in ((outsider, run.video), (learner, run.draft), (other.teacher, run.video), (learner, other.pdf)):
        answer = await ask(site, "GET", f"/api/units/{unit}/study", person)
        assert (answer.status_code, answer.json()["code"]) == (404, missing.json()["code"])
    assert (await ask(site, "GET", f"/api/units/{run.draft}/study", run.teacher)).status_code == 200
