"""A discussion: everybody reads what anybody writes, and what is removed is gone everywhere."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.device import Device
from tests.e2e.lesson import Timetable

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.limit(240)]


async def write(phone: Device, hint: str, button: str, text: str) -> None:
    await phone.page.get_by_label(hint).fill(text)
    await phone.button(button).tap()
    await expect(phone.page.get_by_label(hint)).to_have_value("")


async def test_posts_are_read_live_and_removed_everywhere(timetable: Timetable) -> None:
    async with timetable.story() as lesson:
        one, other, third = lesson.phones

        async def compose(composer: Locator) -> None:
            await composer.get_by_label("话题说明").fill("举一个身边的例子，说明它的导数表示什么。")

        await lesson.draft("discussion", "生活中的“变化率”", compose)
        await lesson.publish("生活中的“变化率”")
        await lesson.enter()
        await write(one, "说说你的看法", "发送", "骑车时里程的导数就是速度。")
        for screen in (*lesson.phones, lesson.console, lesson.wall):
            await screen.sees("骑车时里程的导数就是速度。")
        await write(other, "What do you think?", "Send", "How fast the coffee cools down!")
        await write(third, "说说你的看法", "发送", "第一！")
        await lesson.panel.get_by_label("以老师身份发言").fill("很好，速度再求导是什么？")
        await lesson.panel.get_by_role("button", name="发送").click()
        await lesson.phones_see("很好，速度再求导是什么？", "很好，速度再求导是什么？")
        await lesson.wall.sees("How fast the coffee cools down!")

        # The wall shows no names.
        await lesson.wall.sees_no("李子涵", "Emma Zhang", "陈思远")

        # His own post is his to delete; anybody's is the teacher's.
        await third.page.get_by_role("listitem").filter(has_text="第一！").get_by_label("更多操作").tap()
        await third.page.get_by_role("button", name="删除").tap()
        await third.page.get_by_role("dialog").get_by_role("button", name="删除").last.tap()
        await one.sees("作者已删除这条发言")
        await other.sees("Removed by its author")
        await lesson.wall.sees_no("第一！")
        await lesson.idle()
        await lesson.picture("discussion")
        await lesson.panel.get_by_role("listitem").filter(has_text="coffee").get_by_label("删除").click()
        await lesson.console.page.get_by_role("dialog").get_by_role("button", name="删除").click()
        await one.sees("老师已删除这条发言")
        for screen in lesson.devices:
            await screen.sees_no("How fast the coffee cools down!")

        await lesson.close()
        await lesson.phones_see("讨论已结束，不能再发言", "The discussion is over")
        await lesson.picture("discussion-closed")
