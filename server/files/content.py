"""What a file is, found from its bytes. The client's word, be it a name or a type, counts for nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import puremagic

from protocol.errors import Code, Refused

HEAD_BYTES = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentType:
    """A type that is accepted. `signature` must stand at the very beginning, `mark` at `mark_at`."""

    name: str
    ending: str
    signature: bytes
    mark: bytes = b""
    mark_at: int = 0
    is_image: bool


ACCEPTED = (
    ContentType(name="image/jpeg", ending=".jpg", signature=b"\xff\xd8\xff", is_image=True),
    ContentType(name="image/png", ending=".png", signature=b"\x89PNG\r\n\x1a\n", is_image=True),
    ContentType(name="image/webp", ending=".webp", signature=b"RIFF", mark=b"WEBP", mark_at=8, is_image=True),
    ContentType(name="application/pdf", ending=".pdf", signature=b"%PDF-1.", is_image=False),
    ContentType(name="application/pdf", ending=".pdf", signature=b"%PDF-2.", is_image=False),
)


def find_type(file: Path) -> ContentType:
    """Both must agree: our own list, which wants the signature at byte 0, and puremagic, which knows look-alikes.

    Reads the file; call it in a thread. Raises Refused(FILE_TYPE).
    """
    with file.open("rb") as opened:
        head = opened.read(HEAD_BYTES)
    found = next((each for each in ACCEPTED if _matches(each, head)), None)
    if found is None or found.name not in _guesses(head):
        raise Refused(Code.FILE_TYPE)
    return found


def find_image(file: Path) -> ContentType:
    """The same, of images alone."""
    found = find_type(file)
    if not found.is_image:
        raise Refused(Code.FILE_TYPE)
    return found


def _matches(content: ContentType, head: bytes) -> bool:
    mark = head[content.mark_at : content.mark_at + len(content.mark)]
    return head.startswith(content.signature) and mark == content.mark


def _guesses(head: bytes) -> set[str]:
    try:
        return {guess.mime_type for guess in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):
        return set()
