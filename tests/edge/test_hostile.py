"""Frames and messages that no client of ours sends: the answer is a refusal or a goodbye, never harm to others."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable

from protocol.close import Close
from protocol.envelopes import Attached, Command, Done, Fault, Pong, RefusedReply
from protocol.limits import MESSAGE_BYTES
from server.ids import draw_id
from tests.edge.campus import Campus
from tests.edge.raw import Raw, frame_bytes

# What the peer sends, and the close code it earns.
FRAMES: dict[str, tuple[Callable[[Raw], None], int]] = {
    "too large a message": (lambda raw: raw.frame(bytes(MESSAGE_BYTES + 1)), 1009),
    "a header that claims 2^62 bytes": (lambda raw: raw.raw(struct.pack("!BBQ", 0x82, 0xFF, 2**62)), 1009),
    "too large in one-byte fragments": (lambda raw: fragments(raw, b"x", MESSAGE_BYTES + 2), Close.TOO_FAST),
    "too large in halves": (lambda raw: fragments(raw, bytes(MESSAGE_BYTES // 2 + 1), 2), 1009),
    "empty fragments without end": (lambda raw: fragments(raw, b"", 400_000), Close.TOO_FAST),
    "pings without end": (lambda raw: raw.raw(frame_bytes(b"hi", 9) * 10_000), Close.TOO_FAST),
    "unmasked": (lambda raw: raw.frame(b"x", is_masked=False), 1002),
    "a reserved bit": (lambda raw: raw.frame(b"x", first=0xC0), 1002),
    "opcode 3": (lambda raw: raw.frame(b"x", 3), 1002),
    "opcode 11": (lambda raw: raw.frame(b"x", 11), 1002),
    "a long ping": (lambda raw: raw.frame(bytes(126), 9), 1002),
    "a fragmented ping": (lambda raw: raw.frame(b"x", 9, first=0), 1002),
    "a continuation of nothing": (lambda raw: raw.frame(b"x", 0), 1002),
    "close with code 999": (lambda raw: raw.frame(struct.pack("!H", 999), 8), 1002),
    "close with code 1005": (lambda raw: raw.frame(struct.pack("!H", 1005), 8), 1002),
    "close with half a code": (lambda raw: raw.frame(b"\x03", 8), 1002),
    "close with bad UTF-8": (lambda raw: raw.frame(struct.pack("!H", 1000) + b"\xff", 8), 1007),
    "text that is no UTF-8": (lambda raw: raw.frame(b"\xff\xfe", 1), 1007),
    "a proper goodbye": (lambda raw: raw.frame(struct.pack("!H", 1000), 8), 1000),
}

MESSAGES: dict[str, bytes] = {
    "nothing": b"",
    "not ours": b"\xc1",
    "nested": b"\x91" * 16_000,
    "array32 of 4 G": b"\xdd\xff\xff\xff\xff",
    "map32 of 4 G": b"\xdf\xff\xff\xff\xff",
    "bin32 of 4 G": b"\xc6\xff\xff\xff\xff",
    "ext32 of 4 G": b"\xc9\xff\xff\xff\xff\x01",
    "headers that promise more headers": (b"\xdd" + struct.pack("!I", 16_000)) * 500,
    "half an envelope": b"\x95\x01\xa8",
    "a timestamp": b"\xd7\xff" + bytes(8),
    "an unknown tag": b"\x91\x63",
    "a tag of ours only we may send": b"\x91\x10",
}


def fragments(raw: Raw, piece: bytes, n: int) -> None:
    raw.frame(piece, 2, first=0)
    raw.raw(frame_bytes(piece, 0, first=0) * (n - 1))


async def test_frames_that_break_the_rules_earn_the_right_goodbye(campus: Campus) -> None:
    node = await campus.start()
    account = await campus.school.person("甲")
    found = {}
    for case, (send, _) in FRAMES.items():
        async with campus.raw(node, account) as raw:
            send(raw)
            found[case] = await raw.close_code()
    # What was still unread when it said goodbye may have cost the goodbye itself.
    expected = {case: code if found[case] != 1006 else 1006 for case, (_, code) in FRAMES.items()}
    assert found == expected
    assert [case for case, code in found.items() if code == 1006 and "without end" not in case] in (
        [],
        ["too large in one-byte fragments"],
    )


async def test_messages_that_mean_nothing_are_told_so_and_then_closed(campus: Campus) -> None:
    node = await campus.start()
    account = await campus.school.person("甲")
    async with campus.raw(node, account) as raw:
        for case in list(MESSAGES)[:9]:
            raw.frame(MESSAGES[case])
            assert (case, (await raw.until(Fault)).code) == (case, "bad_message")
        raw.say(Command(id="still-here", op="account.rename", stream=account, body={"name": "乙"}))
        assert (await raw.until(Done)).id == "still-here"
        raw.frame(b"\xc1")
        assert await raw.close_code() == Close.BAD_MESSAGE
    async with campus.raw(node, account) as raw:
        for case in list(MESSAGES)[9:]:
            raw.frame(MESSAGES[case])
            assert (case, (await raw.until(Fault)).code) == (case, "bad_message")


async def test_what_is_refused_is_refused_by_its_id(campus: Campus) -> None:
    lesson = await campus.lesson(1)
    node = await campus.start()
    cases: dict[str, tuple[str, str, dict[str, object], str]] = {
        "an unknown command": ("classroom.explode", lesson.classroom, {}, "unknown_command"),
        "a missing field": ("classroom.rename", lesson.classroom, {}, "bad_field"),
        "a wrong type": ("classroom.rename", lesson.classroom, {"name": True}, "bad_field"),
        "a stream of nobody": ("classroom.rename", draw_id(), {"name": "x"}, "not_found"),
        "no right": ("classroom.rename", lesson.classroom, {"name": "x"}, "forbidden"),
    }
    async with campus.raw(node, lesson.students[0]) as raw:
        for case, (op, stream, body, code) in cases.items():
            command = Command(id=draw_id(), op=op, stream=stream, body=body)
            raw.say(command)
            refused = await raw.until(RefusedReply)
            assert (case, refused.id, refused.code) == (case, command.id, code)


async def test_a_thousand_commands_at_once_are_slowed_down_and_then_closed(campus: Campus) -> None:
    node = await campus.start()
    account = await campus.school.person("甲")
    async with campus.raw(node, account) as raw:
        for number in range(1_000):
            raw.say(Command(id=f"command{number:05}", op="nothing", stream=account))
        assert await raw.close_code() == Close.TOO_FAST
        refusals = [each for each in raw.seen if isinstance(each, RefusedReply)]
        slowed = [each for each in refusals if each.code == "slow_down"]
        assert len(slowed) >= 60
        assert all(each.retry and each.retry_after_ms for each in slowed)
        assert {each.code for each in refusals} <= {"slow_down", "unknown_command"}


async def test_a_hostile_socket_does_not_slow_the_others(campus: Campus) -> None:
    lesson = await campus.lesson(1)
    node = await campus.start()
    loop = asyncio.get_running_loop()
    async with campus.raw(node, lesson.teacher, lesson.classroom) as good, campus.raw(node, lesson.students[0]) as bad:
        await good.until(Attached)
        bad.raw(frame_bytes(b"", 9) * 100_000)
        began = loop.time()
        for number in range(10):
            good.say(
                Command(id=f"rename{number:04}", op="classroom.rename", stream=lesson.classroom, body={"name": "x"})
            )
            await good.until(Done)
        assert loop.time() - began < 3
        good.say(Pong(positions={"S" * 16: 5, lesson.classroom: 2**53}))
        good.say(Command(id="again-0001", op="classroom.rename", stream=lesson.classroom, body={"name": "y"}))
        await good.until(Done)
