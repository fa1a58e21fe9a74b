"""Certification (学校云认证): does what a student wrote fit what the school has of them? Pure.

Whatever does not fit is one refusal, so that nobody learns from it which of the four was right (R23).
"""

from __future__ import annotations

import hmac
import unicodedata
from dataclasses import dataclass, field

from protocol.errors import Code, Refused
from protocol.ids import RosterEntryId

# Six ways to write the dot within a name; people type whichever their keyboard has.
_DOTS = str.maketrans(dict.fromkeys("•‧・∙⋅•", "·"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """The roster entry with the number that was given. `code`: its own or the school's; None: nobody has one."""

    entry: RosterEntryId
    name: str
    code: str | None = field(repr=False)
    has_cloud: bool


def check_fit(candidate: Candidate | None, name: str, code: str) -> Candidate:
    """Raises Refused(NUMBER_UNKNOWN), whatever it was that does not fit."""
    if candidate is None or not candidate.has_cloud or candidate.code is None:
        raise Refused(Code.NUMBER_UNKNOWN)
    is_name = comparable(candidate.name) == comparable(name)
    is_code = hmac.compare_digest(comparable(candidate.code).encode(), comparable(code).encode())
    if not (is_name and is_code):
        raise Refused(Code.NUMBER_UNKNOWN)
    return candidate


def comparable(text: str) -> str:
    """What two ways of writing the same have in common: width of letters, case, blanks and dots do not count."""
    return "".join(unicodedata.normalize("NFKC", text).translate(_DOTS).split()).casefold()
