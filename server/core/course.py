"""Who teaches a course, and what may be written about it, its courseware and its board. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from protocol.courses import TeacherRole, UnitContent, UnitLevel
from protocol.errors import Code, Refused
from protocol.ids import AccountId

MOST_UNITS = 1_000
# What a node of the tree hangs on.
PARENTS: dict[UnitLevel, UnitLevel | None] = {"chapter": None, "lesson": "chapter", "unit": "lesson"}


def clean_title(title: str) -> str:
    """One line, no blanks around it or in rows within. Raises Refused(BAD_FIELD)."""
    cleaned = " ".join(title.split())
    if not cleaned or not cleaned.isprintable():
        raise Refused(Code.BAD_FIELD, "title", data={"field": "title"})
    return cleaned


def clean_text(text: str) -> str:
    """Something to read. Raises Refused(BAD_FIELD)."""
    if not text.strip():
        raise Refused(Code.BAD_FIELD, "text", data={"field": "text"})
    return text


def check_asks_to_teach(roles: Mapping[AccountId, TeacherRole], actor: AccountId) -> None:
    """Whether `actor` may have others teach the course. `roles`: of all who do. Raises Refused."""
    if actor not in roles:
        raise Refused(Code.NOT_FOUND)
    if roles[actor] != "owner":
        raise Refused(Code.FORBIDDEN)


def check_ends_teaching(roles: Mapping[AccountId, TeacherRole], actor: AccountId, teacher: AccountId) -> None:
    """The owner lets others go and stays; everybody else may go. Raises Refused."""
    if actor not in roles or teacher not in roles:
        raise Refused(Code.NOT_FOUND)
    if roles[teacher] == "owner" or (actor != teacher and roles[actor] != "owner"):
        raise Refused(Code.FORBIDDEN)


def check_unit(level: UnitLevel, parent: UnitLevel | None, kind: UnitContent | None) -> None:
    """Whether the node fits where it is put. Raises Refused(BAD_FIELD)."""
    if PARENTS[level] != parent:
        raise Refused(Code.BAD_FIELD, "parent", data={"field": "parent"})
    if (level == "unit") != (kind is not None):
        raise Refused(Code.BAD_FIELD, "kind", data={"field": "kind"})


def check_content(
    kind: UnitContent | None, file_type: str | None, text: str | None, duration_ms: int | None, is_published: bool
) -> None:
    """Whether a unit holds what its kind is: a video a video, a PDF a PDF, rich text a text; published, not nothing.

    Raises Refused(BAD_FIELD).
    """
    fits = {"video": ("video/",), "pdf": ("application/pdf",)}.get(kind or "", ())
    if file_type is not None and not file_type.startswith(tuple(fits)):
        raise Refused(Code.BAD_FIELD, "file", data={"field": "file"})
    if text is not None and kind != "rich_text":
        raise Refused(Code.BAD_FIELD, "text", data={"field": "text"})
    if duration_ms is not None and kind != "video":
        raise Refused(Code.BAD_FIELD, "duration_ms", data={"field": "duration_ms"})
    if not is_published:
        return
    if fits and file_type is None:
        raise Refused(Code.BAD_FIELD, "file", data={"field": "file"})
    if kind == "rich_text" and not (text or "").strip():
        raise Refused(Code.BAD_FIELD, "text", data={"field": "text"})
    if kind == "video" and duration_ms is None:
        # Without its length nobody can tell when it was watched.
        raise Refused(Code.BAD_FIELD, "duration_ms", data={"field": "duration_ms"})
