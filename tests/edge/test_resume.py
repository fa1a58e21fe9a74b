"""A client gets a complete continuation or a snapshot with its position, never a hole (I4)."""

from __future__ import annotations

from tests.edge.campus import Campus


async def test_a_phone_sees_what_the_teacher_does_on_another_node(campus: Campus) -> None:
    lesson = await campus.lesson(1)
    a, b = await campus.nodes.start("a"), await campus.nodes.start("b")
    async with campus.phone(a, lesson.teacher) as teacher, campus.phone(b, lesson.students[0]) as student:
        await teacher.until_live(lesson.classroom)
        await student.until_live(lesson.classroom)
        done = await teacher.command("classroom.rename", lesson.classroom, {"name": "线性代数"})
        assert done.seq is not None
        await student.until_at(lesson.classroom, done.seq)
        assert student.held(lesson.classroom).state.name == "线性代数"
