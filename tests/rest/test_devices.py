"""Logging in on several devices, slowing guesses down, logging out (R3, R4)."""

from __future__ import annotations

import asyncio

from argon2 import extract_parameters

from protocol.ids import StreamId
from server.bus import Control, DeliveryPart, LoggedOut, open_bus
from server.hub.prepared import PreparedGauge
from server.limiter import WRONG_LOGINS_OF_PASSWORD
from server.token import hash_token
from tests.harness.site import PASSWORD, Person, Site, a_phone


class ControlEars:
    """Hears what is said to all nodes; the rest of the bell is other tests' business."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[Control] = asyncio.Queue()

    def hear_control(self, control: Control) -> None:
        self.heard.put_nowait(control)

    def hear_events(self, stream: object, events: object) -> None: ...
    def hear_gauge(self, stream: object, gauge: PreparedGauge) -> None: ...
    def hear_signal(self, stream: object, sender: object, frame: bytes) -> None: ...
    def hear_part(self, stream: object, part: DeliveryPart) -> None: ...
    def hear_return(self) -> None: ...


async def ids(site: Site, person: Person) -> list[str]:
    return [device["id"] for device in (await site.get("/api/devices", person)).json()["devices"]]


async def test_one_account_on_several_clients_r3(site: Site) -> None:
    person = await site.register()
    answer = await site.log_in(person.phone, client_kind="app", client_version="1.2.0", label="Pixel 9")
    assert answer.status_code == 201
    assert answer.json()["account"]["id"] == person.account
    newest, first = (await site.get("/api/devices", person)).json()["devices"]
    assert (newest["client_kind"], newest["client_version"], newest["label"]) == ("app", "1.2.0", "Pixel 9")
    assert (newest["is_current"], first["is_current"]) == (False, True)
    assert first["id"] == person.logged_in.device


async def test_the_sixth_device_takes_the_oldest_ones_place_on_every_node(site: Site, redis_url: str) -> None:
    ears = ControlEars()
    async with open_bus(redis_url, ears) as other_node, asyncio.timeout(10):
        assert await other_node.subscribe([StreamId("x" * 16)])
        first = await site.register()
        later = [await site.another_device(first) for _ in range(5)]
        assert await ids(site, later[-1]) == [each.logged_in.device for each in reversed(later)]
        assert (await site.get("/api/me", first)).status_code == 401
        assert await ears.heard.get() == LoggedOut(
            account=first.logged_in.account.id, devices=(first.logged_in.device,)
        )


async def test_many_log_ins_at_once_leave_five_devices(site: Site) -> None:
    person = await site.register()
    answers = await asyncio.gather(*(site.log_in(person.phone) for _ in range(10)))
    assert [answer.status_code for answer in answers] == [201] * 10
    assert await site.database.fetchval("SELECT count(*) FROM device") == 5


async def test_logging_out_ends_this_device_or_another_of_ones_own_at_once(site: Site, redis_url: str) -> None:
    ears = ControlEars()
    async with open_bus(redis_url, ears) as other_node, asyncio.timeout(10):
        assert await other_node.subscribe([StreamId("x" * 16)])
        first = await site.register()
        second = await site.another_device(first)
        gone = await site.client.delete(f"/api/devices/{second.logged_in.device}", headers=first.headers)
        assert gone.status_code == 204
        assert (await site.get("/api/me", second)).status_code == 401
        assert await ears.heard.get() == LoggedOut(
            account=first.logged_in.account.id, devices=(second.logged_in.device,)
        )
        assert (await site.client.delete("/api/devices/current", headers=first.headers)).status_code == 204
        assert (await site.get("/api/me", first)).status_code == 401
        assert await ears.heard.get() == LoggedOut(
            account=first.logged_in.account.id, devices=(first.logged_in.device,)
        )


async def test_somebody_elses_device_is_as_missing_as_no_device(site: Site) -> None:
    person, other = await site.register(), await site.register()
    theirs = await site.client.delete(f"/api/devices/{other.logged_in.device}", headers=person.headers)
    missing = await site.client.delete(f"/api/devices/{'x' * 16}", headers=person.headers)
    assert (theirs.status_code, missing.status_code) == (404, 404)
    ours = {**theirs.json(), "request_id": ""}
    assert ours == {**missing.json(), "request_id": ""}
    assert (await site.get("/api/me", other)).status_code == 200


async def test_a_wrong_password_an_unknown_number_and_a_closed_account_are_told_alike(site: Site) -> None:
    person, closed = await site.register(), await site.register()
    await site.database.execute("UPDATE account SET state = 'closed' WHERE id = $1", closed.account)
    answers = [
        await site.log_in(person.phone, "wrong horse 41"),
        await site.log_in(a_phone()),
        await site.log_in(closed.phone),
    ]
    bodies = [{**answer.json(), "request_id": ""} for answer in answers]
    assert [answer.status_code for answer in answers] == [401] * 3
    assert bodies[0] == bodies[1] == bodies[2]
    assert bodies[0]["code"] == "bad_login"
    assert (await site.get("/api/me", closed)).status_code == 401


async def test_an_unknown_number_is_hashed_for_like_a_wrong_password(site: Site) -> None:
    """So it takes as long: a hash with the same parameters is nearly all of it, and each try makes one."""
    known, closed = await site.register(), await site.register()
    await site.database.execute("UPDATE account SET state = 'closed' WHERE id = $1", closed.account)
    passwords = site.services.entrance.passwords
    for phone in (known.phone, a_phone(), closed.phone):
        before = passwords.n_hashed
        assert (await site.log_in(phone, "wrong horse 41")).status_code == 401
        assert passwords.n_hashed == before + 1
    stored = await site.database.fetchval("SELECT password_hash FROM account WHERE id = $1", known.account)
    assert extract_parameters(stored) == extract_parameters(passwords.nobody)


async def test_ten_wrong_guesses_slow_strangers_down_but_not_the_owners_device(site: Site) -> None:
    person = await site.register()
    outcomes = [(await site.log_in(person.phone, f"wrong horse {number}")).status_code for number in range(10)]
    assert outcomes == [401] * 10
    slowed = await site.log_in(person.phone)
    assert (slowed.status_code, slowed.json()["code"]) == (429, "slow_down")
    assert 0 < int(slowed.headers["retry-after"]) <= 900
    key = person.logged_in.device_key
    forged = await site.log_in(person.phone, device_key=key[:-1] + ("y" if key.endswith("x") else "x"))
    assert forged.status_code == 429
    own = await site.log_in(person.phone, device_key=key)
    assert own.status_code == 201
    other = await site.register()
    assert (await site.log_in(person.phone, device_key=other.logged_in.device_key)).status_code == 429


async def test_security_43_one_password_at_five_hundred_numbers_is_slowed_down_and_nobody_else(site: Site) -> None:
    sprayed, most = "sprayed horse 43", WRONG_LOGINS_OF_PASSWORD.windows[0].most
    statuses = list[int]()
    for _ in range(10):
        answers = await asyncio.gather(*(site.log_in(a_phone(), sprayed) for _ in range(50)))
        statuses += [answer.status_code for answer in answers]
    assert sorted(statuses) == [401] * most + [429] * (500 - most)
    assert (await site.log_in((await site.register()).phone)).status_code == 201


async def test_a_slowed_number_is_slowed_whether_or_not_it_is_known(site: Site) -> None:
    phone = a_phone()
    assert [(await site.log_in(phone)).status_code for _ in range(11)] == [401] * 10 + [429]


async def test_a_reset_lets_strangers_guess_anew(site: Site) -> None:
    person = await site.register()
    for number in range(10):
        await site.log_in(person.phone, f"wrong horse {number}")
    site.clock.pass_by(minutes=1)
    body = {"phone": person.phone, "code": await site.code(person.phone, "reset"), "password": PASSWORD}
    assert (await site.client.post("/api/passwords", json=body)).status_code == 200
    assert (await site.log_in(person.phone)).status_code == 201


async def test_a_password_and_a_code_are_not_both_taken(site: Site) -> None:
    person = await site.register()
    for body in ({"phone": person.phone}, {"phone": person.phone, "password": PASSWORD, "code": "123456"}):
        answer = await site.client.post("/api/devices", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_field")


async def test_only_the_hash_of_a_token_is_kept(site: Site) -> None:
    person = await site.register()
    token = person.logged_in.token
    assert len(token) == 43
    row = await site.database.fetchrow("SELECT token_hash, device::text AS whole FROM device")
    assert row is not None
    assert row["token_hash"] == hash_token(token)
    assert token not in row["whole"]


async def test_tokens_that_are_none_of_ours_open_nothing(site: Site) -> None:
    person = await site.register()
    token = person.logged_in.token
    await site.database.execute("UPDATE device SET expires_at = now() - interval '1 second'")
    headers = ["", "Bearer", "Bearer null", f"Bearer {token}", f"Basic {token}", token, "Bearer " + "a" * 43]
    headers += [f"Bearer {token[:-1]}", "Bearer " + "a" * 5_000, "Bearer eyJhbGciOiJub25lIn0.e30."]
    for header in headers:
        answer = await site.client.get("/api/me", headers={"Authorization": header})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), header
        assert answer.headers["www-authenticate"] == "Bearer"
    assert (await site.client.get(f"/api/me?token={token}")).status_code == 401
    assert (await site.client.get("/api/me", headers={"Cookie": f"token={token}"})).status_code == 401


async def test_a_device_that_is_used_stays_logged_in(site: Site) -> None:
    person = await site.register()
    await site.database.execute(
        "UPDATE device SET seen_at = now() - interval '20 days', expires_at = now() + interval '1 day'"
    )
    await site.get("/api/me", person)
    row = await site.database.fetchrow(
        """
        SELECT seen_at > now() - interval '1 minute' AS seen, expires_at > now() + interval '29 days' AS lives
          FROM device
        """
    )
    assert row is not None
    assert (row["seen"], row["lives"]) == (True, True)
