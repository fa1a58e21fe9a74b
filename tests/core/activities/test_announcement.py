"""R83: a text, with an image if the teacher likes."""

from __future__ import annotations

import pytest

from protocol.envelopes import Body
from protocol.errors import Code
from protocol.ids import FileId
from server.core.activities.announcement import ANNOUNCEMENT, IMAGES
from server.core.activities.kind import FileUse
from tests.core.making import FILE, refuses


@pytest.mark.parametrize("config", [{"text": "Hello"}, {"image": FILE}, {"text": "Hello", "image": FILE}])
def test_a_text_or_an_image_is_enough(config: Body) -> None:
    ANNOUNCEMENT.check(ANNOUNCEMENT.check_draft(config))


def test_an_empty_announcement_is_not_complete() -> None:
    with refuses(Code.BAD_FIELD, field="text"):
        ANNOUNCEMENT.check(ANNOUNCEMENT.check_draft({"text": " "}))


def test_it_names_the_image_it_needs() -> None:
    use = FileUse(field="image", file=FileId(FILE), content_types=IMAGES)
    assert ANNOUNCEMENT.files(ANNOUNCEMENT.check_draft({"image": FILE})) == (use,)
    assert ANNOUNCEMENT.files(ANNOUNCEMENT.check_draft({"text": "Hello"})) == ()


@pytest.mark.parametrize(("config", "field"), [({"text": "x" * 2_001}, "text"), ({"image": "../etc"}, "image")])
def test_a_draft_is_bounded(config: Body, field: str) -> None:
    with refuses(Code.BAD_FIELD, field=field):
        ANNOUNCEMENT.check_draft(config)
