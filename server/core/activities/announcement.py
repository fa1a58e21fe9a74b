"""Announcement (公告): a text, with an image if the teacher likes (R83). It never closes."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from protocol.envelopes import Body
from protocol.ids import FileId, Id
from protocol.limits import TEXT_CHARS
from server.core.activities import border
from server.core.activities.kind import FileUse, Kind

IMAGES = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})


class AnnouncementConfig(msgspec.Struct, frozen=True, kw_only=True):
    """`image` is the id of an uploaded file of this classroom."""

    v: Literal[1] = 1
    text: Annotated[str, Meta(max_length=TEXT_CHARS)] = ""
    image: Id | None = None


class AnnouncementState(msgspec.Struct, frozen=True, kw_only=True):
    v: Literal[1] = 1


def _check_draft(config: Body) -> Body:
    return border.body(border.config(config, AnnouncementConfig))


def _check(config: Body) -> None:
    wanted = border.stored(config, AnnouncementConfig)
    if not wanted.text.strip() and wanted.image is None:
        raise border.bad_field("text", "blank")


def _files(config: Body) -> tuple[FileUse, ...]:
    image = border.stored(config, AnnouncementConfig).image
    return () if image is None else (FileUse(field="image", file=FileId(image), content_types=IMAGES),)


def _begin(config: Body) -> Body:
    return border.body(AnnouncementState())


ANNOUNCEMENT = Kind(
    name="announcement",
    config=AnnouncementConfig,
    state=AnnouncementState,
    may_close=False,
    check_draft=_check_draft,
    check=_check,
    files=_files,
    begin=_begin,
)
