"""What a class is about: phones follow by themselves, in all their classrooms, whichever device the teacher has."""

from __future__ import annotations

from protocol.envelopes import Body
from tests.edge.campus import Campus
from tests.harness.school import EXERCISE


async def test_r70_what_is_published_is_on_every_phone_without_asking(campus: Campus) -> None:
    lesson = await campus.lesson(2)
    a, b = await campus.start("a"), await campus.start("b")
    async with (
        campus.phone(a, lesson.teacher) as teacher,
        campus.phone(a, lesson.students[0]) as near,
        campus.phone(b, lesson.students[1]) as far,
    ):
        for phone in (teacher, near, far):
            await phone.until_live(lesson.classroom)
        draft: Body = {"kind": "exercise", "title": "Quiz", "config": EXERCISE}
        made = (await teacher.command("activity.draft", lesson.classroom, draft)).result
        assert made is not None
        done = await teacher.command("activity.publish", lesson.classroom, {"activity": made["activity"]})
        assert done.seq is not None
        for phone in (near, far):
            await phone.until_at(lesson.classroom, done.seq)
            assert [each.title for each in phone.held(lesson.classroom).classroom.activities] == ["Quiz"]


async def test_d13_one_device_sees_all_its_classrooms_live(campus: Campus) -> None:
    first, second, node = await campus.lesson(1), await campus.lesson(0), await campus.start()
    await campus.school.join(first.students[0], second.classroom)
    async with campus.phone(node, first.students[0]) as phone:
        await phone.until_live(first.classroom, second.classroom)
        for lesson, name in ((first, "线性代数"), (second, "概率论")):
            done = await campus.school.wish(lesson.teacher, "classroom.rename", lesson.classroom, {"name": name})
            assert done.seq is not None
        names = {"线性代数", "概率论"}
        await phone.until(lambda it: {it.held(each.classroom).classroom.name for each in (first, second)} == names)


async def test_d14_another_device_and_a_co_teacher_go_on_when_the_teachers_device_dies(campus: Campus) -> None:
    lesson, node = await campus.lesson(1), await campus.start()
    student = lesson.students[0]
    body: Body = {"account": student, "role": "teacher"}
    await campus.school.wish(lesson.teacher, "member.set_role", lesson.classroom, body)
    async with campus.phone(node, lesson.teacher) as dies, campus.phone(node, student) as co_teacher:
        await dies.until_live(lesson.classroom)
        await co_teacher.until_live(lesson.classroom)
        dies.lose_network()
        async with campus.phone(node, lesson.teacher) as second:
            await second.until_live(lesson.classroom)
            assert second.held(lesson.classroom).classroom.session is not None
            draft: Body = {"kind": "discussion", "title": "Go on", "config": {}}
            made = (await second.command("activity.draft", lesson.classroom, draft)).result
            assert made is not None
            await second.command("activity.publish", lesson.classroom, {"activity": made["activity"]})
        ended = await co_teacher.command("session.end", lesson.classroom)
        assert ended.seq is not None
        await co_teacher.until_at(lesson.classroom, ended.seq)
        assert co_teacher.held(lesson.classroom).classroom.session is None
