"""One-time codes: how many are sent, to whom, and how often one may be guessed."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from server.core.sending import LIMITS
from server.limiter import CODES_SENT
from server.one_time_code import TRIES, Purpose
from tests.harness.rows import dump
from tests.harness.site import PASSWORD, PRODUCTION, Site, a_phone, a_site
from tests.rest.test_files import PNG

SAID = "a question only the class may read"


async def ask(site: Site, phone: str, purpose: Purpose = "login") -> int:
    return (await site.client.post("/api/codes", json={"phone": phone, "purpose": purpose})).status_code


async def guess(site: Site, phone: str, code: str, nonce: str | None = None) -> str:
    answer = await site.client.post("/api/devices", json={"phone": phone, "code": code, "nonce": nonce})
    return "in" if answer.status_code == 201 else str(answer.json()["code"])


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def test_one_number_gets_one_code_a_minute_however_it_is_written(site: Site) -> None:
    phone = a_phone()
    assert await ask(site, phone) == 204
    full_width = phone.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})
    spellings = [f"+86{phone}", f"0086{phone}", f"86{phone}", full_width, f" {phone[:3]} {phone[3:7]}-{phone[7:]} "]
    spellings += [f"{phone}\n", f"＋86 {phone}", f"(+86){phone}", f"\u202a{phone}\u202c"]
    purposes: list[Purpose] = ["register", "login", "reset"]
    for number, spelling in enumerate(spellings):
        answer = await site.client.post("/api/codes", json={"phone": spelling, "purpose": purposes[number % 3]})
        assert (answer.status_code, answer.json()["code"]) == (429, "slow_down"), spelling
        assert 55 <= int(answer.headers["retry-after"]) <= 60
    assert len(site.sms.messages) == 1
    assert site.sms.messages[0].phone == f"+86{phone}"


async def test_five_an_hour_for_all_purposes_together(site: Site) -> None:
    phone = a_phone()
    purposes: list[Purpose] = ["register", "login", "reset"]
    statuses = []
    for minute in range(8):
        statuses.append(await ask(site, phone, purposes[minute % 3]))
        site.clock.pass_by(minutes=1)
    assert statuses == [204] * 5 + [429] * 3
    assert len(site.sms.messages) == 5
    site.clock.pass_by(hours=1)
    assert await ask(site, phone) == 204


async def test_ten_a_day_however_far_apart(site: Site) -> None:
    phone, statuses = a_phone(), []
    for _ in range(12):
        statuses.append(await ask(site, phone))
        site.clock.pass_by(minutes=70)
    assert statuses == [204] * 10 + [429] * 2
    assert len(site.sms.messages) == 10


async def test_asking_in_vain_uses_up_nothing_of_what_there_is_for_all(site: Site) -> None:
    phone = a_phone()
    await asyncio.gather(*(ask(site, phone) for _ in range(CODES_SENT.windows[0].most + 50)))
    assert await ask(site, a_phone()) == 204


async def test_codes_to_more_and_more_numbers_meet_the_limit_of_all(site: Site) -> None:
    """A thousand numbers within a minute, of the checklist."""
    most = CODES_SENT.windows[0].most
    statuses = list[int]()
    for _ in range(20):
        statuses += await asyncio.gather(*(ask(site, a_phone()) for _ in range(50)))
    assert sorted(statuses) == [204] * most + [429] * (1_000 - most)
    assert len(site.sms.messages) == most


async def test_fifty_at_once_send_exactly_one(site: Site) -> None:
    phone = a_phone()
    statuses = await asyncio.gather(*(ask(site, phone) for _ in range(50)))
    assert sorted(statuses) == [204] + [429] * 49
    assert len(site.sms.messages) == 1


async def test_what_is_no_mobile_number_gets_none(site: Site) -> None:
    for phone in ("12345678901", "1380000000", "138000000000", "+1 202 555 0100", "１３８", "abc", "٠١٢٣٤٥"):
        answer = await site.client.post("/api/codes", json={"phone": phone, "purpose": "login"})
        assert (phone, answer.status_code) == (phone, 422)
    assert site.sms.messages == []


async def test_registered_and_unknown_numbers_are_answered_the_same(site: Site) -> None:
    known, unknown = (await site.register()).phone, a_phone()
    site.clock.pass_by(minutes=1)
    purposes: list[Purpose] = ["register", "login", "reset"]
    for purpose in purposes:
        assert [await ask(site, known, purpose), await ask(site, unknown, purpose)] == [204, 204]
        site.clock.pass_by(minutes=1)


async def test_a_code_logs_in_once_r4(site: Site) -> None:
    person = await site.register()
    site.clock.pass_by(minutes=1)
    code = await site.code(person.phone, "login")
    assert await guess(site, f"+86 {person.phone}", code) == "in"
    assert await guess(site, person.phone, code) == "bad_code"


async def test_one_code_at_once_from_many_devices_lets_one_in(site: Site) -> None:
    person = await site.register()
    site.clock.pass_by(minutes=1)
    code = await site.code(person.phone, "login")
    outcomes = await asyncio.gather(*(guess(site, person.phone, code) for _ in range(5)))
    assert sorted(outcomes) == ["bad_code"] * 4 + ["in"]


async def test_after_five_wrong_tries_the_right_code_is_void(site: Site) -> None:
    person = await site.register()
    site.clock.pass_by(minutes=1)
    code = await site.code(person.phone, "login")
    assert [await guess(site, person.phone, wrong(code)) for _ in range(6)] == ["bad_code"] * 6
    assert await guess(site, person.phone, code) == "bad_code"


async def test_a_hundred_guesses_at_once_count_as_a_hundred(site: Site) -> None:
    person = await site.register()
    site.clock.pass_by(minutes=1)
    code = await site.code(person.phone, "login")
    await asyncio.gather(*(guess(site, person.phone, wrong(code)) for _ in range(100)))
    assert await site.database.fetchval("SELECT n_tries FROM one_time_code WHERE purpose = 'login'") == 5
    assert await guess(site, person.phone, code) == "bad_code"


def test_a_day_of_guesses_at_one_number_is_right_once_in_twenty_thousand() -> None:
    (per_day,) = [most for most, window in LIMITS if window == timedelta(days=1)]
    assert TRIES * per_day * 20_000 <= 10**6


async def test_a_code_is_for_five_minutes_one_purpose_and_one_number(site: Site) -> None:
    person, other = await site.register(), await site.register()
    site.clock.pass_by(minutes=1)
    code = await site.code(person.phone, "reset")
    assert await guess(site, person.phone, code) == "bad_code"
    assert await guess(site, other.phone, code) == "bad_code"
    site.clock.pass_by(minutes=1)
    code = await site.code(person.phone, "login")
    site.clock.pass_by(minutes=5, seconds=1)
    assert await guess(site, person.phone, code) == "bad_code"


async def test_security_39_a_code_is_good_only_for_the_client_that_asked(site: Site) -> None:
    person = await site.register()
    for asker, others in (("a" * 32, ("b" * 32, None)), (None, ("b" * 32,))):
        site.clock.pass_by(minutes=1)
        asked = {"phone": person.phone, "purpose": "login", "nonce": asker}
        assert (await site.client.post("/api/codes", json=asked)).status_code == 204
        code = site.sms.messages[-1].code
        for other in others:
            assert await guess(site, person.phone, code, other) == "bad_code"
        assert await guess(site, person.phone, code, asker) == "in"


async def test_security_39_another_client_neither_registers_nor_resets_with_a_code(site: Site) -> None:
    person, phone, nonce = await site.register(), a_phone(), "a" * 32
    site.clock.pass_by(minutes=1)
    for path, number, purpose, status in (
        ("/api/accounts", phone, "register", 201),
        ("/api/passwords", person.phone, "reset", 200),
    ):
        await site.client.post("/api/codes", json={"phone": number, "purpose": purpose, "nonce": nonce})
        body = {"phone": number, "code": site.sms.messages[-1].code, "password": PASSWORD}
        stolen = await site.client.post(path, json=body)
        assert (stolen.status_code, stolen.json()["code"]) == (403, "bad_code")
        assert (await site.client.post(path, json={**body, "nonce": nonce})).status_code == status


async def test_a_newer_code_ends_the_older_one(site: Site) -> None:
    person = await site.register()
    site.clock.pass_by(minutes=1)
    older = await site.code(person.phone, "login")
    site.clock.pass_by(minutes=1)
    newer = await site.code(person.phone, "login")
    assert older == newer or await guess(site, person.phone, older) == "bad_code"
    assert await guess(site, person.phone, newer) == "in"


@pytest.mark.parametrize("settings", [{}, PRODUCTION], ids=["development", "production"])
async def test_there_is_no_code_that_opens_everything(
    database: str, redis_url: str, tmp_path: Path, settings: dict[str, str]
) -> None:
    async with a_site(database, redis_url, tmp_path, **settings) as site:
        person = await site.register()
        headers = {"X-Debug": "1", "X-Test": "1", "Cookie": "debug=1"}
        for code in ("000000", "123456", "888888", "", "0", "１２３４５６", "'; --"):
            body = {"phone": person.phone, "code": code}
            answer = await site.client.post("/api/devices?debug=1", json=body, headers=headers)
            assert answer.status_code in (403, 422), code


async def test_an_unknown_number_with_the_right_code_hears_that_it_is_unknown(site: Site) -> None:
    phone = a_phone()
    assert await guess(site, phone, await site.code(phone, "login")) == "phone_unknown"


async def test_a_provider_that_is_down_is_told_and_counted(site: Site) -> None:
    site.sms.is_down = True
    phone = a_phone()
    answer = await site.client.post("/api/codes", json={"phone": phone, "purpose": "login"})
    assert (answer.status_code, answer.json()["code"], answer.json()["retry"]) == (503, "sms_failed", True)
    assert await ask(site, phone) == 429


async def test_no_code_number_password_or_token_comes_into_a_log(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    person = await site.register()
    code = site.sms.messages[-1].code
    await site.get("/api/me", person)
    await site.log_in(person.phone, "wrong horse 41")
    classroom = await site.classroom(person)
    await site.command(person, "session.start", classroom)
    topic = await site.publish(person, classroom, "discussion", {})
    await site.command(person, "activity.post", classroom, {"activity": topic, "text": SAID})
    path = f"/api/classrooms/{classroom}/files?name=x.png"
    file = (await site.client.post(path, content=PNG, headers=person.headers)).json()["id"]
    link = urlsplit((await site.get(f"/api/files/{file}/link", person)).json()["url"])
    assert (await site.client.get(f"{link.path}?{link.query}")).status_code == 200
    signature = parse_qs(link.query)["signature"][0]
    site.clock.pass_by(minutes=1)
    site.sms.is_down = True
    assert await ask(site, person.phone) == 503
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("shangke"))
    assert "route=/api/accounts status=201" in ours
    secrets = (code, person.logged_in.token, person.logged_in.device_key, PASSWORD, "horse", signature)
    for secret in (*secrets, person.phone, SAID):
        assert secret not in ours
    book = await dump(site.database)
    assert (person.phone in book, SAID in book) == (True, True)
    # A code has but six digits, which may be in a time by chance.
    assert [each for each in secrets if each in book and each != code] == []
    codes = await site.database.fetch("SELECT * FROM one_time_code")
    assert code not in [value for row in codes for value in row.values()]
    assert person.phone not in repr(site.sms.messages)
    assert code not in repr(site.sms.messages)
