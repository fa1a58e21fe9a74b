"""课堂记录: the list of past sessions (R92), one of them (R93), everybody's answers, paging back in a discussion."""

from __future__ import annotations

from protocol.envelopes import Body
from tests.harness.site import Person, Site

EXERCISE: Body = {
    "questions": [
        {"type": "single", "text": "1 + 1", "options": ["1", "2"], "key": 1},
        {"type": "true_false", "text": "2 > 1", "key": True},
    ]
}


async def a_lesson(site: Site, teacher: Person, student: Person, classroom: str) -> dict[str, str]:
    """上课, one of each kind, one student takes part in all, 下课. Gives the ids, the session's among them."""
    ids = {"session": str((await site.command(teacher, "session.start", classroom))["session"])}
    ids["check_in"] = await site.publish(teacher, classroom, "check_in", {})
    ids["exercise"] = await site.publish(teacher, classroom, "exercise", EXERCISE)
    ids["discussion"] = await site.publish(teacher, classroom, "discussion", {})
    ids["lesson_plan"] = await site.publish(teacher, classroom, "lesson_plan", {"markdown": "# Primes"})
    await site.command(student, "response.submit", classroom, {"activity": ids["check_in"], "value": {}})
    answers: Body = {"activity": ids["exercise"], "value": {"answers": [1, False]}}
    await site.command(student, "response.submit", classroom, answers)
    await site.command(student, "activity.post", classroom, {"activity": ids["discussion"], "text": "Hello"})
    await site.command(teacher, "session.end", classroom)
    return ids


async def test_past_sessions_are_listed_newest_first_in_pages_r92(site: Site) -> None:
    teacher, colleague, student = [await site.register(name) for name in ("Ma", "Li", "Lin")]
    classroom = await site.classroom(teacher, colleague, student)
    await site.command(teacher, "member.set_role", classroom, {"account": colleague.account, "role": "teacher"})
    sessions = []
    # Two of them, since one would be told to slow down.
    for _ in range(21):
        sessions.append((await site.command(teacher, "session.start", classroom))["session"])
        await site.command(colleague, "session.end", classroom)
    await site.command(teacher, "session.start", classroom)
    for reader in (teacher, student):
        first = (await site.get(f"/api/classrooms/{classroom}/records", reader)).json()
        assert [each["session"] for each in first["records"]] == sessions[:0:-1]
        assert [each["number"] for each in first["records"]] == list(range(21, 1, -1))
        second = (await site.get(f"/api/classrooms/{classroom}/records?after={first['next']}", reader)).json()
        assert [each["session"] for each in second["records"]] == sessions[:1]
        assert second["next"] is None


async def test_a_record_shows_a_student_what_the_student_did_r93(site: Site) -> None:
    teacher, student, absent = [await site.register(name) for name in ("Ma", "Lin", "Wu")]
    classroom = await site.classroom(teacher, student, absent)
    ids = await a_lesson(site, teacher, student, classroom)
    record = (await site.get(f"/api/records/{ids['session']}", student)).json()
    assert (record["classroom"], record["classroom_name"]) == (classroom, "Algebra")
    assert record["session"]["number"] == 1
    assert record["ended_at"] >= record["session"]["started_at"]
    shown = {each["activity"]["kind"]: each for each in record["activities"]}
    assert list(shown) == ["check_in", "exercise", "discussion"]
    mine = shown["exercise"]["mine"]
    assert (mine["phase"], mine["value"], mine["is_auto"]) == ("submitted", {"v": 1, "answers": [1, False]}, False)
    assert mine["result"] is not None
    assert shown["check_in"]["mine"]["phase"] == "submitted"
    assert [post["text"] for post in shown["discussion"]["activity"]["posts"]] == ["Hello"]
    theirs = (await site.get(f"/api/records/{ids['session']}", absent)).json()
    of_absent = {each["activity"]["kind"]: each["mine"] for each in theirs["activities"]}
    assert of_absent["discussion"] is None
    assert all(mine is None or (mine["phase"], mine["value"]) == ("none", None) for mine in of_absent.values())
    assert student.account not in str(of_absent)


async def test_a_lesson_plan_outlives_the_session_only_when_sent_r85(site: Site) -> None:
    teacher, student = await site.register("Ma"), await site.register("Lin")
    classroom = await site.classroom(teacher, student)
    await a_lesson(site, teacher, student, classroom)
    session = (await site.command(teacher, "session.start", classroom))["session"]
    plan = await site.publish(teacher, classroom, "lesson_plan", {"markdown": "# Primes"})
    await site.command(teacher, "activity.act", classroom, {"activity": plan, "verb": "send"})
    await site.command(teacher, "session.end", classroom)
    sent = (await site.get(f"/api/records/{session}", student)).json()
    assert [each["activity"]["id"] for each in sent["activities"]] == [plan]
    of_student = (await site.get(f"/api/classrooms/{classroom}/records", student)).json()["records"]
    of_teacher = (await site.get(f"/api/classrooms/{classroom}/records", teacher)).json()["records"]
    assert [each["n_activities"] for each in of_student] == [1, 3]
    assert [each["n_activities"] for each in of_teacher] == [1, 4]


async def test_a_record_shows_staff_the_whole_class(site: Site) -> None:
    teacher, student, absent = [await site.register(name) for name in ("Ma", "Lin", "Wu")]
    classroom = await site.classroom(teacher, student, absent)
    ids = await a_lesson(site, teacher, student, classroom)
    record = (await site.get(f"/api/records/{ids['session']}", teacher)).json()
    shown = {each["activity"]["kind"]: each for each in record["activities"]}
    assert list(shown) == ["check_in", "exercise", "discussion", "lesson_plan"]
    assert all(each["mine"] is None for each in shown.values())
    assert shown["exercise"]["activity"]["tally"] is not None
    answers = (await site.get(f"/api/activities/{ids['exercise']}/responses", teacher)).json()
    assert answers["activity"] == ids["exercise"]
    by_name = {each["name"]: each for each in answers["responses"]}
    assert list(by_name) == ["Lin", "Wu"]
    assert (by_name["Lin"]["phase"], by_name["Lin"]["value"]) == ("submitted", {"v": 1, "answers": [1, False]})
    assert (by_name["Wu"]["phase"], by_name["Wu"]["value"]) == ("none", None)


async def test_a_running_session_is_no_record_yet(site: Site) -> None:
    teacher = await site.register("Ma")
    classroom = await site.classroom(teacher)
    session = (await site.command(teacher, "session.start", classroom))["session"]
    assert (await site.get(f"/api/records/{session}", teacher)).status_code == 404
    assert (await site.get(f"/api/classrooms/{classroom}/records", teacher)).json() == {"records": [], "next": None}


async def test_an_anonymous_survey_tells_staff_who_took_part_and_not_what_they_said(site: Site) -> None:
    teacher, student, silent = [await site.register(name) for name in ("Ma", "Lin", "Wu")]
    classroom = await site.classroom(teacher, student, silent)
    await site.command(teacher, "session.start", classroom)
    survey: Body = {"questions": [{"type": "rating", "text": "How was it?"}], "is_anonymous": True}
    activity = await site.publish(teacher, classroom, "survey", survey)
    await site.command(student, "response.submit", classroom, {"activity": activity, "value": {"answers": [4]}})
    path = f"/api/activities/{activity}/responses"
    assert (await site.get(path, teacher)).json()["responses"] == []
    await site.command(teacher, "session.end", classroom)
    answers = (await site.get(path, teacher)).json()["responses"]
    told = [(each["name"], each["phase"], each["value"], each["submitted_at"]) for each in answers]
    assert told == [("Lin", "submitted", None, None), ("Wu", "none", None, None)]


async def test_a_discussion_pages_back(site: Site) -> None:
    teacher, student = await site.register("Ma"), await site.register("Lin")
    classroom = await site.classroom(teacher, student)
    await site.command(teacher, "session.start", classroom)
    activity = await site.publish(teacher, classroom, "discussion", {})
    for number in range(1, 56):
        person = student if number % 2 else teacher
        await site.command(person, "activity.post", classroom, {"activity": activity, "text": f"post {number}"})
    newest = (await site.get(f"/api/activities/{activity}/posts", student)).json()
    assert [post["number"] for post in newest["posts"]] == list(range(6, 56))
    assert newest["has_more"] is True
    earlier = (await site.get(f"/api/activities/{activity}/posts?before=6", student)).json()
    assert [(post["number"], post["text"]) for post in earlier["posts"]] == [(n, f"post {n}") for n in range(1, 6)]
    assert earlier["has_more"] is False
    nothing = (await site.get(f"/api/activities/{activity}/posts?before=1", student)).json()
    assert (nothing["posts"], nothing["has_more"]) == ([], False)
    post = earlier["posts"][0]["id"]
    await site.command(student, "activity.remove_post", classroom, {"activity": activity, "post": post})
    removed = (await site.get(f"/api/activities/{activity}/posts?before=2", student)).json()["posts"][0]
    assert (removed["text"], removed["removed_by"]) == (None, "author")
