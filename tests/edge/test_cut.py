"""Who loses a right loses it at once, on every node (I11)."""

from __future__ import annotations

import asyncio
import contextlib

from protocol.close import Close
from protocol.envelopes import (
    Attach,
    Attached,
    Command,
    Done,
    Event,
    Fault,
    Gone,
    Hello,
    Refresh,
    RefusedReply,
    Snapshot,
)
from protocol.ids import StreamId
from server.bus import open_bus
from server.embedded import EmbeddedRedis
from server.ids import draw_id
from tests.edge.campus import Campus
from tests.edge.raw import Raw, open_raw
from tests.harness.inside import inside


async def test_a_kick_cuts_the_stream_on_every_node(campus: Campus) -> None:
    lesson = await campus.lesson(2)
    kicked, stays = lesson.students
    a, b = await campus.start("a"), await campus.start("b")
    async with (
        campus.raw(a, lesson.teacher, lesson.classroom) as teacher,
        campus.raw(a, kicked, lesson.classroom) as phone,
        campus.raw(b, kicked, lesson.classroom) as tablet,
        campus.raw(b, stays, lesson.classroom) as other,
    ):
        for raw in (teacher, phone, tablet, other):
            await raw.until(Attached)
        teacher.say(Command(id=draw_id(), op="member.kick", stream=lesson.classroom, body={"account": kicked}))
        for raw in (phone, tablet):
            gone = await raw.until(Gone)
            assert gone.stream == StreamId(lesson.classroom)
            assert [
                each for each in raw.seen if isinstance(each, Event) and each.stream == StreamId(lesson.classroom)
            ] == []
            # The stream is as if it had never been, the socket lives on.
            raw.say(Attach(stream=lesson.classroom, position=1, audience="student"))
            assert await raw.until(Gone) == gone
        teacher.say(Command(id=draw_id(), op="classroom.rename", stream=lesson.classroom, body={"name": "不"}))
        await other.until(Event)
        phone.say(Command(id="last-word", op="account.rename", stream=kicked, body={"name": "外"}))
        await phone.until(Done)
        assert [
            each for each in phone.seen if isinstance(each, Event) and each.stream == StreamId(lesson.classroom)
        ] == []


async def test_a_new_role_is_seen_with_new_eyes_at_once(campus: Campus) -> None:
    lesson = await campus.lesson(1)
    (student,) = lesson.students
    a, b = await campus.start("a"), await campus.start("b")
    async with campus.raw(a, lesson.teacher) as teacher, campus.raw(b, student, lesson.classroom) as raw:
        await raw.until(Attached)
        body: dict[str, object] = {"account": student, "role": "assistant"}
        teacher.say(Command(id=draw_id(), op="member.set_role", stream=lesson.classroom, body=body))
        snapshot = await raw.until(Snapshot)
        assert (snapshot.audience, len(snapshot.state["members"])) == ("staff", 2)  # type: ignore[arg-type]  # a list
        assert (await raw.until(Attached)).how == "snapshot"


async def test_security_67_a_lost_role_is_lost_on_the_live_socket_at_once(campus: Campus) -> None:
    lesson = await campus.lesson(1)
    (student,) = lesson.students
    a, b = await campus.start("a"), await campus.start("b")
    async with campus.raw(a, lesson.teacher) as teacher, campus.raw(b, student, lesson.classroom) as raw:
        await raw.until(Attached)
        for role, heard in (("assistant", Done), ("student", RefusedReply)):
            body: dict[str, object] = {"account": student, "role": role}
            teacher.say(Command(id=draw_id(), op="member.set_role", stream=lesson.classroom, body=body))
            await teacher.until(Done)
            draft: dict[str, object] = {"kind": "discussion", "title": "T", "config": {}}
            raw.say(Command(id=draw_id(), op="activity.draft", stream=lesson.classroom, body=draft))
            told = await raw.until(heard)
        assert isinstance(told, RefusedReply)
        assert told.code == "forbidden"


async def test_security_64_a_kick_cuts_the_stream_on_every_node_without_redis_too(
    campus: Campus, own_redis: EmbeddedRedis
) -> None:
    """Within five seconds: each node asks the book itself."""
    lesson = await campus.lesson(1)
    (kicked,) = lesson.students
    async with contextlib.AsyncExitStack() as stack:
        a, b = [
            await stack.enter_async_context(
                inside(
                    name,
                    database_url=campus.nodes.database_url,
                    redis_url=own_redis.url(),
                    folder=campus.nodes.folder,
                )
            )
            for name in ("a", "b")
        ]
        async with campus.raw(a, lesson.teacher) as teacher, campus.raw(b, kicked, lesson.classroom) as phone:
            await phone.until(Attached)
            await own_redis.child.stop()
            teacher.say(Command(id=draw_id(), op="member.kick", stream=lesson.classroom, body={"account": kicked}))
            await teacher.until(Done)
            async with asyncio.timeout(5):
                assert (await phone.until(Gone)).stream == StreamId(lesson.classroom)


async def test_a_log_out_closes_the_sockets_of_its_devices_on_every_node(campus: Campus) -> None:
    account = await campus.school.person("甲")
    a, b = await campus.start("a"), await campus.start("b")
    here, token_here = await campus.device(account)
    _, token_there = await campus.device(account)
    async with open_raw(a.port) as first, open_raw(b.port) as second, open_bus(campus.school.redis_url) as bus:
        await first.greet(token_here)
        await second.greet(token_there)
        bus.publish_logged_out(account, [here])
        assert await first.close_code() == Close.LOGGED_OUT
        second.say(Command(id=draw_id(), op="account.rename", stream=account, body={"name": "乙"}))
        await second.until(Done)
        # The row is still there, as for a look-up that began before the log-out: its token is no good any more.
        async with open_raw(b.port) as late:
            await say_hello(late, token_here)
            assert await late.close_code() == Close.UNAUTHENTICATED
        bus.publish_logged_out(account)
        assert await second.close_code() == Close.LOGGED_OUT


async def say_hello(raw: Raw, token: str) -> None:
    raw.say(Hello(token=token, client_kind="web", client_version="1"))


async def test_the_newest_devices_win_over_all_nodes(campus: Campus) -> None:
    account = await campus.school.person("甲")
    a, b = await campus.start("a"), await campus.start("b")
    async with campus.raw(a, account, account) as oldest, campus.raw(a, account, account) as second:
        await oldest.until(Attached)
        async with (
            campus.raw(b, account, account),
            campus.raw(b, account, account),
            campus.raw(b, account, account),
            campus.raw(b, account, account) as newest,
        ):
            assert await oldest.close_code() == Close.TOO_MANY_DEVICES
            for raw in (second, newest):
                command = Command(id=draw_id(), op="account.rename", stream=account, body={"name": "乙"})
                raw.say(command)
                assert (await raw.until(Done)).id == command.id


async def test_a_newer_token_of_the_same_device_is_taken_and_another_is_not(campus: Campus) -> None:
    account, other = await campus.school.person("甲"), await campus.school.person("乙")
    node = await campus.start()
    _, foreign = await campus.device(other)
    async with campus.raw(node, account) as raw:
        for token in (foreign, "", "x" * 43):
            raw.say(Refresh(token=token))
            assert (await raw.until(Fault)).code == "unauthenticated"
        raw.say(Command(id="still-here", op="account.rename", stream=account, body={"name": "丙"}))
        await raw.until(Done)


async def test_more_than_two_hundred_streams_are_refused(campus: Campus) -> None:
    account = await campus.school.person("甲")
    node = await campus.start()
    lesson = await campus.lesson(0)
    async with campus.raw(node, account) as raw:
        raw.say(*(Attach(stream=draw_id()) for _ in range(200)))
        for _ in range(200):
            await raw.until(Gone)
        raw.say(*(Attach(stream=draw_id()) for _ in range(150)))
        raw.say(*(Attach(stream=draw_id()) for _ in range(149)))
        assert await until_either(raw) in ("gone", "too_many_streams")
        raw.say(Attach(stream=account))
        await raw.until(Attached)
    assert lesson.students == []


async def until_either(raw: Raw) -> str:
    while True:
        each = await raw.next()
        if isinstance(each, Gone):
            return "gone"
        if isinstance(each, Fault):
            return each.code
