"""Lesson plan (教案): Markdown or a PDF. Students keep it after 下课 only if it was sent to them in session (R85)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from protocol.envelopes import Body
from protocol.ids import FileId, Id
from protocol.limits import MARKDOWN_CHARS
from server.core.activities import border
from server.core.activities.kind import FileUse, Kind, Verb
from server.core.state import StoredActivity

PDF = frozenset({"application/pdf"})


class LessonPlanConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two: `markdown`, or `file`, the id of an uploaded PDF of this classroom."""

    v: Literal[1] = 1
    markdown: Annotated[str, Meta(max_length=MARKDOWN_CHARS)] = ""
    file: Id | None = None


class LessonPlanState(msgspec.Struct, frozen=True, kw_only=True):
    v: Literal[1] = 1


def _check_draft(config: Body) -> Body:
    return border.body(border.config(config, LessonPlanConfig))


def _check(config: Body) -> None:
    plan = border.stored(config, LessonPlanConfig)
    if plan.file is None and not plan.markdown.strip():
        raise border.bad_field("markdown", "blank")
    if plan.file is not None and plan.markdown:
        raise border.bad_field("file", "either a text or a file")


def _files(config: Body) -> tuple[FileUse, ...]:
    file = border.stored(config, LessonPlanConfig).file
    return () if file is None else (FileUse(field="file", file=FileId(file), content_types=PDF),)


def _begin(config: Body) -> Body:
    return border.body(LessonPlanState())


def _send(activity: StoredActivity, value: Body, now: datetime) -> Body:
    return activity.state


def _is_in_record(activity: StoredActivity) -> bool:
    return activity.phase == "sent"


LESSON_PLAN = Kind(
    name="lesson_plan",
    config=LessonPlanConfig,
    state=LessonPlanState,
    may_close=False,
    verbs={"send": Verb(from_phases=frozenset({"published"}), to_phase="sent", apply=_send)},
    check_draft=_check_draft,
    check=_check,
    files=_files,
    begin=_begin,
    is_in_record=_is_in_record,
)
