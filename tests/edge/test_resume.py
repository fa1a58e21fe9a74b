"""A client gets a complete continuation or a snapshot with its position, never a hole (I4)."""

from __future__ import annotations

from protocol.account import AccountRenamed
from protocol.codec import decode_server
from protocol.envelopes import Attach, Attached, Detach, Event, Gauge, Gone, Pong, Snapshot
from protocol.ids import StreamId
from server.ids import draw_id
from tests.edge.campus import Campus
from tests.edge.raw import Raw, open_raw
from tests.harness.school import SURVEY


def seqs(raw: Raw) -> list[int]:
    return [each.seq for each in raw.seen if isinstance(each, Event)]


async def test_a_phone_sees_what_the_teacher_does_on_another_node(campus: Campus) -> None:
    lesson = await campus.lesson(1)
    a, b = await campus.start("a"), await campus.start("b")
    async with campus.phone(a, lesson.teacher) as teacher, campus.phone(b, lesson.students[0]) as student:
        await teacher.until_live(lesson.classroom)
        await student.until_live(lesson.classroom)
        done = await teacher.command("classroom.rename", lesson.classroom, {"name": "线性代数"})
        assert done.seq is not None
        await student.until_at(lesson.classroom, done.seq)
        assert student.held(lesson.classroom).classroom.name == "线性代数"


async def test_continuations_come_from_memory_pages_or_a_snapshot(campus: Campus) -> None:
    lesson = await campus.lesson(1)
    await campus.write(lesson.classroom, 2_400)
    head, student = await campus.head(lesson.classroom), lesson.students[0]
    node = await campus.start()
    found: dict[str, tuple[str, list[int]]] = {}
    for name, back in (("just now", 3), ("a while", 1_000), ("long ago", 2_300)):
        at = Attach(stream=lesson.classroom, position=head - back, audience="student")
        async with campus.raw(node, student, at) as raw:
            attached = await raw.until(Attached)
            assert attached.head == head
            found[name] = (attached.how, seqs(raw))
    assert found == {
        "just now": ("memory", list(range(head - 2, head + 1))),
        "a while": ("pages", list(range(head - 999, head + 1))),
        "long ago": ("snapshot", []),
    }


async def test_a_position_that_cannot_be_true_gets_a_snapshot(campus: Campus) -> None:
    lesson = await campus.lesson(1)
    head, node = await campus.head(lesson.classroom), await campus.start()
    wishes = {
        "none": Attach(stream=lesson.classroom),
        "beyond the head": Attach(stream=lesson.classroom, position=head + 1, audience="student"),
        "far beyond": Attach(stream=lesson.classroom, position=2**53, audience="student"),
        "of another audience": Attach(stream=lesson.classroom, position=head, audience="staff"),
        "as a screen": Attach(stream=lesson.classroom, position=head, audience="screen", as_screen=True),
    }
    for why, wish in wishes.items():
        async with campus.raw(node, lesson.students[0], wish) as raw:
            snapshot = await raw.until(Snapshot)
            attached = await raw.until(Attached)
            assert (why, snapshot.seq, snapshot.audience, attached.how) == (why, head, "student", "snapshot")


async def test_a_stream_of_others_and_one_that_is_not_are_answered_the_same(campus: Campus) -> None:
    lesson = await campus.lesson(0)
    outsider = await campus.school.person("外人")
    node = await campus.start()
    answers = []
    for stream in (lesson.classroom, lesson.teacher, draw_id()):
        async with campus.raw(node, outsider, stream) as raw:
            gone = await raw.until(Gone)
            assert gone.stream == stream
            answers.append((gone.code, gone.zh, gone.en))
    assert len(set(answers)) == 1


async def test_the_projector_sees_what_the_room_may_see(campus: Campus) -> None:
    lesson = await campus.lesson(0)
    node = await campus.start()
    async with campus.raw(node, lesson.teacher, Attach(stream=lesson.classroom, as_screen=True)) as raw:
        snapshot = await raw.until(Snapshot)
        assert (snapshot.audience, snapshot.state["members"]) == ("screen", [])


async def test_a_lost_last_event_is_found_within_seconds(campus: Campus) -> None:
    lesson = await campus.lesson(1)
    node = await campus.start()
    async with campus.phone(node, lesson.students[0]) as student:
        await student.until_live(lesson.classroom)
        await campus.write(lesson.classroom, 1)
        await student.until_at(lesson.classroom, await campus.head(lesson.classroom))


async def test_current_gauges_follow_a_resume(campus: Campus) -> None:
    lesson = await campus.lesson(1)
    survey = await campus.school.publish(lesson.teacher, lesson.classroom, "survey", SURVEY)
    node = await campus.start()
    async with campus.phone(node, lesson.students[0]) as student:
        await student.until_live(lesson.classroom)
        await student.command("response.submit", lesson.classroom, {"activity": survey, "value": {"answers": [0]}})
    head = await campus.head(lesson.classroom)
    at = Attach(stream=lesson.classroom, position=head, audience="student")
    async with campus.raw(node, lesson.students[0], at) as raw:
        while True:
            gauge = await raw.until(Gauge)
            if gauge.name == "mine":
                break
        assert gauge.key == survey
    at = Attach(stream=lesson.classroom, position=head, audience="staff")
    async with campus.raw(node, lesson.teacher, at) as raw:
        while (await raw.until(Gauge)).name != "tally":
            pass


async def test_the_teacher_sees_how_many_have_it_over_all_nodes(campus: Campus) -> None:
    lesson = await campus.lesson(2)
    a, b = await campus.start("a"), await campus.start("b")
    one, two = lesson.students
    async with (
        campus.phone(a, lesson.teacher) as teacher,
        campus.phone(a, one) as first,
        campus.phone(b, two) as second,
    ):
        await first.until_live(lesson.classroom)
        await second.until_live(lesson.classroom)
        await teacher.until_live(lesson.classroom)
        done = await teacher.command("classroom.rename", lesson.classroom, {"name": "新"})

        def everybody_has_it(phone: object) -> bool:
            delivery = teacher.held(lesson.classroom).delivery
            return delivery is not None and (delivery.seq, delivery.n_online, delivery.n_have) == (done.seq, 2, 2)

        await teacher.until(everybody_has_it)


async def test_json_says_what_msgpack_says(campus: Campus) -> None:
    lesson = await campus.lesson(0)
    node = await campus.start()
    _, token = await campus.device(lesson.teacher)
    async with open_raw(node.port, "json") as spoken, campus.raw(node, lesson.teacher, lesson.classroom) as plain:
        await spoken.greet(token, lesson.classroom)
        assert await spoken.until(Snapshot) == await plain.until(Snapshot)
        await spoken.until(Attached)
        await plain.until(Attached)
        (event,) = await campus.write(lesson.classroom, 1)
        (expected,) = decode_server(event.frames["staff"])
        assert await spoken.until(Event) == await plain.until(Event) == expected


async def test_a_stream_that_is_let_go_is_silent(campus: Campus) -> None:
    lesson = await campus.lesson(0)
    node = await campus.start()
    async with campus.raw(node, lesson.teacher, lesson.classroom) as raw:
        await raw.until(Attached)
        raw.say(Detach(stream=lesson.classroom), Pong(positions={StreamId(lesson.classroom): 1}))
        raw.say(Attach(stream=lesson.teacher))
        await raw.until(Attached)
        await campus.write(lesson.classroom, 1)
        await campus.write(lesson.teacher, 1, of=AccountRenamed)
        assert (await raw.until(Event)).stream == StreamId(lesson.teacher)
