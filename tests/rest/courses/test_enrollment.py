"""立即参加, 选课密码, 我的课程, 报名下次开课, 放弃学习 (R40, R41, R43, R47-R49)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from protocol.envelopes import Body
from tests.harness.site import Person, Site
from tests.rest.courses.campus import Campus, a_campus


async def own(campus: Campus, person: Person, state: str | None = None) -> list[Body]:
    query = f"?state={state}" if state else ""
    found = (await campus.must(person, "GET", f"/me/courses{query}"))["courses"]
    assert isinstance(found, list)
    return found


async def test_r40_r41_one_tap_enrolls_in_a_mooc_for_free(site: Site) -> None:
    campus = await a_campus(site)
    course = await campus.course()
    run = await campus.run(course)
    student = await site.register("Lin")
    answer = await campus.enroll(student, course)
    assert (answer.status_code, answer.json()) == (201, {"run": run})
    again = await campus.enroll(student, course)
    assert (again.status_code, again.json()) == (200, {"run": run})
    assert await campus.count(course) == 1
    intro = await campus.must(student, "GET", f"/courses/{course}")
    assert intro["enrolled_in"] == run


async def test_r40_many_taps_at_once_enroll_once(site: Site) -> None:
    campus = await a_campus(site)
    course = await campus.course()
    run = await campus.run(course)
    student = await site.register("Lin")
    answers = await asyncio.gather(*(campus.enroll(student, course) for _ in range(12)))
    assert {(each.status_code in (200, 201), each.json()["run"]) for each in answers} == {(True, run)}
    assert await campus.count(course) == 1
    assert await site.database.fetchval("SELECT count(*) FROM enrollment") == 1


async def test_r43_without_the_right_password_nobody_is_enrolled(site: Site) -> None:
    campus = await a_campus(site)
    course = await campus.course()
    await campus.run(course)
    await campus.must(campus.teacher, "PUT", f"/courses/{course}/password", {"password": "math2026"})
    student = await site.register("Lin")
    outcomes = [
        (each.status_code, each.json().get("code"))
        for each in [await campus.enroll(student, course, given) for given in (None, "wrong", "math2026 ", "MATH2026")]
    ]
    assert outcomes == [(403, "course_password_needed"), *[(403, "wrong_course_password")] * 3]
    assert (await campus.count(course), await own(campus, student)) == (0, [])
    assert (await campus.enroll(student, course, "math2026")).status_code == 201
    stored = await site.database.fetchval("SELECT password_hash FROM course")
    assert stored.startswith("$argon2id$")
    intro = (await campus.ask(campus.teacher, "GET", f"/courses/{course}")).text
    assert "math2026" not in intro
    assert "argon2" not in intro


async def test_r43_a_changed_password_replaces_the_old_one_and_a_cleared_one_is_asked_of_nobody(site: Site) -> None:
    campus = await a_campus(site)
    course = await campus.course()
    await campus.run(course)
    path = f"/courses/{course}/password"
    await campus.must(campus.teacher, "PUT", path, {"password": "first"})
    await campus.must(campus.teacher, "PUT", path, {"password": "second"})
    first, second, third = [await site.register(name) for name in ("A", "B", "C")]
    assert (await campus.enroll(first, course, "first")).status_code == 403
    assert (await campus.enroll(second, course, "second")).status_code == 201
    await campus.must(campus.teacher, "PUT", path, {"password": None})
    assert (await campus.enroll(third, course)).status_code == 201
    short = await campus.ask(campus.teacher, "PUT", path, {"password": "abc"})
    assert (short.status_code, short.json()["data"]) == (422, {"field": "password"})


async def test_r43_guessing_ends_after_ten_an_hour_also_with_the_right_one(site: Site) -> None:
    campus = await a_campus(site)
    course = await campus.course()
    await campus.run(course)
    await campus.must(campus.teacher, "PUT", f"/courses/{course}/password", {"password": "0042"})
    student = await site.register("Lin")
    answers = await asyncio.gather(*(campus.enroll(student, course, f"{n:04}") for n in range(20)))
    assert sorted(each.status_code for each in answers) == [403] * 10 + [429] * 10
    assert all(int(each.headers["retry-after"]) > 3_000 for each in answers if each.status_code == 429)
    right = await campus.enroll(student, course, "0042")
    assert (right.status_code, right.json()["code"]) == (429, "slow_down")
    other = await site.register("Wu")
    assert (await campus.enroll(other, course, "0042")).status_code == 201


async def test_r47_r48_my_courses_have_the_four_states_and_all(site: Site) -> None:
    campus = await a_campus(site)
    student = await site.register("Lin")
    for title, starts, ends in (("正在进行", -7, 7), ("即将开始", 7, 70), ("已结束", -70, 1)):
        course = await campus.course(title)
        await campus.run(course, starts, ends)
        assert (await campus.enroll(student, course)).status_code == 201
        if title == "已结束":
            site.clock.ahead = timedelta(days=2)
    waited = await campus.course("报名下次开课")
    assert (await campus.enroll(student, waited)).json()["code"] == "no_run_to_join"
    await campus.must(student, "POST", f"/courses/{waited}/wish", {})
    await campus.must(student, "POST", f"/courses/{waited}/wish", {})
    everything = await own(campus, student)
    assert [(each["title"], each["state"]) for each in everything] == [
        ("报名下次开课", "next_run"),
        ("已结束", "ended"),
        ("即将开始", "upcoming"),
        ("正在进行", "running"),
    ]
    assert everything[0]["time"] is None
    for each in everything:
        assert await own(campus, student, str(each["state"])) == [each]
    assert (await campus.ask(student, "GET", "/me/courses?state=gone")).status_code == 422
    assert await own(campus, await site.register("Wu")) == []


async def test_r47_a_wish_becomes_an_enrollment_with_the_next_run(site: Site) -> None:
    campus = await a_campus(site)
    course = await campus.course(kind="spoc")
    student, left, uncertified = [await site.register(name) for name in ("Lin", "Le", "Un")]
    for number, person in enumerate((student, left, uncertified)):
        await campus.certify(person, f"{number:03}")
        await campus.must(person, "POST", f"/courses/{course}/wish", {})
    await campus.must(left, "DELETE", f"/courses/{course}/wish")
    assert (await campus.ask(left, "DELETE", f"/courses/{course}/wish")).status_code == 404
    await site.database.execute(
        "UPDATE certification SET state = 'dissolved', dissolved_at = now() WHERE account_id = $1", uncertified.account
    )
    assert await waiting(campus) == 2
    run = await campus.run(course, 7, 70)
    assert await waiting(campus) == 1
    told = await site.database.fetch("SELECT item_kind, title, to_kind, to_id FROM push")
    assert [tuple(each) for each in told] == [("course_announcement", "高等数学", "run", run)]
    [granted] = await own(campus, student)
    assert isinstance(granted["time"], dict)
    assert (granted["state"], granted["time"]["run"]) == ("upcoming", run)
    assert [await own(campus, left), [each["state"] for each in await own(campus, uncertified)]] == [[], ["next_run"]]
    assert await campus.count(course) == 1


async def waiting(campus: Campus) -> object:
    """For its next run, as the course's teacher sees it."""
    courses = (await campus.must(campus.teacher, "GET", "/me/teaching"))["courses"]
    assert isinstance(courses, list)
    [course] = courses
    return course["n_waiting"]


async def test_my_courses_come_in_pages_without_gap_or_double(site: Site) -> None:
    campus = await a_campus(site)
    student = await site.register("Lin")
    courses = [await campus.course(f"课{n}") for n in range(23)]
    for course in courses:
        await campus.must(student, "POST", f"/courses/{course}/wish", {})
    await site.database.execute("UPDATE next_run_wish SET wished_at = '2026-01-01'")
    first = await campus.must(student, "GET", "/me/courses")
    second = await campus.must(student, "GET", f"/me/courses?after={first['next']}")
    assert isinstance(first["courses"], list)
    assert isinstance(second["courses"], list)
    seen = [each["course"] for each in (*first["courses"], *second["courses"])]
    assert (len(first["courses"]), second["next"], sorted(seen)) == (20, None, sorted(courses))


async def test_r49_a_dropped_course_is_gone_from_my_courses_and_the_teacher_sees_it(site: Site) -> None:
    campus = await a_campus(site)
    course = await campus.course()
    run = await campus.run(course)
    student = await campus.learner(course)
    await campus.certify(student, "0042")
    await campus.must(student, "DELETE", f"/runs/{run}/enrollment")
    assert (await campus.ask(student, "DELETE", f"/runs/{run}/enrollment")).status_code == 404
    assert (await own(campus, student), await campus.count(course)) == ([], 0)
    assert (await campus.ask(student, "GET", f"/runs/{run}")).status_code == 404
    learners = (await campus.must(campus.teacher, "GET", f"/runs/{run}/learners"))["learners"]
    assert isinstance(learners, list)
    assert [(each["account"], each["number"], each["dropped_at"] is not None) for each in learners] == [
        (student.account, "0042", True)
    ]
    assert (await campus.enroll(student, course)).status_code == 201
    assert await campus.count(course) == 1


async def test_r25_the_teacher_sees_who_is_certified_and_never_a_phone_number(site: Site) -> None:
    campus = await a_campus(site)
    course = await campus.course()
    run = await campus.run(course)
    certified, plain = await campus.learner(course, "甲"), await campus.learner(course, "乙")
    await campus.certify(certified, "0042")
    answer = await campus.ask(campus.teacher, "GET", f"/runs/{run}/learners")
    assert {(each["name"], each["number"]) for each in answer.json()["learners"]} == {("甲", "0042"), ("乙", None)}
    assert certified.phone not in answer.text
    assert plain.phone not in answer.text
    assert await campus.must(campus.teacher, "GET", f"/runs/{run}/statistics") == {
        "n_enrolled": 2,
        "n_certified": 1,
        "n_dropped": 0,
        "n_topics": 0,
        "n_replies": 0,
        "n_units": 0,
    }
