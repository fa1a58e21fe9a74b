"""An announcement with a picture."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw
from playwright.async_api import FilePayload, Locator, expect

from tests.e2e.lesson import Timetable

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.limit(240)]


def a_picture() -> bytes:
    """A curve and its tangent."""
    image = Image.new("RGB", (960, 600), "#f3efe2")
    draw = ImageDraw.Draw(image)
    draw.line([(60, 540), (920, 540)], fill="#33413a", width=5)
    draw.line([(60, 540), (60, 40)], fill="#33413a", width=5)
    draw.line([(x, 540 - (x - 60) ** 2 / 1500) for x in range(60, 900, 4)], fill="#14694f", width=9)
    draw.line([(350, 526), (880, 144)], fill="#b3371f", width=5)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


async def test_an_announcement_with_a_picture_is_on_every_screen(timetable: Timetable) -> None:
    async with timetable.story() as lesson:

        async def compose(composer: Locator) -> None:
            await composer.get_by_label("内容").fill("期中考试：下周三 9:00，教三 201。\n请携带学生证。")
            file: FilePayload = {"name": "切线.png", "mimeType": "image/png", "buffer": a_picture()}
            await composer.locator("input[type=file]").set_input_files([file])
            await expect(composer.get_by_role("img", name="图片")).to_be_visible()

        await lesson.draft("announcement", "期中考试安排", compose)
        await lesson.publish("期中考试安排")
        await lesson.enter()
        await lesson.phones_see("请携带学生证。", "请携带学生证。")
        for screen in (*lesson.phones, lesson.wall):
            image = screen.page.get_by_role("img", name="公告图片").or_(
                screen.page.get_by_role("img", name="Picture of the announcement")
            )
            await expect(image).to_have_js_property("naturalWidth", 960)
        await lesson.idle()
        await lesson.picture("announcement")
