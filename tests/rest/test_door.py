"""What every endpoint's door does before a handler is asked, and what answers look like."""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from protocol.codec import to_struct
from protocol.limits import COMMAND_BURST, COMMANDS_PER_S, REST_COMMAND_BYTES
from protocol.registry import COMMANDS
from protocol.rest import Problem, ServerInfo
from server.config import read
from server.embedded import EmbeddedRedis
from server.rest.links import FOUND
from server.rest.page_headers import PageHeaders
from server.rest.routes import ENDPOINTS
from tests.harness.servers import Servers
from tests.harness.site import PRODUCTION, Site, a_phone, a_site
from tests.harness.wait import until_blocked

STRICT = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
}
N_HASTY = 4 * COMMAND_BURST
HTTPS = {"SHANGKE_PUBLIC_URL": "https://class.example"}


def code_of(answer: httpx.Response) -> str:
    """The problem's code, when it is one in every respect."""
    assert answer.headers["content-type"] == "application/problem+json"
    problem = to_struct(answer.json(), Problem)
    assert problem.status == answer.status_code
    assert problem.request_id == answer.headers["x-request-id"]
    assert problem.type == f"urn:shangke:problem:{problem.code}"
    assert {**dict(answer.headers), **STRICT} == dict(answer.headers)
    return problem.code


async def test_answers_are_private_and_carry_a_request_id(site: Site) -> None:
    person = await site.register()
    for path in ("/api/info", "/api/me", "/api/devices"):
        answer = await site.get(path, person)
        assert answer.status_code == 200
        assert {**dict(answer.headers), **STRICT} == dict(answer.headers)
        assert len(answer.headers["x-request-id"]) == 16


async def test_anybody_may_ask_which_server_this_is_and_where_phones_reach_it(site: Site) -> None:
    before = round(datetime.now(UTC).timestamp() * 1000)
    info = to_struct((await site.get("/api/info")).json(), ServerInfo)
    assert (info.name, info.public_url) == ("shangke", site.services.config.public_url)
    assert before - 1000 <= info.server_time <= before + 60_000


async def test_another_origin_is_told_nothing(site: Site) -> None:
    person = await site.register()
    for origin in ("https://evil.example", "null", "https://class.example"):
        answer = await site.get("/api/me", person, Origin=origin)
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        preflight = await site.client.options("/api/me", headers={"Origin": origin})
        assert preflight.status_code == 405


async def test_a_method_that_is_not_listed_is_refused_with_those_that_are(site: Site) -> None:
    expected = {
        ("PUT", "/api/me"): "GET, HEAD, PATCH",
        ("TRACE", "/api/devices"): "GET, HEAD, POST",
        ("OPTIONS", "/api/codes"): "POST",
        ("GET", "/api/accounts"): "POST",
        ("GET", "/api/devices/current"): "DELETE",
        ("DELETE", "/files/abcdefgh01234567"): "GET, HEAD",
    }
    answers = {asked: await site.client.request(*asked) for asked in expected}
    assert {asked: answer.headers["allow"] for asked, answer in answers.items()} == expected
    assert {(answer.status_code, code_of(answer)) for answer in answers.values()} == {(405, "unknown_command")}


async def test_what_is_no_path_is_not_found_and_never_a_redirect_or_a_fault(site: Site) -> None:
    person = await site.register()
    paths = [
        "/api",
        "/api/",
        "/api/nothing",
        "/api/me/",
        "/api/me/x.css",
        "/api/records/" + "9" * 5_000,
        "/api/records/short",
        "/api/records/abcdefgh0123456%00",
        "/api/records/abcdefgh01234567%0a",
        "/api/classrooms/..%2f..%2fetc/records",
        "/api/classrooms/abcdefgh0123456é/records",
        "/api/docs",
        "/files/",
        "/files/x/y",
        "/docs",
        "/metrics",
    ]
    answers = {path: (await site.get(path, person)).status_code for path in paths}
    assert answers == dict.fromkeys(paths, 404)


async def test_hostile_bodies_are_refused_with_a_reason(site: Site) -> None:
    cases = [
        (b"", 400, "bad_message"),
        (b"{", 400, "bad_message"),
        (b"[]", 400, "bad_message"),
        (b"null", 400, "bad_message"),
        (b'{"phone": "1"}{"phone": "2"}', 400, "bad_message"),
        (b"[" * 10_000, 400, "bad_message"),
        (b'{"phone": NaN}', 400, "bad_message"),
        (b'{"phone": 1e999}', 400, "bad_message"),
        (b'{"phone": ' + b"9" * 5_000 + b"}", 400, "bad_message"),
        (b'{"phone": "\\ud800", "purpose": "login"}', 400, "bad_message"),
        (b'{"phone": "1\\u00003", "purpose": "login"}', 400, "bad_message"),
        (b'{"phone": "x", "phone": "y", "purpose": "login"}', 400, "bad_message"),
        (b'{"phone": "\xff"}', 400, "bad_message"),
        (b'{"phone": "x"}', 422, "bad_field"),
        (b'{"phone": true, "purpose": "login"}', 422, "bad_field"),
        (b'{"phone": ["13800000000"], "purpose": "login"}', 422, "bad_field"),
        (b'{"phone": "13800000000", "purpose": "admin"}', 422, "bad_field"),
        (b'{"phone": "' + b"1" * 20_000 + b'", "purpose": "login"}', 413, "too_large"),
        (b'{"phone": "\' OR 1=1--", "purpose": "login"}', 422, "bad_phone"),
    ]
    for content, status, code in cases:
        answer = await site.client.post("/api/codes", content=content)
        assert (content[:50], answer.status_code, code_of(answer)) == (content[:50], status, code)
    assert site.sms.messages == []


async def test_a_refused_field_is_named(site: Site) -> None:
    answer = await site.client.post("/api/codes", json={"phone": "13800000000", "purpose": "admin"})
    assert answer.json()["data"] == {"field": "purpose"}


async def test_a_length_that_is_a_lie_or_too_much_is_refused_unread(site: Site) -> None:
    for length in ("-1", "x", "1" * 30, "16385"):
        answer = await site.client.post("/api/codes", content=b"{}", headers={"Content-Length": length})
        told = (length, answer.status_code, code_of(answer), answer.headers["connection"])
        assert told == (length, 413, "too_large", "close")


async def test_hostile_cursors_and_queries_are_refused(site: Site) -> None:
    teacher = await site.register()
    path = f"/api/classrooms/{await site.classroom(teacher)}/records"
    cursors = ["after=x", "after=-1", "after=" + "9" * 5_000, "after=1.5", "after=%D9%A1", "after="]
    for query in cursors:
        answer = await site.get(f"{path}?{query}", teacher)
        assert (query, answer.status_code, code_of(answer)) == (query, 422, "bad_field")
    for query in ["&".join(f"a{n}=1" for n in range(100)), "after=%00", "after=%ff"]:
        answer = await site.get(f"{path}?{query}", teacher)
        assert (query, answer.status_code, code_of(answer)) == (query, 400, "bad_message")


async def test_a_command_travels_the_road_once_however_often_it_is_sent(site: Site) -> None:
    teacher = await site.register()
    command = {"id": "command-0001", "op": "classroom.create", "stream": teacher.account, "body": {"name": "Algebra"}}
    first = await site.client.post("/api/commands", json=command, headers=teacher.headers)
    again = await site.client.post("/api/commands", json=command, headers=teacher.headers)
    assert first.status_code == 200
    assert first.json() == again.json()
    assert (first.json()["id"], first.json()["seq"]) == ("command-0001", 1)
    assert await site.database.fetchval("SELECT count(*) FROM classroom") == 1
    other = {**command, "body": {"name": "Geometry"}}
    conflict = await site.client.post("/api/commands", json=other, headers=teacher.headers)
    assert (conflict.status_code, code_of(conflict)) == (409, "id_conflict")


async def test_a_long_command_fits_and_a_longer_one_does_not(site: Site) -> None:
    teacher = await site.register()
    classroom = await site.classroom(teacher)
    questions = [{"type": "single", "text": "x" * 1_900, "options": ["1", "2"], "key": 1} for _ in range(20)]
    draft = {"kind": "exercise", "title": "Long", "config": {"questions": questions}}
    assert len(json.dumps(draft)) > 32_000
    await site.command(teacher, "activity.draft", classroom, dict(draft))
    content = b'{"id": "' + b"x" * REST_COMMAND_BYTES + b'"}'
    answer = await site.client.post("/api/commands", content=content, headers=teacher.headers)
    assert (answer.status_code, code_of(answer)) == (413, "too_large")


async def test_commands_of_one_device_are_slowed_down_and_nobody_elses(site: Site) -> None:
    hasty, calm = await site.register(), await site.register()
    began = asyncio.get_running_loop().time()
    answers = await asyncio.gather(*(site.wish(hasty, "nothing.at_all", hasty.account) for _ in range(N_HASTY)))
    took_s = asyncio.get_running_loop().time() - began
    slowed = [answer for answer in answers if answer.status_code == 429]
    # A slow machine refills the bucket meanwhile.
    assert len(slowed) >= N_HASTY - COMMAND_BURST - COMMANDS_PER_S * took_s - 1
    assert len(slowed) < N_HASTY
    assert all(code_of(answer) == "slow_down" and answer.headers["retry-after"] == "1" for answer in slowed)
    assert (await site.wish(calm, "nothing.at_all", calm.account)).status_code == 404


async def test_the_class_code_is_drawn_for_staff_while_it_is_open_r61(site: Site) -> None:
    teacher = await site.register()
    classroom = await site.classroom(teacher)
    answer = await site.get(f"/api/classrooms/{classroom}/code.svg", teacher)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert answer.text.startswith("<svg ")
    assert "style" not in answer.text
    assert "script" not in answer.text
    await site.command(teacher, "classroom.close_code", classroom)
    assert (await site.get(f"/api/classrooms/{classroom}/code.svg", teacher)).status_code == 404


async def test_a_fault_is_told_without_detail_and_logged_with_its_request(
    site: Site, running_servers: Servers, caplog: pytest.LogCaptureFixture
) -> None:
    person = await site.register()
    # Only the owner can break a table; the service cannot.
    owner = await asyncpg.connect(
        running_servers.postgres.url(await site.database.fetchval("SELECT current_database()"))
    )
    await owner.execute("ALTER TABLE identity RENAME COLUMN subject TO moved")
    await owner.close()
    answer = await site.get("/api/me", person)
    assert (answer.status_code, code_of(answer), answer.json()["retry"]) == (500, "internal", True)
    assert "subject" not in answer.text
    logged = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record.getMessage() for record in logged] == [f"request={answer.headers['x-request-id']} route=/api/me"]


async def test_each_request_is_one_line_without_what_was_in_it(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "shangke.rest")
    person = await site.register()
    caplog.clear()
    await site.client.request("BREW", "/api/me?x=%0aINFO", headers=person.headers)
    await site.get("/api/me", person)
    lines = [record.getMessage() for record in caplog.records if record.name == "shangke.rest"]
    assert len(lines) == 2
    assert " method=other route=/api/me status=405 " in lines[0]
    assert " method=GET route=/api/me status=200 " in lines[1]
    assert lines[1].endswith(f" account={person.account} device={person.logged_in.device} outcome=ok")


async def test_a_book_that_does_not_answer_is_never_a_yes(site: Site) -> None:
    person = await site.register()
    await site.database.close()
    answer = await site.get("/api/me", person)
    assert (answer.status_code, code_of(answer)) == (503, "overloaded")


async def test_security_97_a_look_at_who_it_is_that_takes_too_long_is_never_a_yes(site: Site) -> None:
    person = await site.register()
    async with site.database.transaction() as tx:
        # Cancelled as by its time limit, which would take ten seconds.
        await tx.execute("LOCK TABLE device IN ACCESS EXCLUSIVE MODE")
        asked = asyncio.create_task(site.get("/api/me", person))
        await until_blocked(site.database)
        await tx.execute("SELECT pg_cancel_backend(pid) FROM pg_locks WHERE NOT granted")
        answer = await asked
    assert (answer.status_code, code_of(answer)) == (503, "overloaded")


async def test_without_redis_codes_and_passwords_are_refused_and_class_goes_on(
    database: str, own_redis: EmbeddedRedis, tmp_path: Path
) -> None:
    async with a_site(database, own_redis.url(), tmp_path) as site:
        person = await site.register()
        classroom = await site.classroom(person)
        await own_redis.child.stop()
        code = await site.client.post("/api/codes", json={"phone": a_phone(), "purpose": "login"})
        assert (code.status_code, code_of(code), code.headers["retry-after"]) == (503, "overloaded", "5")
        password = await site.log_in(person.phone)
        assert (password.status_code, code_of(password)) == (503, "overloaded")
        assert site.sms.messages[1:] == []
        await site.command(person, "session.start", classroom)
        assert (await site.get("/api/me", person)).status_code == 200


async def test_the_openapi_document_says_what_the_table_says(site: Site) -> None:
    document = (await site.get("/openapi.json")).json()
    said = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert said == {(each.method, each.path) for each in ENDPOINTS}
    for each in ENDPOINTS:
        operation = document["paths"][each.path][each.method.lower()]
        assert operation["security"] == ([{"token": []}] if each.who.needs_token else [])
        assert ("requestBody" in operation) == (each.takes is not None or each.is_upload)
        assert {str(each.status), "400", "500", "503"} <= operation["responses"].keys()
        assert "default" not in operation["responses"]
    assert document["components"]["schemas"]["Problem"]["properties"]["code"] == {"type": "string"}
    assert len({each.name for each in ENDPOINTS}) == len(ENDPOINTS), "links and generated clients go by the name"


async def test_the_openapi_document_says_what_follows_and_what_commands_hold(site: Site) -> None:
    document = (await site.get("/openapi.json")).json()
    operations = {each["operationId"]: each for methods in document["paths"].values() for each in methods.values()}
    assert sorted(operations["open_topic"]["responses"]["201"]["links"]) == [
        "list_replies",
        "remove_topic",
        "reply",
        "show_topic",
    ]
    assert sorted(operations["show_me"]["responses"]["200"]["links"]) == ["change_me"]
    assert "take_back_wish" not in operations["create_course"]["responses"]["201"]["links"]
    for operation in operations.values():
        for done in operation["responses"].values():
            for each, link in done.get("links", {}).items():
                placeholders = {said["name"] for said in operations[each]["parameters"] if said["in"] == "path"}
                assert (link["operationId"], set(link.get("parameters", ()))) == (each, placeholders)
    commands = document["components"]["schemas"]["RestCommand"]["oneOf"]
    assert [each["properties"]["op"]["const"] for each in commands] == list(COMMANDS)


async def test_what_follows_is_where_the_answer_says_that_it_is(site: Site) -> None:
    document = (await site.get("/openapi.json")).json()
    shapes = document["components"]["schemas"]
    gives = {each.name: each.gives for each in ENDPOINTS}
    for name, pointer, _ in FOUND:
        given = gives[name]
        assert given is not None, name
        shape = shapes[given.__name__]
        for step in pointer[1:].split("/"):
            shape = next(each for each in shape.get("anyOf", [shape]) if each.get("type") != "null")
            shape = shapes[shape["$ref"].rpartition("/")[2]] if "$ref" in shape else shape
            # What a command gives is its own, and free.
            shape = shape["items"] if step.isdigit() else shape.get("properties", {step: {}})[step]


async def test_the_table_can_be_read_as_a_page_without_scripts(site: Site) -> None:
    answer = await site.get("/openapi")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "script" not in answer.headers["content-security-policy"]
    assert all(f"<code>{each.path}</code>" in answer.text for each in ENDPOINTS)


async def test_production_has_no_openapi_document(database: str, redis_url: str, tmp_path: Path) -> None:
    async with a_site(database, redis_url, tmp_path, **PRODUCTION) as site:
        for path in ("/openapi.json", "/openapi", "/docs", "/metrics", "/debug"):
            assert (await site.get(path)).status_code == 404, path


async def test_pages_get_a_policy_without_anything_inline() -> None:
    async def page(request: Request) -> PlainTextResponse:
        return PlainTextResponse("page", headers={"Referrer-Policy": "same-origin"})

    app = PageHeaders(Starlette(routes=[Route("/", page)]), read(HTTPS))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://site") as client:
        answer = await client.get("/")
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert " wss://class.example" in policy
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
