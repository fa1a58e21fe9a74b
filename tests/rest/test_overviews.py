"""The records of a classroom and of the run it is linked to, in one (R60)."""

from __future__ import annotations

from protocol.envelopes import Body
from tests.harness.site import Person, Site
from tests.rest.study.run import Run, a_run


async def a_linked_classroom(site: Site, run: Run, *people: Person) -> str:
    made = await site.command(run.teacher, "classroom.create", run.teacher.account, {"name": "Algebra", "run": run.id})
    classroom = str(made["classroom"])
    code = await site.database.fetchval("SELECT code FROM classroom WHERE id = $1", classroom)
    for person in people:
        await site.command(person, "classroom.join", person.account, {"code": code})
    return classroom


async def test_class_and_course_are_one_record_r60(site: Site) -> None:
    lin, wu, assistant = [await site.register(name) for name in ("Lin", "Wu", "Assistant")]
    run = await a_run(site, lin)
    classroom = await a_linked_classroom(site, run, lin, wu, assistant)
    body: Body = {"account": assistant.account, "role": "assistant"}
    await site.command(run.teacher, "member.set_role", classroom, body)
    await site.command(run.teacher, "session.start", classroom)
    check_in = await site.publish(run.teacher, classroom, "check_in", {})
    topic = await site.publish(run.teacher, classroom, "discussion", {})
    await site.command(lin, "response.submit", classroom, {"activity": check_in, "value": {}})
    await site.command(wu, "activity.post", classroom, {"activity": topic, "text": "Hello"})
    await site.database.execute(
        "INSERT INTO progress (account_id, unit_id, studied_ms, completed_at) VALUES ($1, $2, 60000, now())",
        lin.account,
        run.video,
    )

    linked = {"run": run.id, "number": 1, "course": run.course, "title": "Algebra"}
    studied = {"is_enrolled": True, "n_completed": 1, "studied_ms": 60_000}
    nothing = {"is_enrolled": False, "n_completed": 0, "studied_ms": 0}
    of_lin = {"account": lin.account, "name": "Lin", "n_answers": 1, "n_posts": 0, "online": studied}
    of_wu = {"account": wu.account, "name": "Wu", "n_answers": 0, "n_posts": 1, "online": nothing}
    whole = {"linked": linked, "n_sessions": 1, "n_answerable": 1, "n_units": 3, "next": None}
    path = f"/api/classrooms/{classroom}/overview"

    both = sorted((of_lin, of_wu), key=lambda each: str(each["account"]))
    assert (await site.get(path, run.teacher)).json() == whole | {"students": both}
    assert (await site.get(path, lin)).json() == whole | {"students": [of_lin]}
    # Who does not teach the course sees what happened in class.
    in_class = [each | {"online": None} for each in both]
    assert (await site.get(path, assistant)).json() == whole | {"n_units": 0, "students": in_class}

    classrooms = f"/api/runs/{run.id}/classrooms"
    row = {"classroom": classroom, "name": "Algebra", "n_members": 2, "n_sessions": 1, "is_mine": True}
    assert (await site.get(classrooms, run.teacher)).json() == {"classrooms": [row]}
    assert (await site.get(classrooms, lin)).status_code == 404


async def test_a_classroom_of_no_run_has_the_half_of_it_r60(site: Site) -> None:
    run = await a_run(site)
    classroom = await a_linked_classroom(site, run)
    await site.command(run.teacher, "classroom.link", classroom, {"run": None})
    found = (await site.get(f"/api/classrooms/{classroom}/overview", run.teacher)).json()
    assert found == {
        "linked": None,
        "n_sessions": 0,
        "n_answerable": 0,
        "n_units": 0,
        "students": [],
        "next": None,
    }
    assert (await site.get(f"/api/runs/{run.id}/classrooms", run.teacher)).json() == {"classrooms": []}


async def test_nobody_links_to_what_another_teaches_r60(site: Site) -> None:
    """Another's run, a learner's and none are told alike; who may not, may not."""
    stranger = await site.register("Stranger")
    run = await a_run(site, stranger)
    classroom = await site.classroom(stranger)
    for missing in (run.id, "missing000000000"):
        refused = await site.wish(stranger, "classroom.link", classroom, {"run": missing})
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
        made = await site.wish(stranger, "classroom.create", stranger.account, {"name": "x", "run": missing})
        assert (made.status_code, made.json()["code"]) == (404, "not_found")
    # Nor to one's own that students may not know of yet.
    await site.database.execute("UPDATE course SET state = 'draft' WHERE id = $1", run.course)
    own = await site.classroom(run.teacher)
    refused = await site.wish(run.teacher, "classroom.link", own, {"run": run.id})
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    assert await site.database.fetchval("SELECT count(*) FROM classroom WHERE run_id IS NOT NULL") == 0
