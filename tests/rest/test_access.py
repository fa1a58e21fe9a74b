"""The table of endpoints, asked by everybody about everything: what is not yours is as missing as what is not there."""

from __future__ import annotations

import pytest

from server.core.access import ALLOWED
from server.rest.endpoint import Who
from server.rest.routes import ENDPOINTS
from tests.harness.site import Person, Site
from tests.rest.courses.who import EXPECTED as OF_COURSES
from tests.rest.inbox.who import EXPECTED as OF_INBOX
from tests.rest.ops.who import EXPECTED as OF_OPS
from tests.rest.people.who import EXPECTED as OF_PEOPLE
from tests.rest.schools.who import EXPECTED as OF_SCHOOLS
from tests.rest.study.who import EXPECTED as OF_STUDY
from tests.rest.test_files import PNG, a_pdf, upload

EXPECTED = {
    ("GET", "/api/info"): Who.ANYONE,
    ("POST", "/api/codes"): Who.ANYONE,
    ("POST", "/api/accounts"): Who.ANYONE,
    ("POST", "/api/passwords"): Who.ANYONE,
    ("POST", "/api/devices"): Who.ANYONE,
    ("GET", "/api/devices"): Who.ACCOUNT,
    ("DELETE", "/api/devices/current"): Who.ACCOUNT,
    ("DELETE", "/api/devices/{id}"): Who.ACCOUNT,
    ("GET", "/api/me"): Who.ACCOUNT,
    ("PATCH", "/api/me"): Who.ACCOUNT,
    ("POST", "/api/commands"): Who.ACCOUNT,
    ("GET", "/api/classrooms/{id}/records"): Who.MEMBER,
    ("GET", "/api/classrooms/{id}/overview"): Who.MEMBER,
    ("GET", "/api/runs/{id}/classrooms"): Who.COURSE_TEACHER,
    ("GET", "/api/classrooms/{id}/code.svg"): Who.STAFF,
    ("POST", "/api/classrooms/{id}/files"): Who.STAFF,
    ("GET", "/api/records/{id}"): Who.MEMBER,
    ("GET", "/api/activities/{id}/responses"): Who.STAFF,
    ("GET", "/api/activities/{id}/posts"): Who.MEMBER,
    ("GET", "/api/files/{id}/link"): Who.MEMBER,
    ("GET", "/files/{id}"): Who.LINK,
    **OF_COURSES,
    **OF_PEOPLE,
    **OF_INBOX,
    **OF_OPS,
    **OF_SCHOOLS,
    **OF_STUDY,
}
OF_CLASSROOMS = [each for each in ENDPOINTS if each.who in (Who.MEMBER, Who.STAFF)]


def test_who_may_come_in_is_as_agreed() -> None:
    assert {(each.method, each.path): each.who for each in ENDPOINTS} == EXPECTED


async def ask(site: Site, method: str, path: str, person: Person | None) -> tuple[int, dict[str, object]]:
    headers = person.headers if person else {}
    content = PNG if method == "POST" else None
    answer = await site.client.request(method, path, headers=headers, content=content)
    is_problem = answer.headers.get("content-type") == "application/problem+json"
    return answer.status_code, {**answer.json(), "request_id": ""} if is_problem else {}


@pytest.mark.parametrize("endpoint", OF_CLASSROOMS, ids=lambda each: f"{each.method} {each.path}")
async def test_every_reader_gets_what_the_table_says(site: Site, endpoint: object) -> None:
    row = next(each for each in OF_CLASSROOMS if each is endpoint)
    teacher, assistant, student, kicked, left, outsider = [
        await site.register(name) for name in ("Ma", "An", "Lin", "Ki", "Le", "Wu")
    ]
    classroom = await site.classroom(teacher, assistant, student, kicked, left)
    elsewhere = await site.classroom(outsider)
    await site.command(teacher, "member.set_role", classroom, {"account": assistant.account, "role": "assistant"})
    session = str((await site.command(teacher, "session.start", classroom))["session"])
    activity = await site.publish(teacher, classroom, "discussion", {})
    await site.command(teacher, "session.end", classroom)
    file = str((await upload(site, teacher, classroom, a_pdf())).json()["id"])
    await site.command(teacher, "member.kick", classroom, {"account": kicked.account})
    await site.command(left, "classroom.leave", classroom)
    assert elsewhere != classroom

    ids = {"classrooms": classroom, "records": session, "activities": activity, "files": file}
    path, missing = row.path.replace("{id}", ids[row.path.split("/")[2]]), row.path.replace("{id}", "x" * 16)
    is_for_students = row.who is Who.MEMBER
    for person in (teacher, assistant, *([student] if is_for_students else [])):
        status, _ = await ask(site, row.method, path, person)
        assert status in (200, 201), (row.path, status)
        assert (await ask(site, row.method, missing, person))[0] == 404
    for person in (kicked, left, outsider, *([] if is_for_students else [student])):
        theirs, nothing = await ask(site, row.method, path, person), await ask(site, row.method, missing, person)
        assert theirs == nothing
        assert theirs[0] == 404
    assert (await ask(site, row.method, path, None))[0] == 401


async def test_a_students_commands_for_staff_are_forbidden_and_an_outsiders_not_found(site: Site) -> None:
    teacher, student, outsider = [await site.register(name) for name in ("Ma", "Lin", "Wu")]
    classroom = await site.classroom(teacher, student)
    for op, body in (("session.start", {}), ("classroom.reset_code", {}), ("classroom.rename", {"name": "Mine"})):
        assert op in ALLOWED
        assert (await site.wish(student, op, classroom, dict(body))).status_code == 403
        assert (await site.wish(outsider, op, classroom, dict(body))).status_code == 404
        assert (await site.wish(outsider, op, "x" * 16, dict(body))).status_code == 404
    assert await site.database.fetchval("SELECT count(*) FROM session") == 0
