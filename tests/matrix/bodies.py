"""A body for each row that takes one: what is refused is refused for who asks, not for what they say."""

from __future__ import annotations

from collections.abc import Callable

from protocol.envelopes import Body
from server.ids import draw_id
from tests.harness.site import Person, a_phone
from tests.matrix.things import in_days
from tests.matrix.world import World
from tests.rest.people.acts import an_email
from tests.rest.study.run import an_assessment
from tests.rest.test_files import PNG

Made = Body | bytes
WRONG: Body = {"password": "not the password 1"}
CODE = "123456"
MISSING = "zzzzzzzzzzzzzzzz"


def a_command(world: World, asker: Person) -> Body:
    return {"id": draw_id(), "op": "inbox.read_all", "stream": asker.account, "body": {}}


def an_upload(world: World, asker: Person) -> Body:
    now = in_days(world, 0)
    span = {"client_id": draw_id(), "unit": MISSING, "starts_at": now - 60_000, "ends_at": now - 1_000}
    return {"sent_at": now, "spans": [span]}


BODIES: dict[str, Callable[[World, Person], Made]] = {
    "POST /api/oauth/attempts": lambda world, asker: {"provider": "wechat"},
    "POST /api/oauth/answers": lambda world, asker: {"state": "x" * 43, "code": "x"},
    "POST /api/codes": lambda world, asker: {"phone": a_phone(), "purpose": "login"},
    "POST /api/accounts": lambda world, asker: {"phone": a_phone(), "code": CODE, "password": "some horse 44"},
    "POST /api/passwords": lambda world, asker: {"phone": a_phone(), "code": CODE, "password": "some horse 44"},
    "POST /api/devices": lambda world, asker: {"phone": a_phone(), **WRONG},
    "PATCH /api/me": lambda world, asker: {"name": "Lin"},
    "PUT /api/me/profile": lambda world, asker: {"real_name": "林一", "occupation": "student"},
    "POST /api/me/confirm-codes": lambda world, asker: {"to": "phone"},
    "POST /api/me/bind-codes": lambda world, asker: {"provider": "email", "address": an_email()},
    "POST /api/me/identities": lambda world, asker: {
        "provider": "email",
        "address": an_email(),
        "code": CODE,
        "proof": WRONG,
    },
    "POST /api/me/unbinding": lambda world, asker: {"provider": "phone", "proof": WRONG},
    "PUT /api/me/phone": lambda world, asker: {"phone": a_phone(), "code": CODE, "proof": WRONG},
    "PUT /api/me/password": lambda world, asker: {"password": "some horse 44", "proof": WRONG},
    "POST /api/me/closing": lambda world, asker: {"proof": WRONG},
    "POST /api/me/oauth/attempts": lambda world, asker: {"provider": "wechat", "proof": WRONG},
    "POST /api/me/oauth/answers": lambda world, asker: {"state": "x" * 43, "code": "x"},
    "POST /api/commands": a_command,
    "POST /api/classrooms/{id}/files": lambda world, asker: b"%PDF-1.7\n" + b"x" * 99 + b"\n%%EOF",
    "POST /api/me/certification": lambda world, asker: {"school": MISSING, "number": "1", "name": "N", "code": "C"},
    "POST /api/schools/{id}/roster": lambda world, asker: {"number": draw_id(), "name": "N"},
    "POST /api/schools/{id}/staff": lambda world, asker: {"phone": world.here.colleague.phone},
    "PATCH /api/schools/{id}/roster/{entry}": lambda world, asker: {"number": draw_id(), "name": "N"},
    "POST /api/schools/{id}/codes": lambda world, asker: {"which": "missing"},
    "POST /api/schools/{id}/imports": lambda world, asker: "学号,姓名\n1,林\n".encode(),
    "POST /api/courses": lambda world, asker: {"school": world.here.school, "kind": "spoc", "title": "T"},
    "POST /api/courses/{id}/enrollment": lambda world, asker: {},
    "POST /api/courses/{id}/wish": lambda world, asker: {},
    "PATCH /api/courses/{id}": lambda world, asker: {"summary": "S"},
    "PUT /api/courses/{id}/password": lambda world, asker: {"password": None},
    "POST /api/courses/{id}/runs": lambda world, asker: {
        "starts_at": in_days(world, 100),
        "ends_at": in_days(world, 200),
    },
    "PUT /api/courses/{id}/cover": lambda world, asker: PNG,
    "POST /api/courses/{id}/files": lambda world, asker: b"%PDF-1.7\n" + b"x" * 99 + b"\n%%EOF",
    "PATCH /api/runs/{id}": lambda world, asker: {"grading_text": "G"},
    "POST /api/runs/{id}/announcements": lambda world, asker: {"title": "T", "text": "T"},
    "PATCH /api/course-announcements/{id}": lambda world, asker: {"title": "T", "text": "T"},
    "POST /api/runs/{id}/units": lambda world, asker: {"level": "chapter", "title": "T"},
    "PATCH /api/units/{id}": lambda world, asker: {"title": "T"},
    "POST /api/runs/{id}/topics": lambda world, asker: {"title": "T", "text": "T"},
    "POST /api/topics/{id}/replies": lambda world, asker: {"text": "T"},
    "POST /api/study": an_upload,
    "POST /api/runs/{id}/assessments": lambda world, asker: an_assessment(world.site),
    "PUT /api/assessments/{id}": lambda world, asker: an_assessment(world.site),
    "PUT /api/attempts/{id}": lambda world, asker: {"answers": [None, None], "rev": 1},
    "POST /api/attempts/{id}/submit": lambda world, asker: {"answers": [1, True]},
    "PUT /api/attempts/{id}/marks": lambda world, asker: {"marks": {"0": {"points": 1}}},
    "POST /api/pushes": lambda world, asker: {"to_kind": "all", "title": "T"},
    "POST /api/support/lookups": lambda world, asker: {"phone": world.roles["learner"].phone},
    "POST /api/support/accounts/{id}/restoring": lambda world, asker: {"reason": "case-1"},
}
