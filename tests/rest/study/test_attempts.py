"""Quiz, homework and exam over REST: taken in their time, saved as they are written, submitted by the server at the
end, marked by key and by teachers, and no key out before its time (R50, R51, D7, I9, I10)."""

from __future__ import annotations

import asyncio

from protocol.envelopes import Body
from server import assessing
from server.rest.cursor import cursor
from tests.harness.site import Person, Site
from tests.rest.study.run import ESSAY, QUESTIONS, Run, a_run, an_assessment, ask, begin, drop, in_ms, put_assessment


async def save(site: Site, learner: Person, attempt: Body, answers: list[object], rev: int) -> tuple[int, Body]:
    answer = await ask(site, "PUT", f"/api/attempts/{attempt['id']}", learner, {"answers": answers, "rev": rev})
    return answer.status_code, answer.json()


async def submit(site: Site, learner: Person, attempt: Body, answers: list[object]) -> tuple[int, Body]:
    answer = await ask(site, "POST", f"/api/attempts/{attempt['id']}/submit", learner, {"answers": answers})
    return answer.status_code, answer.json()


async def show(site: Site, person: Person, attempt: Body) -> Body:
    answer = await ask(site, "GET", f"/api/attempts/{attempt['id']}", person)
    assert answer.status_code == 200, answer.text
    found: Body = answer.json()
    return found


async def listed(site: Site, run: Run, person: Person) -> list[Body]:
    found: list[Body] = (await ask(site, "GET", f"/api/runs/{run.id}/assessments", person)).json()["assessments"]
    return found


async def test_a_quiz_is_saved_submitted_and_marked_by_its_keys_r50(site: Site) -> None:
    learner = await site.register()
    run = await a_run(site, learner)
    attempt = await begin(site, await put_assessment(site, run), learner)
    assert (attempt["state"], attempt["number"], attempt["answers"], attempt["marks"]) == ("open", 1, [], None)
    assert await save(site, learner, attempt, [1], 1) == (200, {"rev": 2})
    assert (await show(site, learner, attempt))["answers"] == [1, None]
    status, result = await submit(site, learner, attempt, [1, False])
    assert status == 200
    assert (result["state"], result["points"], result["of_points"], result["is_auto"]) == ("graded", 2.0, 3.0, False)
    (entry,) = await listed(site, run, learner)
    assert (entry["n_taken"], entry["best_points"], entry["last_attempt"]) == (1, 2.0, attempt["id"])


async def test_no_key_leaves_before_nobody_answers_any_more_i9(site: Site) -> None:
    learner, other = await site.register(), await site.register("Wu")
    run = await a_run(site, learner, other)
    assessment = await put_assessment(site, run)
    attempt = await begin(site, assessment, learner)
    _, result = await submit(site, learner, attempt, [0, True])
    shown = [
        attempt,
        result,
        await show(site, learner, attempt),
        (await ask(site, "GET", f"/api/assessments/{assessment}", learner)).json(),
        {"all": await listed(site, run, learner)},
        await begin(site, assessment, other),
    ]
    for each in shown:
        assert "fingers" not in str(each)
        assert "'key': 1" not in str(each)
        assert "is_right" not in str(each)
    site.clock.pass_by(hours=2, seconds=2)
    after = await show(site, learner, attempt)
    assert isinstance(after["questions"], list)
    assert [each["key"] for each in after["questions"]] == [1, True]
    assert after["marks"] == [
        {"is_right": False, "points": 0.0, "remark": ""},
        {"is_right": True, "points": 1.0, "remark": ""},
    ]


async def test_an_exam_tells_its_points_only_when_it_is_over_for_all(site: Site) -> None:
    learner = await site.register()
    run = await a_run(site, learner)
    exam = await put_assessment(site, run, kind="exam")
    attempt = await begin(site, exam, learner)
    _, result = await submit(site, learner, attempt, [1, True])
    grade = (await ask(site, "GET", f"/api/runs/{run.id}/grade", learner)).json()
    assert (result["points"], (await listed(site, run, learner))[0]["best_points"], grade["percent"]) == (None,) * 3
    site.clock.pass_by(hours=2, seconds=2)
    assert (await show(site, learner, attempt))["points"] == 3.0
    grade = (await ask(site, "GET", f"/api/runs/{run.id}/grade", learner)).json()
    assert grade == {
        "percent": 100.0,
        "parts": [{"kind": "quiz", "weight": 40, "share": None}, {"kind": "exam", "weight": 60, "share": 1.0}],
    }


async def test_at_the_end_of_its_time_the_sweep_submits_what_was_saved_d7(site: Site) -> None:
    learner = await site.register()
    run = await a_run(site, learner)
    attempt = await begin(site, await put_assessment(site, run, time_limit_s=60), learner)
    assert await save(site, learner, attempt, [1], 1) == (200, {"rev": 2})
    site.clock.pass_by(seconds=61)
    assert await assessing.sweep_over(site.database, site.clock.now()) == 0
    assert (await save(site, learner, attempt, [1, True], 2))[1]["code"] == "too_late"
    assert (await submit(site, learner, attempt, [1, True]))[1]["code"] == "too_late"
    site.clock.pass_by(seconds=2)
    swept = await asyncio.gather(*(assessing.sweep_over(site.database, site.clock.now()) for _ in range(3)))
    assert sum(swept) == 1
    found = await show(site, learner, attempt)
    assert (found["state"], found["is_auto"], found["points"], found["submitted_at"]) == (
        "graded",
        True,
        2.0,
        attempt["ends_at"],
    )


async def test_whoever_looks_finds_it_submitted_also_without_any_worker(site: Site) -> None:
    learner = await site.register()
    run = await a_run(site, learner)
    attempt = await begin(site, await put_assessment(site, run, time_limit_s=60), learner)
    site.clock.pass_by(seconds=63)
    assert (await listed(site, run, learner))[0]["open_attempt"] is None
    assert (await show(site, learner, attempt))["is_auto"] is True


async def test_a_submit_late_by_a_second_is_taken_if_its_draft_came_in_time_d7(site: Site) -> None:
    learner = await site.register()
    run = await a_run(site, learner)
    attempt = await begin(site, await put_assessment(site, run, time_limit_s=60), learner)
    await save(site, learner, attempt, [1, True], 1)
    site.clock.pass_by(seconds=61)
    status, result = await submit(site, learner, attempt, [1, True])
    assert (status, result["is_auto"], result["submitted_at"]) == (200, False, attempt["ends_at"])


async def test_attempts_run_out_and_beginning_twice_is_once(site: Site) -> None:
    learner = await site.register()
    run = await a_run(site, learner)
    quiz = await put_assessment(site, run, n_attempts=2)
    begun = await asyncio.gather(*(begin(site, quiz, learner) for _ in range(5)))
    assert len({str(each["id"]) for each in begun}) == 1
    for answers in ([0, False], [1, True]):
        assert (await submit(site, learner, await begin(site, quiz, learner), list(answers)))[0] == 200
    refused = await ask(site, "POST", f"/api/assessments/{quiz}/attempts", learner)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_attempt_left")
    assert (await listed(site, run, learner))[0]["best_points"] == 3.0


async def test_an_assessment_opens_and_closes_by_the_servers_clock_i10(site: Site) -> None:
    learner = await site.register()
    run = await a_run(site, learner)
    quiz = await put_assessment(site, run, opens_at=in_ms(site, hours=1), due_at=in_ms(site, hours=2))
    codes = []
    for _ in range(3):
        answer = await ask(site, "POST", f"/api/assessments/{quiz}/attempts", learner)
        codes.append(answer.json().get("code", "begun"))
        if codes[-1] == "begun":
            await submit(site, learner, answer.json(), [])
        site.clock.pass_by(hours=1)
    assert codes == ["not_open_yet", "begun", "too_late"]


async def test_a_save_from_an_older_page_undoes_nothing(site: Site) -> None:
    learner = await site.register()
    run = await a_run(site, learner)
    attempt = await begin(site, await put_assessment(site, run), learner)
    assert await save(site, learner, attempt, [1], 1) == (200, {"rev": 2})
    status, problem = await save(site, learner, attempt, [0], 1)
    assert (status, problem["code"], problem["data"]) == (409, "older_revision", {"rev": 2})
    # The same save again, its answer lost on the way, is no conflict.
    assert await save(site, learner, attempt, [1], 1) == (200, {"rev": 2})


async def test_submitting_twice_the_same_is_once_and_something_else_is_refused(site: Site) -> None:
    learner = await site.register()
    run = await a_run(site, learner)
    attempt = await begin(site, await put_assessment(site, run), learner)
    first, second = await submit(site, learner, attempt, [1, True]), await submit(site, learner, attempt, [1, True])
    assert (first[0], second[0], first[1]["submitted_at"]) == (200, 200, second[1]["submitted_at"])
    assert (await submit(site, learner, attempt, [0, True]))[1]["code"] == "already_answered"


async def test_a_teacher_marks_what_no_key_can_with_remarks(site: Site) -> None:
    learner = await site.register()
    run = await a_run(site, learner)
    work = await put_assessment(site, run, kind="homework", questions=[*QUESTIONS, ESSAY])
    attempt = await begin(site, work, learner)
    where = f"/api/attempts/{attempt['id']}/marks"
    marks: Body = {"marks": {"2": {"points": 4, "remark": "good"}}}
    assert (await ask(site, "PUT", where, run.teacher, marks)).json()["code"] == "bad_phase"
    _, result = await submit(site, learner, attempt, [1, True, "so"])
    assert (result["state"], result["points"]) == ("submitted", 3.0)
    assert (await listed(site, run, run.teacher))[0]["n_to_mark"] == 1
    page = (await ask(site, "GET", f"/api/assessments/{work}/attempts", run.teacher)).json()
    assert ([each["name"] for each in page["attempts"]], page["next"]) == (["Lin"], None)
    marked = (await ask(site, "PUT", where, run.teacher, marks)).json()
    assert (marked["state"], marked["points"], marked["marks"][2]["remark"]) == ("graded", 7.0, "good")
    for hostile in ({"2": {"points": 5.25}}, {"3": {"points": 0}}, {"-1": {"points": 0}}, {"0": {"points": -1}}):
        assert (await ask(site, "PUT", where, run.teacher, {"marks": hostile})).status_code == 422
    assert (await ask(site, "PUT", where, learner, marks)).status_code == 404


async def test_once_taken_the_questions_stay_and_more_time_reaches_who_is_at_it(site: Site) -> None:
    learner = await site.register()
    run = await a_run(site, learner)
    quiz = await put_assessment(site, run)
    attempt = await begin(site, quiz, learner)
    changed = an_assessment(site, questions=QUESTIONS[:1])
    for body in (changed, an_assessment(site, is_published=False)):
        refused = await ask(site, "PUT", f"/api/assessments/{quiz}", run.teacher, body)
        assert (refused.status_code, refused.json()["code"]) == (409, "assessment_begun")
    assert (await ask(site, "DELETE", f"/api/assessments/{quiz}", run.teacher)).status_code == 409
    longer = in_ms(site, hours=5)
    given = await ask(site, "PUT", f"/api/assessments/{quiz}", run.teacher, an_assessment(site, due_at=longer))
    assert given.status_code == 200
    assert (await show(site, learner, attempt))["ends_at"] == longer


async def test_a_draft_is_the_teachers_and_may_be_incomplete_or_removed(site: Site) -> None:
    learner = await site.register()
    run = await a_run(site, learner)
    draft = await put_assessment(site, run, is_published=False, questions=[])
    assert [len(await listed(site, run, person)) for person in (run.teacher, learner)] == [1, 0]
    for method, path in (("GET", f"/api/assessments/{draft}"), ("POST", f"/api/assessments/{draft}/attempts")):
        assert (await ask(site, method, path, learner)).status_code == 404
    refused = await ask(site, "PUT", f"/api/assessments/{draft}", run.teacher, an_assessment(site, questions=[]))
    assert (refused.status_code, refused.json()["data"]) == (422, {"field": "questions"})
    assert (await ask(site, "DELETE", f"/api/assessments/{draft}", run.teacher)).status_code == 204
    assert (await ask(site, "GET", f"/api/assessments/{draft}", run.teacher)).status_code == 404


async def test_hostile_answers_and_assessments_are_refused(site: Site) -> None:
    learner = await site.register()
    run = await a_run(site, learner)
    attempt = await begin(site, await put_assessment(site, run), learner)
    for answers in ([-1], [99], [True], ["1"], [[0]], [1, True, 1], [{"a": 1}], [1.5], [None] * 101):
        assert (await save(site, learner, attempt, list(answers), 1))[0] in (400, 422), answers
    for more in (
        {"due_at": in_ms(site, hours=-2)},
        {"title": "  "},
        {"kind": "survey"},
        {"n_attempts": 0},
        {"time_limit_s": 59},
        {"questions": [{"type": "single", "text": "?", "options": ["1"], "key": 0}]},
        {"questions": [{"type": "essay", "text": "?"}]},
        {"questions": [QUESTIONS[1]] * 101},
    ):
        body = an_assessment(site, **more)
        assert (await ask(site, "POST", f"/api/runs/{run.id}/assessments", run.teacher, body)).status_code == 422, more


async def test_what_is_not_yours_is_as_missing_as_what_is_not_there(site: Site) -> None:
    """D 58, D 59: learners of another run, other learners, learners who dropped, teachers of another course."""
    learner, other, outsider = [await site.register(name) for name in ("Lin", "Wu", "Ou")]
    run, elsewhere = await a_run(site, learner, other), await a_run(site, outsider)
    quiz = await put_assessment(site, run)
    attempt = str((await begin(site, quiz, learner))["id"])
    answers: Body = {"answers": [], "rev": 1}
    marks: Body = {"marks": {"0": {"points": 0}}}
    quizzes: list[tuple[str, str, Body | None]] = [
        ("GET", f"/api/assessments/{quiz}", None),
        ("POST", f"/api/assessments/{quiz}/attempts", None),
        ("GET", f"/api/runs/{run.id}/assessments", None),
        ("GET", f"/api/runs/{run.id}/progress", None),
        ("GET", f"/api/runs/{run.id}/grade", None),
    ]
    own: list[tuple[str, str, Body | None]] = [
        ("GET", f"/api/attempts/{attempt}", None),
        ("PUT", f"/api/attempts/{attempt}", answers),
        ("POST", f"/api/attempts/{attempt}/submit", {"answers": []}),
    ]
    teaching: list[tuple[str, str, Body | None]] = [
        ("PUT", f"/api/assessments/{quiz}", an_assessment(site)),
        ("DELETE", f"/api/assessments/{quiz}", None),
        ("GET", f"/api/assessments/{quiz}/attempts", None),
        ("PUT", f"/api/attempts/{attempt}/marks", marks),
        ("GET", f"/api/runs/{run.id}/report", None),
        ("POST", f"/api/runs/{run.id}/assessments", an_assessment(site)),
    ]
    await drop(site, run, other)
    for person, rows in (
        (outsider, quizzes + own + teaching),
        (elsewhere.teacher, quizzes + own + teaching),
        (other, quizzes + own + teaching),
        (learner, teaching),
        (run.teacher, own[1:]),
    ):
        for method, path, body in rows:
            answer = await ask(site, method, path, person, body)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), (method, path)
    for method, path, body in quizzes + own + teaching:
        assert (await ask(site, method, path, None, body)).status_code == 401


async def test_the_report_counts_late_study_and_grades_in_pages_r56(site: Site) -> None:
    learners = [await site.register(f"L{n}") for n in range(2)]
    run = await a_run(site, *learners)
    quiz = await put_assessment(site, run)
    await submit(site, learners[0], await begin(site, quiz, learners[0]), [1, False])
    report = (await ask(site, "GET", f"/api/runs/{run.id}/report", run.teacher)).json()
    assert (report["n_units"], report["n_learners"], report["next"]) == (3, 2, None)
    assert {each["name"]: each["percent"] for each in report["learners"]} == {"L0": 66.67, "L1": None}
    first = min(each.account for each in learners)
    after = (await ask(site, "GET", f"/api/runs/{run.id}/report?after={cursor(first)}", run.teacher)).json()
    assert [each["account"] for each in after["learners"]] == [max(each.account for each in learners)]
