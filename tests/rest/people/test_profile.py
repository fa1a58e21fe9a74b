"""The profile and the personal page (R5, R6)."""

from __future__ import annotations

from typing import Final

import pytest

from protocol.envelopes import Body
from tests.harness.site import Site

FULL: Final[Body] = {
    "real_name": "林 小满",
    "occupation": "student",
    "gender": "female",
    "region": "浙江 杭州",
    "school_text": "示范大学",
    "introduction": "喜欢数学。\n也喜欢爬山。",
}


async def test_r5_nothing_needs_to_be_filled_in(site: Site) -> None:
    person = await site.register()
    answer = await site.get("/api/me/profile", person)
    assert answer.json() == {
        "real_name": "",
        "occupation": None,
        "gender": None,
        "region": "",
        "school_text": "",
        "introduction": "",
        "published_at": None,
    }
    await site.classroom(person)


async def test_r6_saving_publishes_the_personal_page(site: Site) -> None:
    person, reader = await site.register("Lin"), await site.register("Wu")
    page = f"/api/people/{person.account}"
    assert (await site.get(page, reader)).status_code == 404
    saved = await site.client.put("/api/me/profile", json=FULL, headers=person.headers)
    assert saved.status_code == 200
    assert saved.json() == {**FULL, "published_at": saved.json()["published_at"]}
    shown = (await site.get(page, reader)).json()
    assert shown == {**saved.json(), "id": person.account, "name": "Lin", "real_name": None}
    assert (await site.get(page, person)).json()["real_name"] == "林 小满"
    assert (await site.get(page)).status_code == 401


async def test_the_real_name_is_for_the_persons_own_teachers(site: Site) -> None:
    teacher, student, mate = [await site.register(name) for name in ("Ma", "Lin", "Wu")]
    await site.client.put("/api/me/profile", json=FULL, headers=student.headers)
    classroom = await site.classroom(teacher, student, mate)
    page = f"/api/people/{student.account}"
    assert [(await site.get(page, each)).json()["real_name"] for each in (teacher, mate)] == ["林 小满", None]
    await site.command(student, "classroom.leave", classroom)
    assert (await site.get(page, teacher)).json()["real_name"] is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"real_name": ""},
        {"real_name": "   "},
        {"real_name": "a\u202eb"},
        {"real_name": "x" * 41},
        {"occupation": "king"},
        {"occupation": None},
        {"gender": "x"},
        {"region": "r" * 41},
        {"introduction": "a\x00b"},
        {"introduction": "i" * 1001},
    ],
)
async def test_r6_required_fields_are_required_and_all_are_checked(site: Site, wrong: Body) -> None:
    person = await site.register()
    answer = await site.client.put("/api/me/profile", json={**FULL, **wrong}, headers=person.headers)
    assert answer.status_code in (400, 422), answer.text
    assert (await site.get("/api/me/profile", person)).json()["published_at"] is None


async def test_r6_without_a_required_field_nothing_is_published(site: Site) -> None:
    person = await site.register()
    for field in ("real_name", "occupation"):
        body = {name: value for name, value in FULL.items() if name != field}
        answer = await site.client.put("/api/me/profile", json=body, headers=person.headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_field")
    assert await site.database.fetchval("SELECT count(*) FROM profile") == 0
