"""File names as people may keep them: readable, and harmless wherever they are written. Pure."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

LONGEST = 100
# Names Windows means a device by, with or without an ending.
_DEVICES = re.compile(r"(?i:con|prn|aux|nul|com[0-9]|lpt[0-9])")
_FORBIDDEN = re.compile(r'[<>:"|?*%;]')


def clean(given: str, ending: str, default: str) -> str:
    """The last part of the given path, without what is invisible, and with the ending its content asks for.

    The direction marks go too: `gpj.exe` must not read as `exe.jpg`.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    visible = "".join(each for each in last if unicodedata.category(each) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
    stem = _FORBIDDEN.sub("_", visible)
    known = stem.lower()
    if known.endswith(ending) or (ending == ".jpg" and known.endswith(".jpeg")):
        stem = stem[: stem.rfind(".")]
    stem = stem.strip(" .")[:LONGEST].strip(" .")
    if not stem or _DEVICES.fullmatch(stem.partition(".")[0]):
        stem = default
    return stem + ending


def disposition(how: str, name: str) -> str:
    """A Content-Disposition (RFC 6266): the plain name for old clients, the real one for the others."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_").replace("\\", "_")
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
