"""A lesson on real screens: the teacher's console, the wall, and three phones that have little in common."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import Locator, expect

from protocol.ids import ClassroomId
from tests.e2e import pictures
from tests.e2e.campus import Campus, Person
from tests.e2e.device import Device, Look

CONSOLE = Look(width=1440, height=900, scale=1, is_phone=False)
WALL = Look(width=1920, height=1080, scale=1, is_phone=False)
PHONES = (
    Look(width=390, height=844, has_motion=True),
    Look(width=360, height=640, language="en-US"),
    Look(width=430, height=932, zoom=1.25, is_dark=True),
)
NAMES = ("李子涵", "Emma Zhang", "陈思远")
ABSENT = ("彭知行", "谢承泽")
CONNECTED = {"zh-CN": "已连接", "en-US": "Connected"}
WORK = {
    "check_in": "签到",
    "exercise": "练习",
    "survey": "问卷",
    "discussion": "讨论",
    "announcement": "公告",
    "lesson_plan": "教案",
}
IDLE_TICKS = 3

Compose = Callable[[Locator], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """`phones`: in Chinese, in English, enlarged and dark; the second is at the other node than the rest.

    `absent`: members who have no screen here.
    """

    campus: Campus
    classroom: ClassroomId
    teacher: Person
    students: tuple[Person, Person, Person]
    absent: tuple[Person, Person]
    console: Device
    wall: Device
    phones: tuple[Device, Device, Device]

    @property
    def devices(self) -> tuple[Device, ...]:
        return (self.console, self.wall, *self.phones)

    async def start(self) -> None:
        await self.console.press("上课")
        await self.all_see("第 1 次课", "Lesson 1")

    async def end(self) -> None:
        await self.console.press("下课")
        await self.console.page.get_by_role("dialog").get_by_role("button", name="下课").click()
        await self.console.sees("未上课")

    async def draft(self, kind: str, title: str, compose: Compose) -> None:
        """Write it in the composer and keep it; the phones must see nothing of it."""
        await self.console.page.locator(".palette").get_by_role("button").filter(has_text=WORK[kind]).click()
        composer = self.console.page.locator(".el-drawer")
        await composer.get_by_label("标题").first.fill(title)
        await compose(composer)
        await self.console.picture(f"console-{kind}-composer")
        await composer.get_by_role("button", name="存为草稿").click()
        await expect(composer).to_be_hidden()
        await self.console.sees(title)
        for phone in self.phones:
            await phone.sees_no(title)

    async def publish(self, title: str) -> None:
        """One click, and it is on every screen."""
        row = self.console.page.locator(".drafts li").filter(has_text=title)
        await row.get_by_role("button", name="发布").click()
        await asyncio.gather(*(expect(prompt(phone)).to_contain_text(title) for phone in self.phones))
        await self.wall.sees(title)

    async def activity(self, title: str) -> str:
        id: str = await self.campus.school.db.fetchval(
            "SELECT id FROM activity WHERE classroom_id = $1 AND title = $2", self.classroom, title
        )
        return id

    @property
    def panel(self) -> Locator:
        """The live results beside the timeline."""
        return self.console.page.locator(".panel")

    async def enter(self, *phones: Device) -> None:
        """Tap the prompt."""
        for phone in phones or self.phones:
            await prompt(phone).get_by_role("link").tap()
            await expect(prompt(phone)).to_have_count(0)

    async def close(self) -> None:
        await self.console.press("结束活动")
        await self.console.page.get_by_role("dialog").get_by_role("button", name="结束活动").click()
        await self.phones_see("已结束", "Closed")

    async def settle(self) -> None:
        """Everybody is back at the classroom, by the pages' own ways."""
        for phone in self.phones:
            if not await phone.page.locator(".lesson").is_visible():
                await phone.page.locator("header .back").tap()
            await expect(phone.page.locator(".lesson")).to_be_visible()

    async def all_see(self, chinese: str, english: str) -> None:
        await asyncio.gather(self.console.sees(chinese), self.wall.sees(chinese), self.phones_see(chinese, english))

    async def phones_see(self, chinese: str, english: str) -> None:
        one, other, third = self.phones
        await asyncio.gather(one.sees(chinese), other.sees(english), third.sees(chinese))

    async def idle(self) -> None:
        """Nobody does anything while the clocks on the screens go on, and no screen asks the server for anything."""
        before = [list(each.asked) for each in self.devices]
        clock = self.console.page.locator(".facts").get_by_text("已上课")
        for _ in range(IDLE_TICKS):
            await expect(clock).not_to_have_text(await clock.inner_text())
        assert [each.asked for each in self.devices] == before

    async def picture(self, name: str) -> None:
        """What every kind of screen shows now."""
        await self.console.picture(f"console-{name}")
        await self.wall.picture(f"wall-{name}")
        for phone in self.phones:
            await phone.picture(f"{phone.name}-{name}")

    def class_picture(self, name: str) -> None:
        """The one at the top of README: every screen at once, as `picture(name)` took them."""
        if folder := pictures.folder():
            pictures.put_together(name, folder, folder / "class.png")

    async def check(self) -> None:
        """No page was loaded twice, and no browser had anything to complain of."""
        assert {each.name: each.grievances() for each in self.devices} == {each.name: [] for each in self.devices}
        assert {each.name: each.n_loads for each in self.devices} == {each.name: 1 for each in self.devices}
        for each in self.devices:
            assert await each.page.evaluate("performance.getEntriesByType('navigation').length") == 1


def prompt(phone: Device) -> Locator:
    return phone.page.locator("aside.prompt")


@contextlib.asynccontextmanager
async def a_lesson(campus: Campus, *, name: str = "高等数学（上）") -> AsyncIterator[Lesson]:
    """Everybody is in the classroom and connected; the teacher has not started yet."""
    teacher, *students = [await campus.person(name) for name in ("王晓岚", *NAMES, *ABSENT)]
    classroom = await campus.classroom(teacher, *students, name=name)
    async with contextlib.AsyncExitStack() as stack:

        async def open(name: str, look: Look, person: Person, node: int, path: str, sign: str) -> Device:
            opened = await stack.enter_async_context(campus.device(name, look, person, node=node))
            await opened.open(path)
            await opened.sees(sign)
            return opened

        console, wall, one, other, third = await asyncio.gather(
            open("console", CONSOLE, teacher, 0, f"/console/classrooms/{classroom}", CONNECTED["zh-CN"]),
            open("wall", WALL, teacher, 1, f"/console/projector/{classroom}", "等待上课"),
            *(
                open(
                    f"phone-{number + 1}",
                    look,
                    person,
                    number % 2,
                    f"/classrooms/{classroom}",
                    CONNECTED[look.language],
                )
                for number, (look, person) in enumerate(zip(PHONES, students[:3], strict=True))
            ),
        )
        yield Lesson(
            campus=campus,
            classroom=classroom,
            teacher=teacher,
            students=(students[0], students[1], students[2]),
            absent=(students[3], students[4]),
            console=console,
            wall=wall,
            phones=(one, other, third),
        )


@dataclass(slots=True, kw_only=True)
class Timetable:
    """One lesson in which story follows story, as in a class, on pages that are never loaded again.

    A story that fails takes the lesson with it: the next one begins on new pages.
    """

    campus: Campus
    open_now: tuple[Lesson, contextlib.AsyncExitStack] | None = None

    @contextlib.asynccontextmanager
    async def story(self) -> AsyncIterator[Lesson]:
        lesson = await self._lesson()
        try:
            yield lesson
            await lesson.check()
            await lesson.settle()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        if self.open_now is not None:
            _, stack = self.open_now
            self.open_now = None
            await stack.aclose()

    async def _lesson(self) -> Lesson:
        if self.open_now is None:
            stack = contextlib.AsyncExitStack()
            lesson = await stack.enter_async_context(a_lesson(self.campus))
            self.open_now = lesson, stack
            await lesson.start()
        return self.open_now[0]
