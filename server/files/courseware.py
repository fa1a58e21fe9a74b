"""Which files courseware is made of: PDFs and videos that browsers play, found from their bytes."""

from __future__ import annotations

from pathlib import Path

from protocol.errors import Code, Refused
from server.files.content import HEAD_BYTES, ContentType, find_type

# Until tus brings them in parts (design, 8), a video comes in one go; strictly under 500 MB as files are everywhere.
MOST_BYTES = 500 * 1024 * 1024 - 1
_BRANDS = (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash", b"MSNV")
MP4 = ContentType(name="video/mp4", ending=".mp4", signature=b"", mark=b"ftyp", mark_at=4, is_image=False)
WEBM = ContentType(name="video/webm", ending=".webm", signature=b"\x1a\x45\xdf\xa3", is_image=False)


def find_courseware(file: Path) -> ContentType:
    """The video's or PDF's type. Reads the file; call it in a thread. Raises Refused(FILE_TYPE)."""
    with file.open("rb") as opened:
        head = opened.read(HEAD_BYTES)
    if head[4:8] == MP4.mark and head[8:12] in _BRANDS:
        return MP4
    if head.startswith(WEBM.signature) and b"webm" in head[:64]:
        return WEBM
    found = find_type(file)
    if found.is_image:
        raise Refused(Code.FILE_TYPE)
    return found
