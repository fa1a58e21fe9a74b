"""Strangers at a classroom's door, and those who were put out of it (docs/security.md, 54 to 68)."""

from __future__ import annotations

import asyncio
import logging
import random

import httpx
import pytest
from redis.asyncio import Redis

from protocol.envelopes import Attached, Body, Command, Done, Event, RefusedReply
from protocol.errors import Code, Refused
from protocol.ids import AccountId, StreamId
from server.core.classroom import CODE_ALPHABET, CODE_LENGTH
from server.guesses import ALARM, MOST, Guesses
from server.ids import draw_id
from tests.edge.campus import Campus
from tests.edge.raw import open_raw
from tests.harness.school import School

GUESSERS = 50
GUESSES = 200  # of each


async def outcome(school: School, account: AccountId, op: str, stream: str, body: Body) -> str:
    try:
        await school.wish(account, op, stream, body)
    except Refused as refused:
        return str(refused.code)
    return "done"


async def test_security_54_fifty_accounts_that_guess_find_nothing_and_somebody_hears_of_it(
    campus: Campus, caplog: pytest.LogCaptureFixture
) -> None:
    """Thirty guesses each, by the road: after twenty each is told the same, whatever it says."""
    school, draw = campus.school, random.Random(54)
    classroom = await school.classroom(await school.person("王老师"))
    # A few more than the alarm takes: where Redis does not answer in time, a miss goes uncounted.
    guessers = await school.people(GUESSERS + 5)

    async def guess(account: AccountId) -> list[str]:
        codes = ["".join(draw.choices(CODE_ALPHABET, k=CODE_LENGTH)) for _ in range(MOST + 10)]
        return [await outcome(school, account, "classroom.join", account, {"code": code}) for code in codes]

    with caplog.at_level(logging.WARNING, logger="shangke.guesses"):
        told = await asyncio.gather(*(guess(account) for account in guessers))
    assert told == [["code_unknown"] * MOST + ["slow_down"] * 10] * len(guessers)
    alarms = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert alarms == [f"wrong class codes this hour: {ALARM}"]
    # Nobody else in the building is slowed down by them.
    newcomer = await school.person("新同学")
    assert await outcome(school, newcomer, "classroom.join", newcomer, {"code": await school.code(classroom)}) == "done"


async def test_security_54_ten_thousand_guesses_by_fifty_accounts_find_nothing(campus: Campus) -> None:
    """At the counter that stands before every look-up. The classroom's own code is among each one's last guesses."""
    school, draw = campus.school, random.Random(54)
    right = await school.code(await school.classroom(await school.person("王老师")))
    guessers = await school.people(GUESSERS)

    async def guess(counter: Guesses, account: AccountId) -> list[str]:
        codes = ["".join(draw.choices(CODE_ALPHABET, k=CODE_LENGTH)) for _ in range(GUESSES - 1)]
        told = []
        for code in (*codes, right):
            try:
                await counter.classroom(school.db, account, None, code)
                told.append("found")
            except Refused as refused:
                told.append(str(refused.code))
        return told

    async with Redis.from_url(school.redis_url) as redis:
        told = await asyncio.gather(*(guess(Guesses(redis), account) for account in guessers))
    assert told == [["code_unknown"] * MOST + ["slow_down"] * (GUESSES - MOST)] * GUESSERS


async def test_security_54_unknown_closed_and_reset_codes_are_told_alike(campus: Campus) -> None:
    school = campus.school
    teacher, stranger = await school.person("王老师"), await school.person("路人")
    closed, reset = await school.classroom(teacher), await school.classroom(teacher)
    codes = ["ZZZZZZ", await school.code(closed), await school.code(reset)]
    await school.wish(teacher, "classroom.close_code", closed)
    await school.wish(teacher, "classroom.reset_code", reset)
    told = []
    for code in codes:
        with pytest.raises(Refused) as refused:
            await school.wish(stranger, "classroom.join", stranger, {"code": code})
        told.append((refused.value.code, refused.value.data, refused.value.retry_after_ms, refused.value.wording))
    assert told == [told[0]] * 3
    assert told[0][0] is Code.CODE_UNKNOWN


async def test_security_55_the_socket_and_rest_share_one_counter_of_account_and_device(campus: Campus) -> None:
    """A QR code and a link hold the same code, and are joined by the same command."""
    node = await campus.start()
    account = await campus.school.person("猜")
    _, token = await campus.device(account)
    async with open_raw(node.port) as raw, httpx.AsyncClient(base_url=node.url) as client:
        await raw.greet(token)
        headers = {"Authorization": f"Bearer {token}"}
        told = []
        for number in range(MOST + 2):
            wish = Command(id=draw_id(), op="classroom.join", stream=account, body={"code": f"ZZZZ{number:02}"})
            if number % 2:
                body = {"id": wish.id, "op": wish.op, "stream": wish.stream, "body": wish.body}
                told.append((await client.post("/api/commands", json=body, headers=headers)).json()["code"])
            else:
                raw.say(wish)
                told.append((await raw.until(RefusedReply)).code)
    assert told == ["code_unknown"] * MOST + ["slow_down"] * 2


async def test_security_57_a_students_wish_for_what_is_the_teachers_is_forbidden_and_logged(
    campus: Campus, caplog: pytest.LogCaptureFixture
) -> None:
    lesson = await campus.lesson(1)
    (student,) = lesson.students
    with caplog.at_level(logging.INFO, logger="shangke.road"):
        told = await outcome(campus.school, student, "session.end", lesson.classroom, {})
    assert told == "forbidden"
    lines = [record.getMessage() for record in caplog.records if "command=session.end" in record.getMessage()]
    assert [(line.split()[0], line.split()[-1]) for line in lines] == [
        (f"stream={lesson.classroom}", "outcome=forbidden")
    ]


async def test_security_59_nobody_replies_to_what_another_classroom_said(campus: Campus) -> None:
    school, here, there = campus.school, await campus.lesson(1), await campus.lesson(1)
    topics = [await school.publish(each.teacher, each.classroom, "discussion") for each in (here, there)]
    theirs: Body = {"activity": topics[1], "text": "theirs"}
    await school.wish(there.students[0], "activity.post", there.classroom, theirs)
    post = await school.db.fetchval("SELECT id FROM post")
    for reply_to in (post, draw_id()):
        said: Body = {"activity": topics[0], "text": "re", "reply_to": reply_to}
        told = await outcome(school, here.students[0], "activity.post", here.classroom, said)
        assert told == "not_found"
    assert await school.db.fetchval("SELECT count(*) FROM post") == 1


async def test_security_65_who_is_kicked_while_posting_has_posted_before_the_kick_or_not_at_all(campus: Campus) -> None:
    school = campus.school
    lesson = await campus.lesson(16)
    topic = await school.publish(lesson.teacher, lesson.classroom, "discussion")
    for student in lesson.students[::2]:
        # Half of them are known already, and are judged without being read.
        await school.wish(student, "activity.post", lesson.classroom, {"activity": topic, "text": "hello"})

    async def race(student: AccountId) -> tuple[str, str]:
        said: Body = {"activity": topic, "text": student}
        return (
            *await asyncio.gather(
                outcome(school, student, "activity.post", lesson.classroom, said),
                outcome(school, lesson.teacher, "member.kick", lesson.classroom, {"account": student}),
            ),
        )

    told = dict(zip(lesson.students, await asyncio.gather(*map(race, lesson.students)), strict=True))
    rows = await school.db.fetch(
        "SELECT seq, name, body FROM event WHERE stream_id = $1 AND name IN ('activity.posted', 'member.left')",
        lesson.classroom,
    )
    left = {row["body"]["account"]: row["seq"] for row in rows if row["name"] == "member.left"}
    said = {row["body"]["post"]["text"]: row["seq"] for row in rows if row["name"] == "activity.posted"}
    for student in lesson.students:
        assert told[student][1] == "done"
        assert told[student][0] == ("done" if student in said else "not_found")
        assert said.get(student, 0) < left[student]


async def test_security_66_who_was_kicked_comes_back_by_the_code_until_it_is_reset(campus: Campus) -> None:
    """The policy (R66): a kick is no ban. Who wants one resets the code, and the one on the wall is dead."""
    school = campus.school
    lesson = await campus.lesson(1)
    (student,) = lesson.students
    code = await school.code(lesson.classroom)
    second = await school.person("同一部手机")
    kick: Body = {"account": student}
    await school.wish(lesson.teacher, "member.kick", lesson.classroom, kick)
    assert await outcome(school, student, "classroom.join", student, {"code": code}) == "done"
    await school.wish(lesson.teacher, "member.kick", lesson.classroom, kick)
    await school.wish(lesson.teacher, "classroom.reset_code", lesson.classroom)
    for account in (student, second):
        assert await outcome(school, account, "classroom.join", account, {"code": code}) == "code_unknown"


async def test_security_68_events_of_two_classrooms_never_cross(campus: Campus) -> None:
    """One student in two classrooms, a device in each, on both nodes."""
    school = campus.school
    a, b = await campus.start("a"), await campus.start("b")
    first, second = await campus.lesson(1), await campus.lesson(0)
    (student,) = first.students
    await school.join(student, second.classroom)
    async with (
        campus.raw(a, student, first.classroom) as phone,
        campus.raw(b, student, second.classroom) as tablet,
        campus.raw(a, first.teacher) as one,
        campus.raw(b, second.teacher) as other,
    ):
        for raw in (phone, tablet):
            await raw.until(Attached)
        for number in range(20):
            for raw, lesson in ((one, first), (other, second)):
                name = f"{lesson.classroom} {number}"
                raw.say(Command(id=draw_id(), op="classroom.rename", stream=lesson.classroom, body={"name": name}))
                await raw.until(Done)
        for raw, lesson in ((phone, first), (tablet, second)):
            names = [(await raw.until(Event)).body["name"] for _ in range(20)]  # type: ignore[index]  # renamings
            assert names == [f"{lesson.classroom} {number}" for number in range(20)]
            assert {each.stream for each in raw.seen if isinstance(each, Event)} == {StreamId(lesson.classroom)}
