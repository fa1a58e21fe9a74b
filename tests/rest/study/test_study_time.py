"""Study time and progress over REST: idempotent, late, from two devices, and never inflated (R52, R56)."""

from __future__ import annotations

import asyncio

from protocol.envelopes import Body
from tests.harness.site import Person, Site
from tests.rest.study.run import VIDEO_MS, Run, a_run, ask, drop, enroll, in_ms


def a_span(
    site: Site, unit: str, name: str, start_s: float, end_s: float, *, at_ms: int | None = None, **more: object
) -> Body:
    """In seconds after `at_ms`, else after the site's now."""
    at_ms = in_ms(site) if at_ms is None else at_ms
    times = {"starts_at": at_ms + round(start_s * 1_000), "ends_at": at_ms + round(end_s * 1_000)}
    return {"client_id": f"beat-{name}", "unit": unit, **times, **more}


async def upload(site: Site, learner: Person, *spans: Body, ahead_s: float = 0) -> Body:
    body: Body = {"sent_at": in_ms(site, seconds=ahead_s), "spans": list(spans)}
    answer = await ask(site, "POST", "/api/study", learner, body)
    assert answer.status_code == 200, answer.text
    found: Body = answer.json()
    return found


async def studied(site: Site, run: Run, learner: Person) -> int:
    found = await ask(site, "GET", f"/api/runs/{run.id}/progress", learner)
    return int(found.json()["studied_ms"])


def counts(answer: Body) -> list[int]:
    spans = answer["spans"]
    assert isinstance(spans, list)
    return [each["counted_ms"] for each in spans]


async def test_an_upload_that_comes_again_whole_or_in_part_counts_once_r56(site: Site) -> None:
    learner = await site.register()
    run, at_ms = await a_run(site, learner), in_ms(site)
    spans = [a_span(site, run.video, f"no-{n}", -60 + 15 * n, -45 + 15 * n, at_ms=at_ms) for n in range(3)]
    first = await upload(site, learner, *spans[:2])
    again = await upload(site, learner, *spans)
    assert (counts(first), counts(again)) == ([15_000, 15_000], [15_000, 15_000, 15_000])
    assert await studied(site, run, learner) == 45_000


async def test_hours_offline_are_counted_when_the_phone_is_back_r56(site: Site) -> None:
    learner = await site.register()
    run, at_ms, day = await a_run(site, learner), in_ms(site), -86_400.0
    late = [
        a_span(site, run.pdf, f"late-{n}", day + 15 * n, day + 15 * n + 15, at_ms=at_ms, is_offline=True)
        for n in range(4)
    ]
    assert counts(await upload(site, learner, *late)) == [15_000] * 4
    report = (await ask(site, "GET", f"/api/runs/{run.id}/report", run.teacher)).json()["learners"][0]
    assert (report["studied_ms"], report["offline_ms"], report["n_completed"]) == (60_000, 60_000, 1)


async def test_two_devices_at_once_count_once_also_in_two_units(site: Site) -> None:
    learner = await site.register()
    run, at_ms = await a_run(site, learner), in_ms(site)
    spans = [
        a_span(site, unit, f"{device}-{n}", -60 + 15 * n, -45 + 15 * n, at_ms=at_ms)
        for n in range(4)
        for device, unit in (("one", run.video), ("two", run.pdf))
    ]
    await asyncio.gather(*(upload(site, learner, each) for each in spans))
    assert await studied(site, run, learner) == 60_000
    total = await site.database.fetchval("SELECT sum(counted_ms) FROM study_span")
    assert total == 60_000


async def test_the_future_an_idle_tab_and_time_before_the_enrollment_count_nothing(site: Site) -> None:
    learner = await site.register()
    run = await a_run(site)
    await enroll(site, run, learner, days_ago=1)
    answer = await upload(
        site,
        learner,
        a_span(site, run.video, "future", 5, 20),
        a_span(site, run.video, "idle", -7_200, -3_600),
        a_span(site, run.video, "before", -2 * 86_400, -2 * 86_400 + 15),
        a_span(site, run.video, "backwards", -15, -30),
    )
    assert counts(answer) == [0, 60_000, 0, 0]


async def test_a_phone_whose_clock_is_a_day_ahead_counts_what_it_studied(site: Site) -> None:
    learner = await site.register()
    run = await a_run(site, learner)
    ahead = 86_400.0
    span = a_span(site, run.video, "ahead-1", ahead - 15, ahead)
    assert counts(await upload(site, learner, span, ahead_s=ahead)) == [15_000]


async def test_what_is_nobodys_counts_nothing_and_is_answered_all_the_same(site: Site) -> None:
    learner, outsider = await site.register(), await site.register("Wu")
    run = await a_run(site, learner)
    spans = [a_span(site, unit, f"strange-{unit}", -15, 0) for unit in (run.video, run.draft, "x" * 16)]
    for person, expected in ((outsider, [0, 0, 0]), (run.teacher, [0, 0, 0]), (learner, [15_000, 0, 0])):
        assert counts(await upload(site, person, *spans)) == expected
    await drop(site, run, learner)
    assert counts(await upload(site, learner, a_span(site, run.video, "dropped", -15, 0))) == [0]


async def test_a_video_seen_to_its_end_turns_green_and_one_dragged_there_does_not_r52(site: Site) -> None:
    learner, dragger = await site.register(), await site.register("Wu")
    run = await a_run(site, learner, dragger)
    await upload(
        site,
        learner,
        *(
            a_span(site, run.video, f"see-{n}", -60 + 15 * n, -45 + 15 * n, position_ms=15_000 * (n + 1))
            for n in range(4)
        ),
    )
    await upload(site, dragger, a_span(site, run.video, "drag-1", -15, 0, position_ms=VIDEO_MS))
    for person, is_green in ((learner, True), (dragger, False)):
        found = (await ask(site, "GET", f"/api/runs/{run.id}/progress", person)).json()
        by_unit = {each["unit"]: each for each in found["progress"]}
        assert set(by_unit) == {run.video, run.pdf, run.page}
        assert (by_unit[run.video]["completed_at"] is not None) is is_green
        assert (found["n_completed"], found["n_units"]) == (int(is_green), 3)


async def test_a_green_circle_stays_green_and_the_player_goes_on_where_it_stopped_r52(site: Site) -> None:
    learner = await site.register()
    run = await a_run(site, learner)
    await upload(site, learner, a_span(site, run.pdf, "read-1", -15, 0))
    green = (await upload(site, learner, a_span(site, run.video, "see-1", -60, -45, position_ms=20_000)))["progress"]
    assert green == [{"unit": run.video, "position_ms": 20_000, "studied_ms": 15_000, "completed_at": None}]
    before = (await ask(site, "GET", f"/api/units/{run.pdf}/study", learner)).json()["progress"]["completed_at"]
    site.clock.pass_by(minutes=5)
    await upload(site, learner, a_span(site, run.pdf, "read-2", -15, 0))
    after = (await ask(site, "GET", f"/api/units/{run.pdf}/study", learner)).json()["progress"]
    assert (after["completed_at"], after["studied_ms"]) == (before, 30_000)
    video = (await ask(site, "GET", f"/api/units/{run.video}/study", learner)).json()
    assert video["progress"]["position_ms"] == 20_000


async def test_uncertified_study_is_shown_as_such_r21(site: Site) -> None:
    learner = await site.register()
    cloud, open_school = await a_run(site, learner, has_cloud=True), await a_run(site, learner)
    for run, expected in ((cloud, False), (open_school, None)):
        assert (await ask(site, "GET", f"/api/runs/{run.id}/progress", learner)).json()["is_certified"] is expected
        report = (await ask(site, "GET", f"/api/runs/{run.id}/report", run.teacher)).json()
        assert report["learners"][0]["is_certified"] is expected


async def test_hostile_uploads_are_refused_as_a_whole(site: Site) -> None:
    learner = await site.register()
    run = await a_run(site, learner)
    good = a_span(site, run.video, "good-1", -15, 0)
    bad: list[Body] = [
        {"sent_at": 1, "spans": []},
        {"sent_at": -1, "spans": [good]},
        {"sent_at": True, "spans": [good]},
        {"sent_at": 10**13, "spans": [good]},
        {"sent_at": 1, "spans": [good] * 201},
        {"sent_at": 1, "spans": [{**good, "client_id": "x"}]},
        {"sent_at": 1, "spans": [{**good, "unit": "1 OR 1=1"}]},
        {"sent_at": 1, "spans": [{**good, "starts_at": 2**63}]},
        {"sent_at": 1, "spans": [{**good, "starts_at": 1.5}]},
        {"sent_at": 1, "spans": [{**good, "position_ms": -1}]},
    ]
    for body in bad:
        assert (await ask(site, "POST", "/api/study", learner, body)).status_code in (400, 422), body
    assert (await ask(site, "POST", "/api/study", None, {"sent_at": 1, "spans": [good]})).status_code == 401
    extremes = [a_span(site, run.video, "zero-one", 0, 0) | {"starts_at": 0, "ends_at": 9_999_999_999_999}]
    for sent_at in (0, 9_999_999_999_999):
        answer = await ask(site, "POST", "/api/study", learner, {"sent_at": sent_at, "spans": extremes})
        assert answer.status_code == 200
    assert await studied(site, run, learner) <= 60_000
